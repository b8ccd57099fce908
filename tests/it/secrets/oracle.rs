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
        // Something else changes too: else the right guess would be a repetition of what was done (L8).
        let config = json!({"command": "x", "env": {"A": guess}, "description": "d"});
        let put = server.put(item("s")).key(key).if_match("\"stale\"").json(&config);
        let answer = put.send().expect_problem(412, "precondition-failed");
        let body = answer.json();
        assert_eq!(body["current_etag"], json!(tag));
        assert_eq!(answer.etag(), tag);
        assert_eq!(body["current"]["env"]["A"], "[REDACTED]");
        let mut changed: Vec<_> = body["changed"].as_array().expect("pointers").clone();
        changed.sort_by_key(Value::to_string);
        changed
    };
    for guess in ["right", "wrong"] {
        assert_eq!(changed(WRITER, guess), [json!("/description"), json!("/env/A")], "{guess}");
    }
    for key in [ADMIN, REVEALER] {
        assert_eq!(changed(key, "right"), [json!("/description")]);
        assert_eq!(changed(key, "wrong"), [json!("/description"), json!("/env/A")]);
    }
    server.put(item("s")).key(WRITER).if_match("\"stale\"").json(&config("right")).send().expect(412);
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
