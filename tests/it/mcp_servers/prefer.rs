//! `Prefer: return=minimal`: no body, and a tag only where the client has what it names.

use serde_json::json;

use crate::response::Response;
use crate::server::{TestServer, item};
use crate::site::Site;
use crate::wire::Request;

/// Sends a write that prefers a short answer, and claims that it is one.
#[track_caller]
fn minimal(request: Request, status: u16) -> Response {
    let answer = request.header("Prefer", "return=minimal").send().expect(status);
    assert_eq!((answer.text().as_str(), answer.header("content-type")), ("", None));
    assert_eq!(answer.header("preference-applied"), Some("return=minimal"));
    assert!(answer.list("vary").contains(&"prefer".to_owned()), "{}", answer.head_text());
    answer
}

fn raw(request: Request, body: &str) -> Request {
    request.body("application/json", body)
}

#[test]
fn a_tag_is_returned_only_for_what_the_client_has() {
    let server = TestServer::start();
    let put = |body: &str| raw(server.put(item("s")), body);
    let now = || server.get(item("s")).send().expect(200).etag();
    let plain = r#"{"command":"x","timeout":1.50,"args":[],"env":{"A":"secret"}}"#;
    let created = minimal(put(plain), 201);
    assert_eq!(created.header("location"), Some(item("s").as_str()));
    assert_eq!(created.etag(), now());
    for (what, body, has_tag) in [
        ("the same again", plain, true),
        (
            "an equal state in another order",
            r#"{"timeout":1.50,"command":"x","args":[],"env":{"A":"secret"}}"#,
            false,
        ),
        (
            "an equal state, spelled otherwise",
            r#"{"command":"x","timeout":1.5,"args":[],"env":{"A":"secret"}}"#,
            false,
        ),
        (
            "an equal state without what says nothing",
            r#"{"command":"x","timeout":1.50,"env":{"A":"secret"}}"#,
            false,
        ),
        ("a mask", r#"{"command":"x","env":{"A":"[REDACTED]"}}"#, false),
        ("another", r#"{"command":"y","env":{"A":"secret"}}"#, true),
        ("a null", r#"{"command":"z","cwd":null}"#, false),
    ] {
        let answer = minimal(put(body), 204);
        let tag = answer.header("etag").map(str::to_owned);
        assert_eq!(tag, has_tag.then(now), "{what}");
    }
    for answer in [
        minimal(server.patch(item("s")).json(&json!({"icon": "i"})), 204),
        minimal(server.patch(item("s")).json(&json!({})), 204),
        minimal(server.post(format!("{}/rename", item("s"))).json(&json!({"to": "t"})), 204),
    ] {
        assert_eq!(answer.header("etag"), None);
        assert_eq!(answer.header("content-location"), None, "no stored state is shown");
    }
    assert_eq!(server.plaintext("t")["icon"], "i");
}

#[test]
fn what_another_dialect_makes_of_a_request_is_not_what_was_sent() {
    let server = TestServer::builder(Site::with_fixture("settings/v1.58.0.json")).start();
    for (config, has_tag) in [
        (json!({"url": "https://h/", "type": "sse"}), false),
        (json!({"url": "https://h/", "auth": "token"}), false),
        (json!({"transport": "sse", "url": "https://h/"}), true),
    ] {
        server.delete(item("new")).send();
        let answer = minimal(server.put(item("new")).json(&config), 201);
        assert_eq!(answer.header("etag").is_some(), has_tag, "{config}");
    }
}

#[test]
fn a_repetition_and_a_dry_run_are_answered_alike() {
    let server = TestServer::start();
    let tag = server.seed("s", &json!({"command": "x"}));
    let put = |target: String| server.put(target).if_match(&tag).json(&json!({"command": "y"}));
    let dry = minimal(put(format!("{}?dry_run=true", item("s"))), 204);
    let first = minimal(put(item("s")), 204);
    let again = minimal(put(item("s")), 204);
    assert_eq!((dry.etag(), again.etag()), (first.etag(), first.etag()));
    let target = format!("{}?dry_run=true", item("new"));
    let dry = minimal(server.put(&target).json(&json!({"command": "y"})), 201);
    assert_eq!(dry.header("location"), None);
    let blind = server.put(target).key(crate::server::WRITER).json(&json!({"command": "y"}));
    assert_eq!(minimal(blind, 201).header("etag"), None);
}

#[test]
fn an_unknown_preference_changes_nothing() {
    let server = TestServer::start();
    server.seed("s", &json!({"command": "x"}));
    for preference in [
        "return=representation",
        "return=minimal, return=representation",
        "return=",
        "\"",
        "wait=5",
        "\u{e9}",
    ] {
        let answer = server.put(item("s")).header("Prefer", preference).json(&json!({"command": "x"})).send();
        let answer = answer.expect(200);
        assert_eq!(answer.json()["etag"], json!(answer.etag()), "{preference}");
        assert_eq!(answer.header("preference-applied"), None, "{preference}");
        assert!(answer.list("vary").contains(&"prefer".to_owned()), "the answer depends on it all the same");
    }
    // A problem is sent in full, and so is a read.
    let preference = ("Prefer", "return=minimal");
    let stale = server
        .put(item("s"))
        .header(preference.0, preference.1)
        .if_match("\"x\"")
        .json(&json!({"command": "y"}));
    let stale = stale.send().expect_problem(412, "precondition-failed");
    assert!(stale.json()["current"].is_object());
    let read = server.get(item("s")).header(preference.0, preference.1).send().expect(200);
    assert_eq!(read.json()["config"], json!({"command": "x"}));
    assert!(!read.list("vary").contains(&"prefer".to_owned()), "{}", read.head_text());
    let deleted = server.delete(item("s")).header(preference.0, preference.1).send().expect(204);
    assert!(deleted.body.is_empty());
}
