//! `POST /v1/mcp-servers`.

use std::thread;

use serde_json::{Value, json};

use super::{ONE_STATIC, delete, expect_words, faults, listed, named, pairs, register, with, with_file};
use crate::server::{TestServer, item};
use crate::site::Site;

#[test]
fn c_post_01_a_server_is_registered_and_listed() {
    let server = with_file(ONE_STATIC).start();
    let answer = register(&server, &named("new-mcp-server")).send().expect(201);
    // C-POST-01, C-POST-05
    let expected = r#"{"name":"new-mcp-server","url":"http://localhost:4000","provider_id":"model-context-protocol","message":"MCP server 'new-mcp-server' registered successfully"}"#;
    assert_eq!(answer.text(), expected);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(listed(&server), pairs(&[("static-mcp", "config"), ("new-mcp-server", "api")]));
    let stored = server.get(item("new-mcp-server")).send().expect(200).json();
    assert_eq!(stored["config"]["url"], "http://localhost:4000");
}

#[test]
fn c_post_02_and_03_a_name_in_use_is_refused() {
    let server = with_file(ONE_STATIC).start();
    server.seed("stored", &json!({"command": "x"}));
    register(&server, &named("twice")).send().expect(201);
    for (row, name) in
        [("C-POST-02", "static-mcp"), ("C-POST-03", "twice"), ("another route made it", "stored")]
    {
        let before = server.document();
        let answer = register(&server, &named(name)).send();
        let cause = format!("Mcp Server with name '{name}' is already registered");
        expect_words(&answer, 409, "Mcp Server already exists", &cause);
        assert!(server.document() == before, "{row}: the document changed");
    }
    assert_eq!(listed(&server), pairs(&[("static-mcp", "config"), ("twice", "api")]));
}

#[test]
fn of_those_who_register_one_name_at_once_one_wins() {
    let server = TestServer::start();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let racers: Vec<_> = (0..5)
            .map(|racer| {
                let request = register(&server, &json!({"name": "one", "url": format!("http://h{racer}/")}));
                scope.spawn(move || request.send().status)
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    assert_eq!(listed(&server), pairs(&[("one", "api")]));
}

#[test]
fn what_the_contract_takes_is_taken() {
    let server = TestServer::start();
    let longest = "n".repeat(128);
    for (row, members, provider) in [
        (
            "C-POST-04",
            json!({"provider_id": "custom-provider", "authorization_headers": {"Authorization": "client"}, "headers": ["x-rh-identity"], "timeout": 30}),
            "custom-provider",
        ),
        ("C-POST-05", json!({}), "model-context-protocol"),
        ("C-POST-08", json!({"name": longest}), "model-context-protocol"),
        (
            "C-POST-11",
            json!({"authorization_headers": {"Authorization": "client"}}),
            "model-context-protocol",
        ),
        (
            "C-POST-11",
            json!({"authorization_headers": {"Authorization": "kubernetes"}}),
            "model-context-protocol",
        ),
        ("C-POST-11", json!({"authorization_headers": {"Authorization": "oauth"}}), "model-context-protocol"),
        ("C-POST-14", json!({"authorization_headers": {"A": " client "}}), "model-context-protocol"),
        ("C-POST-16", json!({"timeout": "30"}), "model-context-protocol"),
        ("C-POST-16", json!({"timeout": 2.0}), "model-context-protocol"),
        ("lax integers", json!({"timeout": true}), "model-context-protocol"),
        (
            "C-POST-18",
            json!({"authorization_headers": null, "headers": null, "timeout": null}),
            "model-context-protocol",
        ),
        ("an empty provider", json!({"provider_id": ""}), ""),
        ("https", json!({"url": "https://mcp.example:8443/a?b=c#d"}), "model-context-protocol"),
    ] {
        let body = with(members);
        let answer = register(&server, &body).send();
        assert_eq!(answer.status, 201, "{row}: {}", answer.text());
        let answer = answer.json();
        assert_eq!((&answer["name"], &answer["url"]), (&body["name"], &body["url"]), "{row}");
        assert_eq!(answer["provider_id"], provider, "{row}");
        assert_eq!(answer.as_object().map(|members| members.len()), Some(4), "{row}: {answer}");
        let name = body["name"].as_str().expect("a name");
        assert_eq!(delete(&server, name).send().expect(200).json()["deleted"], true, "{row}");
    }
}

#[test]
fn what_the_contract_refuses_is_refused() {
    let server = TestServer::start();
    let too_long = "n".repeat(129);
    let unsupported = "unsupported value";
    for (row, members, kind, field, text) in [
        ("C-POST-06", json!({"url": "ftp://h/"}), "value_error", "url", "scheme"),
        ("C-POST-07", json!({"name": ""}), "string_too_short", "name", "at least 1 character"),
        ("C-POST-08", json!({"name": too_long}), "string_too_long", "name", "at most 128 characters"),
        (
            "C-POST-12",
            json!({"authorization_headers": {"Authorization": "/var/secrets/token"}}),
            "value_error",
            "authorization_headers",
            unsupported,
        ),
        (
            "C-POST-13",
            json!({"authorization_headers": {"Authorization": "Bearer my-static-token"}}),
            "value_error",
            "authorization_headers",
            unsupported,
        ),
        (
            "C-POST-14",
            json!({"authorization_headers": {"A": "Client"}}),
            "value_error",
            "authorization_headers",
            unsupported,
        ),
        ("C-POST-15", json!({"token": "my-static-token"}), "extra_forbidden", "token", "Extra inputs"),
        ("C-POST-16", json!({"timeout": 0}), "greater_than", "timeout", "greater than 0"),
        ("C-POST-16", json!({"timeout": -1}), "greater_than", "timeout", "greater than 0"),
        ("C-POST-16", json!({"timeout": 1.5}), "int_from_float", "timeout", "fractional part"),
        ("C-POST-17", json!({"url": "HTTP://m"}), "value_error", "url", "scheme"),
        ("C-POST-18", json!({"provider_id": null}), "string_type", "provider_id", "valid string"),
        ("C-POST-20", json!({"headers": ["A", "a"]}), "value_error", "headers", "Duplicate header name"),
        ("C-POST-20", json!({"headers": [""]}), "value_error", "headers", "must not be empty"),
        (
            "a name that is no segment",
            json!({"name": "a/b"}),
            "value_error",
            "name",
            "Invalid MCP server name",
        ),
        ("a name of two lines", json!({"name": "a\nb"}), "value_error", "name", "Invalid MCP server name"),
        ("no host", json!({"url": "http://"}), "value_error", "url", "host"),
        ("a user", json!({"url": "http://u:my-static-token@h/"}), "value_error", "url", "no user"),
        ("a reference in the host", json!({"url": "http://${HOST}/"}), "value_error", "url", ""),
    ] {
        let answer = register(&server, &with(members)).send();
        assert_eq!(faults(&answer), [(kind.to_owned(), json!(["body", field]))], "{row}");
        let text_of = answer.json()["detail"][0]["msg"].to_string();
        assert!(text_of.contains(text), "{row}: {text_of}");
        for secret in ["my-static-token", "/var/secrets"] {
            assert!(!answer.text().contains(secret), "{row}: {}", answer.text());
        }
    }
    assert_eq!(listed(&server), []);
    assert!(server.document().is_none(), "nothing was written");
    for secret in ["my-static-token", "/var/secrets"] {
        assert!(!server.log().contains(secret), "the log has {secret}");
    }
}

#[test]
fn all_that_is_wrong_with_a_body_is_said_at_once() {
    let server = TestServer::start();
    let at = |field: &str| json!(["body", field]);
    let missing = |field: &str| ("missing".to_owned(), at(field));
    for (row, body, expected) in [
        ("C-POST-09", json!({"url": "http://h/"}), vec![missing("name")]),
        ("C-POST-10", json!({}), vec![missing("name"), missing("url")]),
        (
            "C-POST-21",
            json!({"extra": 1, "timeout": 0, "name": "a"}),
            vec![
                missing("url"),
                ("greater_than".to_owned(), at("timeout")),
                ("extra_forbidden".to_owned(), at("extra")),
            ],
        ),
    ] {
        assert_eq!(faults(&register(&server, &body).send()), expected, "{row}");
    }
    let answer = register(&server, &json!({"url": "http://h/", "timeout": 5})).send();
    let expected = json!({"detail": [{"type": "missing", "loc": ["body", "name"], "msg": "Field required", "input": {"url": "http://h/", "timeout": 5}}]});
    assert_eq!(answer.json(), expected);
}

#[test]
fn c_post_19_a_body_that_is_no_object_is_refused() {
    let server = TestServer::start();
    let post = |bytes: &str| server.post(super::REGISTERED).body("application/json", bytes).send();
    // C-POST-19
    let missing =
        json!({"detail": [{"type": "missing", "loc": ["body"], "msg": "Field required", "input": null}]});
    for answer in [post(""), server.post(super::REGISTERED).send()] {
        assert_eq!((answer.status, answer.json()), (422, missing.clone()));
    }
    assert_eq!(faults(&post("[]")), [("model_attributes_type".to_owned(), json!(["body"]))]);
    assert_eq!(faults(&post("{\"name\":")), [("json_invalid".to_owned(), json!(["body", 8]))]);
    let twice = r#"{"name":"a","url":"http://h/","name":"b"}"#;
    assert_eq!(faults(&post(twice)), [("json_invalid".to_owned(), json!(["body", "name"]))]);
    assert_eq!(listed(&server), []);
}

#[test]
fn secrets_in_a_url_are_stored_and_shown_to_nobody_who_lists() {
    let server = TestServer::builder(Site::new()).start();
    let body = json!({"name": "a", "url": "https://mcp.example/v1?api_key=canary-0123456789"});
    let answer = register(&server, &body).send().expect(201);
    let list = server.get(super::REGISTERED).send().expect(200);
    for answer in [&answer, &list] {
        assert!(!answer.text().contains("canary"), "{}", answer.text());
        assert!(answer.text().contains("https://mcp.example/v1?api_key=**********"), "{}", answer.text());
    }
    assert_eq!(server.plaintext("a")["url"], body["url"]);
    assert!(!server.log().contains("canary-0123456789"));
}

#[test]
fn a_registration_asks_for_no_condition() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true").start();
    register(&server, &named("a")).send().expect(201);
    let answer: Value = delete(&server, "a").send().expect(200).json();
    assert_eq!(answer["deleted"], true);
}
