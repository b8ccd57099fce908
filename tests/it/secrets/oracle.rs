//! No cheap oracle (DESIGN §4.5): who may not see a secret can't test a guess without a durable, audited write.

use serde_json::{Value, json};

use crate::server::{ADMIN, REVEALER, TestServer, WRITER, item};
use crate::site::Site;

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

/// Sends the same write with a right and a wrong guess; both must be refused alike, and nothing stored.
#[track_caller]
fn refuses_alike(server: &TestServer, method: &str, body: impl Fn(&str) -> Value, guesses: [&str; 2]) {
    let document = server.document();
    let [right, wrong] = guesses.map(|guess| {
        let answer = server.request(method, item("s")).key(WRITER).json(&body(guess)).send();
        assert!(server.document() == document, "{method} {} stored something", body(guess));
        (answer.status, answer.json())
    });
    assert!(400 <= right.0, "{method} {}: {}", body(guesses[0]), right.1);
    assert_eq!(right, wrong, "{method} {}", body(guesses[0]));
}

#[test]
fn a_guess_beside_a_mask_is_refused_whether_it_is_right_or_not() {
    let server = TestServer::start();
    let config = json!({
        "url": "https://u:p@h.example/?key=k1",
        "headers": {"A": "one", "B": "two"},
        "api_keys": ["one", "two"],
    });
    server.seed("s", &config);
    let guesses = ["one", "wrong"];
    refuses_alike(&server, "PATCH", |guess| json!({"headers": {"A": guess}}), guesses);
    refuses_alike(&server, "PATCH", |guess| json!({"headers": {"A": guess, "B": "[REDACTED]"}}), guesses);
    refuses_alike(&server, "PATCH", |guess| json!({"api_keys": [guess, "[REDACTED]"]}), guesses);
    let put = |guess: &str| {
        json!({
            "url": "https://**********@h.example/?key=**********",
            "headers": {"A": guess, "B": "[REDACTED]"},
            "api_keys": ["[REDACTED]", "[REDACTED]"],
        })
    };
    refuses_alike(&server, "PUT", put, guesses);
    let url = |guess: &str| json!({"url": format!("https://**********@h.example/?key={guess}")});
    refuses_alike(&server, "PATCH", url, ["k1", "wrong"]);
}

#[test]
fn without_a_key_a_guess_is_refused_whether_it_is_right_or_not() {
    let stored = json!({"command": "x", "env": {"A": "right"}, "enabled": true});
    let document = json!({
        "schema_version": 6,
        "agent_settings": {"schema_version": 9, "agent_kind": "openhands", "mcp_config": {"s": stored}},
    });
    let site = Site::with_document(document.to_string());
    let server = TestServer::builder(site).without_env("MCP_SETTINGS_SECRET_KEY").start();
    refuses_alike(&server, "PUT", config, ["right", "wrong"]);
    refuses_alike(&server, "PATCH", |guess| json!({"env": {"A": guess}}), ["right", "wrong"]);
    // Anyone who may see the secret learns nothing by sending it.
    server.put(item("s")).key(ADMIN).json(&config("right")).send().expect(200);
}

#[test]
fn a_number_in_the_place_of_a_secret_is_refused_whether_it_is_right_or_not() {
    let document = json!({
        "agent_settings": {"mcp_config": {"mcpServers": {"s": {"command": "x", "env": {"PIN": 1234}}}}},
    });
    let server = TestServer::builder(Site::with_document(document.to_string())).start();
    let put = |guess: &str| json!({"command": "x", "env": {"PIN": guess.parse::<i64>().expect("a number")}});
    refuses_alike(&server, "PUT", put, ["1234", "4321"]);
}

#[test]
fn the_author_of_the_last_change_cannot_test_guesses_as_repetitions_of_it() {
    let server = TestServer::start();
    let first = server.seed("s", &config("right"));
    let describe = json!({"description": "d"});
    server.patch(item("s")).key(WRITER).if_match(&first).json(&describe).send().expect(200);
    let put = |guess: &str| json!({"command": "x", "env": {"A": guess}, "description": "d"});
    let document = server.document();
    for guess in ["wrong", "right"] {
        for (method, body) in
            [("PUT", put(guess)), ("PATCH", json!({"description": "d", "env": {"A": guess}}))]
        {
            for tag in [&first, "\"stale\""] {
                let write = server.request(method, item("s")).key(WRITER).if_match(tag).json(&body);
                write.send().expect_problem(412, "precondition-failed");
            }
        }
    }
    assert!(server.document() == document, "a guess was stored");
    // The change itself may be repeated.
    server.patch(item("s")).key(WRITER).if_match(&first).json(&describe).send().expect(200);
}

#[test]
fn where_nothing_can_be_sealed_a_right_guess_fails_as_a_wrong_one_does() {
    let site = std::sync::Arc::new(Site::new());
    let server = TestServer::builder(std::sync::Arc::clone(&site)).start();
    server.seed("s", &config("right"));
    server.stop();
    let only_previous = format!("[{:?}]", crate::server::SECRET);
    let server = TestServer::builder(site)
        .without_env("MCP_SETTINGS_SECRET_KEY")
        .env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", only_previous)
        .start();
    assert_eq!(server.plaintext("s")["env"]["A"], "right");
    refuses_alike(&server, "PATCH", |guess| json!({"env": {"A": guess}}), ["right", "wrong"]);
}

#[test]
fn a_right_guess_costs_a_durable_write_too() {
    use std::os::unix::fs::MetadataExt;

    let server = TestServer::start();
    server.seed("s", &config("right"));
    let inode = || std::fs::metadata(server.site().document_path()).expect("it is there").ino();
    let (before, text) = (inode(), server.document());
    server.put(item("s")).key(WRITER).json(&config("right")).send().expect(200);
    assert_ne!(inode(), before, "nothing was written");
    assert!(server.document() == text, "the bytes changed");
    let before = inode();
    server.put(item("s")).key(ADMIN).json(&config("right")).send().expect(200);
    assert_eq!(inode(), before, "who may see the secret learns nothing, and an equal state stores nothing");
}
