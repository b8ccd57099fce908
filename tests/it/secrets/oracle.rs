//! No cheap oracle (DESIGN §3): who may not see a secret can't test a guess without a durable, audited write.

use serde_json::{Value, json};

use crate::server::{ADMIN, REVEALER, TestServer, WRITER, item};

fn config(secret: &str) -> Value {
    json!({"command": "x", "env": {"A": secret}})
}

#[test]
fn a_refused_write_does_not_tell_whether_the_guess_was_right() {
    let server = TestServer::start();
    let tag = server.seed("s", &config("right"));
    let changed = |key: &str, guess: &str| {
        let put = server.put(item("s")).key(key).if_match("\"stale\"").json(&config(guess));
        let answer = put.send().expect_problem(412, "precondition-failed");
        let body = answer.json();
        assert_eq!(body["current_etag"], json!(tag));
        assert_eq!(answer.etag(), tag);
        assert_eq!(body["current"]["env"]["A"], "[REDACTED]");
        body["changed"].clone()
    };
    assert_eq!(changed(WRITER, "right"), json!(["/env/A"]));
    assert_eq!(changed(WRITER, "wrong"), json!(["/env/A"]));
    for key in [ADMIN, REVEALER] {
        assert_eq!(changed(key, "right"), json!([]));
        assert_eq!(changed(key, "wrong"), json!(["/env/A"]));
    }
}

#[test]
fn a_dry_run_has_a_tag_only_for_who_may_see_secrets() {
    let server = TestServer::start();
    server.seed("s", &config("right"));
    let before = server.document();
    let dry_run = |key: &str, guess: &str| {
        server.put(format!("{}?dry_run=true", item("s"))).key(key).json(&config(guess)).send().expect(200)
    };
    for guess in ["right", "wrong"] {
        let answer = dry_run(WRITER, guess);
        assert!(answer.headers("etag").is_empty(), "{}", answer.head_text());
        assert!(answer.json().get("etag").is_none_or(Value::is_null), "{}", answer.text());
    }
    assert_eq!(dry_run(WRITER, "right").body, dry_run(WRITER, "wrong").body);
    assert_ne!(dry_run(ADMIN, "right").etag(), dry_run(ADMIN, "wrong").etag());
    assert!(server.document() == before, "a dry run wrote");
}

#[test]
fn a_retry_is_recognised_only_for_who_made_the_change() {
    let server = TestServer::start();
    let tag = server.seed("s", &config("old"));
    let put = |key: &str| server.put(item("s")).key(key).if_match(&tag).json(&config("new")).send();
    let done = put(ADMIN).expect(200).etag();
    put(WRITER).expect_problem(412, "precondition-failed");
    assert_eq!(put(ADMIN).expect(200).etag(), done);

    let by_writer =
        server.put(item("s")).key(WRITER).if_match(&done).json(&config("third")).send().expect(200).etag();
    let again = server.put(item("s")).key(WRITER).if_match(&done).json(&config("third")).send().expect(200);
    assert_eq!(again.etag(), by_writer);
}
