//! The view `named`: variables and headers of plain names in clear, for every reader.

use serde_json::{Value, json};

use crate::server::{ADMIN, READER, REVEALER, SERVERS, SETTINGS, TestServer, WRITER, item};
use crate::site::Site;

fn server() -> TestServer {
    let server = TestServer::start();
    let config = json!({
        "command": "x",
        "description": "old",
        "env": {"LOG_LEVEL": "debug", "TOKEN": "canary-token", "TZ": "ghp_canary0123456789"},
        "headers": {"aCCept": "text/html", "X": "canary-header"},
        "my_key": {"TZ": "canary-below"},
    });
    server.seed("s", &config);
    server
}

#[test]
fn a_reader_sees_plain_values_and_no_secret() {
    let server = server();
    let answer = server.get(item("s")).key(READER).expose("named").send().expect(200);
    let config = answer.json()["config"].take();
    assert_eq!(config["env"], json!({"LOG_LEVEL": "debug", "TOKEN": "[REDACTED]", "TZ": "[REDACTED]"}));
    assert_eq!(config["headers"], json!({"aCCept": "text/html", "X": "[REDACTED]"}));
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    let redacted = server.get(item("s")).key(READER).send().expect(200);
    assert_eq!(
        redacted.json()["config"]["env"]["LOG_LEVEL"],
        json!("[REDACTED]"),
        "the default view is as it was"
    );
    assert_eq!(redacted.etag(), answer.etag());
    let held = server.get(item("s")).key(READER).if_none_match(answer.etag());
    held.send().expect(304);
    server.get(item("s")).key(READER).expose("named").if_none_match(answer.etag()).send().expect(200);
}

#[test]
fn the_view_sent_back_changes_nothing_and_stores_nothing() {
    let server = server();
    let before = server.files();
    for key in [WRITER, REVEALER, ADMIN] {
        let answer = server.get(item("s")).key(key).expose("named").send().expect(200);
        let config = &answer.json()["config"];
        for request in [
            server.put(item("s")).json(config),
            server.put(item("s")).json(config).if_match(answer.etag()),
            server.patch(item("s")).json(config),
            server.patch(item("s")).json(&json!({"env": {"LOG_LEVEL": "debug"}})),
        ] {
            let sent = request.key(key).send().expect(200);
            assert_eq!(sent.etag(), answer.etag(), "{key}");
            assert!(server.files() == before, "{key}: a file changed");
        }
    }
}

#[test]
fn beside_a_kept_secret_a_caller_without_reveal_can_send_what_the_view_shows_and_nothing_else() {
    let server = server();
    let with = |changes: Value| {
        let mut config =
            server.get(item("s")).key(WRITER).expose("named").send().expect(200).json()["config"].take();
        for (place, value) in changes.as_object().expect("an object") {
            *config.pointer_mut(place).expect("the view has the place") = value.clone();
        }
        server.put(item("s")).key(WRITER).json(&config).send()
    };
    let plaintext = server.plaintext("s");
    // Right and wrong guesses at what the view hides are refused alike, under a plain name too.
    for (place, guess) in [
        ("/env/TZ", "ghp_canary0123456789"),
        ("/env/TZ", "ghp_canary0123456780"),
        ("/env/TOKEN", "canary-token"),
        ("/env/TOKEN", "canary-other"),
        ("/env/LOG_LEVEL", "info"),
    ] {
        let refused = with(json!({place: guess})).expect_problem(422, "bound-secret");
        assert!(!refused.error_pointers().iter().any(|pointer| pointer == place), "{place} {guess}");
    }
    // To another destination the view's values count as sent, and what it masks does not follow.
    let moved = with(json!({"/command": "y"})).expect_problem(422, "bound-secret");
    assert_eq!(moved.error_pointers(), ["/env/TOKEN", "/env/TZ", "/headers/X", "/my_key/TZ"]);
    assert_eq!(server.plaintext("s"), plaintext);
    with(json!({"/description": "new"})).expect(200);
}

#[test]
fn elsewhere_it_is_an_unknown_value() {
    let server = server();
    for target in [SETTINGS, SERVERS] {
        server.get(target).expose("named").send().expect_problem(400, "invalid-header");
    }
    let log = server.log();
    assert!(!log.contains("canary"), "{log}");
}

#[test]
fn the_names_can_be_chosen() {
    let site = Site::new();
    let server = TestServer::builder(site).env("MCP_SETTINGS_PLAIN_NAMES", "MODE,X_*").start();
    server.seed("s", &json!({"command": "x", "env": {"MODE": "a", "X_Y": "b", "LOG_LEVEL": "c"}}));
    let config = server.get(item("s")).key(READER).expose("named").send().expect(200).json()["config"].take();
    assert_eq!(config["env"], json!({"MODE": "a", "X_Y": "b", "LOG_LEVEL": "[REDACTED]"}));
}
