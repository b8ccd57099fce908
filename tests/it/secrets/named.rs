//! The view `named`: variables and headers of plain names in the clear, for whoever may read.

use serde_json::json;

use crate::server::{READER, REVEALER, SERVERS, SETTINGS, TestServer, item};
use crate::site::Site;

fn server() -> TestServer {
    let server = TestServer::start();
    let config = json!({
        "command": "x",
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
fn the_view_sent_back_changes_nothing() {
    let server = server();
    let before = server.document();
    for key in [REVEALER, crate::server::ADMIN] {
        let answer = server.get(item("s")).key(key).expose("named").send().expect(200);
        let sent = server.put(item("s")).json(&answer.json()["config"]).send().expect(200);
        assert_eq!(sent.etag(), answer.etag());
        assert!(server.document() == before, "{key}: the document changed");
    }
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
