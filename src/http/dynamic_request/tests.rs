//! The rows of the contract for bodies of a registration, and what a fault may repeat.

use serde_json::{Value, json};

use super::{LONGEST_NAME, read};
use crate::api::ValidationError;

const URL: &str = "https://mcp.example/v1";

fn faults(body: &str) -> Vec<Value> {
    let detail = read(body.as_bytes()).expect_err(body);
    let body = serde_json::to_value(ValidationError { detail }).unwrap();
    body["detail"].as_array().unwrap().clone()
}

/// Type, place and text of each fault.
fn shown(body: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let faults = faults(&body.to_string());
    faults.iter().map(|fault| (text(&fault["type"]), fault["loc"].to_string(), text(&fault["msg"]))).collect()
}

fn with(members: Value) -> Value {
    let mut body = json!({ "name": "a", "url": URL });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

#[test]
fn what_is_missing_has_its_default() {
    let request = read(with(json!({})).to_string().as_bytes()).unwrap();
    assert_eq!((request.name.as_str(), &*request.url), ("a", URL));
    let registration = request.registration;
    assert_eq!(registration.provider_id, "model-context-protocol");
    assert!(registration.authorization_headers.is_empty() && registration.headers.is_empty());
    assert_eq!(registration.timeout, None);
    let nulls = json!({ "authorization_headers": null, "headers": null, "timeout": null });
    assert_eq!(read(with(nulls).to_string().as_bytes()).unwrap().registration, registration);
}

#[test]
fn what_is_sent_is_kept_as_it_was_sent() {
    let body = r#"{"timeout":2.0,"headers":["X-B","x-a"],"authorization_headers":{"Z":" client ","A":"oauth"},
        "provider_id":"","url":"http://h:1/p?q=1","name":"a.b"}"#;
    let registration = read(body.as_bytes()).unwrap().registration;
    assert_eq!(registration.provider_id, "");
    let pairs = [("Z", " client "), ("A", "oauth")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(registration.authorization_headers, pairs);
    assert_eq!(registration.headers, ["X-B", "x-a"]);
    assert_eq!(registration.timeout, Some(2));
}

#[test]
fn each_fault_has_its_type_its_place_and_its_text() {
    let string = "Input should be a valid string";
    let scheme = "Value error, URL must use http:// or https:// scheme";
    let whole = "Input should be a valid integer";
    let unsupported = "Value error, Authorization header 'X-Key' has unsupported value '[REDACTED]'. Dynamic registration only supports: client, kubernetes, oauth. File-path based secrets are only supported in static YAML config.";
    let rule = "Value error, Invalid MCP server name.";
    let ambiguous = "Value error, URL must hold no white space";
    let no_host = "Value error, URL must have a host";
    let user = "Value error, URL must hold no user and no password";
    let place = |field: &str| format!(r#"["body","{field}"]"#);
    for (members, kind, loc, text) in [
        (json!({"name": ""}), "string_too_short", place("name"), "String should have at least 1 character"),
        (
            json!({"name": "n".repeat(LONGEST_NAME + 1)}),
            "string_too_long",
            place("name"),
            "String should have at most 128 characters",
        ),
        (json!({"name": 5}), "string_type", place("name"), string),
        (json!({"name": null}), "string_type", place("name"), string),
        (json!({"name": "a/b"}), "value_error", place("name"), rule),
        (json!({"name": ".."}), "value_error", place("name"), rule),
        (json!({"name": " "}), "value_error", place("name"), rule),
        (json!({"name": "a\nb"}), "value_error", place("name"), rule),
        (json!({"url": ["x"]}), "string_type", place("url"), string),
        (json!({"url": "ftp://h"}), "value_error", place("url"), scheme),
        (json!({"url": "HTTP://m"}), "value_error", place("url"), scheme),
        (json!({"url": ""}), "value_error", place("url"), scheme),
        (json!({"url": "http://"}), "value_error", place("url"), no_host),
        (json!({"url": "http:///p"}), "value_error", place("url"), no_host),
        (json!({"url": "http://:80/"}), "value_error", place("url"), no_host),
        (json!({"url": "http:// not a host"}), "value_error", place("url"), ambiguous),
        (json!({"url": "http://u:p@h/x"}), "value_error", place("url"), user),
        (json!({"url": "http://@h/x"}), "value_error", place("url"), user),
        (json!({"provider_id": null}), "string_type", place("provider_id"), string),
        (json!({"provider_id": 1}), "string_type", place("provider_id"), string),
        (
            json!({"authorization_headers": []}),
            "dict_type",
            place("authorization_headers"),
            "Input should be a valid dictionary",
        ),
        (
            json!({"authorization_headers": {"X-Key": 5}}),
            "string_type",
            r#"["body","authorization_headers","X-Key"]"#.to_owned(),
            string,
        ),
        (
            json!({"authorization_headers": {"A": "client", "X-Key": "Client"}}),
            "value_error",
            place("authorization_headers"),
            unsupported,
        ),
        (
            json!({"authorization_headers": {"X-Key": "/var/secrets/token"}}),
            "value_error",
            place("authorization_headers"),
            unsupported,
        ),
        (json!({"headers": {}}), "list_type", place("headers"), "Input should be a valid list"),
        (json!({"headers": ["a", 5]}), "string_type", r#"["body","headers",1]"#.to_owned(), string),
        (
            json!({"headers": [" "]}),
            "value_error",
            place("headers"),
            "Value error, Header names must not be empty",
        ),
        (
            json!({"headers": ["A", "a"]}),
            "value_error",
            place("headers"),
            "Value error, Duplicate header name (case-insensitive): 'a'",
        ),
        (json!({"timeout": 0}), "greater_than", place("timeout"), "Input should be greater than 0"),
        (json!({"timeout": -1}), "greater_than", place("timeout"), "Input should be greater than 0"),
        (json!({"timeout": false}), "greater_than", place("timeout"), "Input should be greater than 0"),
        (
            json!({"timeout": 1.5}),
            "int_from_float",
            place("timeout"),
            "Input should be a valid integer, got a number with a fractional part",
        ),
        (
            json!({"timeout": "soon"}),
            "int_parsing",
            place("timeout"),
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        (json!({"timeout": []}), "int_type", place("timeout"), whole),
        (json!({"extra": 1}), "extra_forbidden", place("extra"), "Extra inputs are not permitted"),
    ] {
        let found = shown(&with(members.clone()));
        assert_eq!(found.len(), 1, "{members}: {found:?}");
        assert_eq!((&*found[0].0, &found[0].1), (kind, &loc), "{members}");
        assert!(found[0].2.starts_with(text), "{members}: {}", found[0].2);
    }
}

#[test]
fn all_faults_are_reported_in_the_order_of_the_fields_and_unknown_names_at_the_end() {
    let body = r#"{"zeta":1,"timeout":0,"headers":[""],"authorization_headers":{"A":"x"},"provider_id":null,
        "alpha":2,"url":"ftp://h","name":""}"#;
    let places: Vec<String> = faults(body).iter().map(|fault| fault["loc"][1].to_string()).collect();
    let order =
        ["name", "url", "provider_id", "authorization_headers", "headers", "timeout", "zeta", "alpha"];
    assert_eq!(places, order.map(|name| format!("\"{name}\"")));
    let empty = faults("{}");
    let expected = |field: &str| json!({ "type": "missing", "loc": ["body", field], "msg": "Field required", "input": {} });
    assert_eq!(empty, [expected("name"), expected("url")]);
}

#[test]
fn a_fault_has_the_members_of_its_type() {
    for (members, expected) in [
        (
            json!({"name": ""}),
            json!({"type": "string_too_short", "loc": ["body", "name"], "msg": "String should have at least 1 character", "input": "", "ctx": {"min_length": 1}}),
        ),
        (
            json!({"timeout": 0}),
            json!({"type": "greater_than", "loc": ["body", "timeout"], "msg": "Input should be greater than 0", "input": 0, "ctx": {"gt": 0}}),
        ),
        (
            json!({"url": "ftp://h"}),
            json!({"type": "value_error", "loc": ["body", "url"], "msg": "Value error, URL must use http:// or https:// scheme", "input": "ftp://h", "ctx": {"error": {}}}),
        ),
        (
            json!({"headers": [""]}),
            json!({"type": "value_error", "loc": ["body", "headers"], "msg": "Value error, Header names must not be empty", "input": [""], "ctx": {"error": {}}}),
        ),
    ] {
        assert_eq!(faults(&with(members).to_string()), [expected]);
    }
}

#[test]
fn a_body_that_is_no_object_is_one_fault() {
    let missing = json!({"type": "missing", "loc": ["body"], "msg": "Field required", "input": null});
    for body in ["", "null"] {
        assert_eq!(faults(body), std::slice::from_ref(&missing), "{body:?}");
    }
    for body in ["[]", "5", "\"canary\"", "true"] {
        let expected = json!({"type": "model_attributes_type", "loc": ["body"], "msg": "Input should be a valid dictionary or object to extract fields from"});
        assert_eq!(faults(body), [expected], "{body}");
    }
}

/// Python's reader takes a name that comes twice, and the last value counts. Here it is refused: which of the two was
/// meant is a guess.
#[test]
fn a_text_that_is_no_json_is_refused_with_the_offset_of_a_character() {
    for (body, loc) in [
        ("{", json!(["body", 1])),
        (" ", json!(["body", 0])),
        ("{\"ü\":\"ß\",}", json!(["body", 9])),
        ("{\"name\":NaN}", json!(["body", 8])),
        ("{\"name\":\"a\",\"name\":\"b\"}", json!(["body", "name"])),
        ("{\"headers\":[\"\\u0000\"]}", json!(["body", "headers", "0"])),
        ("{\"a/b\":1e999}", json!(["body", "a/b"])),
    ] {
        let found = faults(body);
        assert_eq!(found.len(), 1, "{body}");
        assert_eq!((&found[0]["type"], &found[0]["loc"]), (&json!("json_invalid"), &loc), "{body}");
        assert_eq!(found[0]["msg"], "JSON decode error");
        assert!(found[0]["ctx"]["error"].is_string() && found[0]["input"] == json!({}), "{body}");
    }
    let found = read(b"{\"\xc3\xbc\":\"\xff\"}").unwrap_err();
    assert_eq!(serde_json::to_value(&found[0].loc).unwrap(), json!(["body", 6]));
}

#[test]
fn nothing_that_may_be_a_secret_is_repeated() {
    let token = "ghp_canary0123456789canary0123456789canary";
    for members in [
        json!({"authorization_headers": {"Authorization": "Bearer canary"}}),
        json!({"authorization_headers": {"Authorization": "/run/canary"}}),
        json!({"authorization_headers": {"Authorization": ["canary"]}}),
        json!({"authorization_headers": "canary"}),
        json!({"authorization_headers": {"A": "canary"}, "url": 1, "name": 1}),
        json!({"url": "http://u:canary@h/"}),
        json!({"url": "ftp://u:canary@h/"}),
        json!({"url": "canary"}),
        json!({"url": "http://h/ ?api_key=canary"}),
        json!({"url": ["canary"]}),
        json!({"token": "canary"}),
        json!({"headers": ["Authorization: Bearer canary", "Authorization: Bearer canary"]}),
        json!({"headers": {"Authorization": "canary"}}),
        json!({"headers": [token, token]}),
        json!({"timeout": token}),
        json!({"timeout": ["canary"]}),
        json!({"provider_id": {"key": "canary"}}),
        json!({"name": token.repeat(4)}),
        json!({"name": {"key": "canary"}}),
    ] {
        for without in [None, Some("name"), Some("url")] {
            let mut body = with(members.clone());
            let is_absent = without.is_some_and(|field| {
                members.get(field).is_none() && body.as_object_mut().unwrap().remove(field).is_some()
            });
            let text = Value::from(faults(&body.to_string())).to_string();
            assert!(!text.contains("canary"), "{body}: {text}");
            assert_eq!(is_absent, text.contains("\"missing\""), "{body}: {text}");
        }
    }
    for text in ["\"canary", "{\"a\":canary}", "[\"canary\"]", "{\"a\":\"canary\",\"a\":\"canary\"}"] {
        let text = Value::from(faults(text)).to_string();
        assert!(!text.contains("canary"), "{text}");
    }
}
