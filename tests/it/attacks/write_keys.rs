//! What a caller with `write`, or with `write` and `use`, can do with a remote server, which needs no approval.

use serde_json::json;

use super::lab::{Lab, OPERATOR, REVEALER, USER, call, instance, put};
use super::listener::Listener;
use crate::server::{ADMIN, WRITER, item};

const CANARY: &str = "canary-header-0123456789";

/// Saving dials nothing, and neither does what a writer may do beside it.
#[test]
fn a_writer_has_nothing_dialled() {
    let lab = Lab::new();
    let listener = Listener::mcp();
    for (name, key) in [("a", WRITER), ("b", REVEALER)] {
        put(&lab.server, name, key, &json!({"url": listener.url()}));
        lab.server
            .put(instance(name, "/policy"))
            .key(key)
            .json(&json!({"idle_seconds": 0}))
            .send()
            .expect(200);
        lab.server.post(instance(name, "/probe")).key(key).send().expect_problem(409, "not-running");
        call(&lab.server, name, key, "t").expect_problem(403, "insufficient-scope");
        lab.server.patch(item(name)).key(key).json(&json!({"enabled": false})).send().expect(200);
        lab.server.patch(item(name)).key(key).json(&json!({"enabled": true})).send().expect(200);
    }
    assert_eq!(listener.connections(), 0, "{}", listener.received());
    call(&lab.server, "a", USER, "t").expect(200);
    assert_ne!(listener.connections(), 0);
}

/// A health check of the document is a call that goes on by itself: it needs an approval like a launch.
#[test]
fn a_health_check_of_the_document_calls_no_tool() {
    let lab = Lab::new();
    let listener = Listener::mcp();
    let check = json!({"tool": "delete-everything", "arguments": {}, "intervalSeconds": 10});
    put(&lab.server, "a", WRITER, &json!({"url": listener.url(), "healthCheck": check}));
    call(&lab.server, "a", USER, "t").expect(200);
    let probed = lab.server.post(instance("a", "/probe")).key(WRITER).send().expect(200).json();
    assert_eq!(probed["ok"], true, "{probed}");
    assert!(listener.received().contains("tools/list"), "it was not probed");
    assert!(!listener.received().contains("delete-everything"), "{}", listener.received());
}

/// A rule about tools is of those who may run servers. The same server under another name must not be without it.
#[test]
fn a_tool_that_is_denied_is_not_called_by_another_name() {
    let lab = Lab::new();
    let listener = Listener::mcp();
    let policy = json!({"tools": {"deny": ["forbidden"]}});
    let config = json!({"url": listener.url(), "headers": {"X-Key": CANARY}});
    let tried = |name: &str| drop(call(&lab.server, name, USER, "forbidden"));
    for name in ["copied", "renamed", "policy", "moved"] {
        put(&lab.server, name, ADMIN, &config);
        lab.server.put(instance(name, "/policy")).key(OPERATOR).json(&policy).send().expect(200);
        call(&lab.server, name, USER, "t").expect(200);
        call(&lab.server, name, USER, "forbidden").expect_problem(403, "tool-not-allowed");
    }
    let copy = lab.server.post(format!("{}/copy", item("copied"))).key(USER);
    copy.json(&json!({"to": "copy"})).send().expect_problem(403, "insufficient-scope");
    let copy = lab.server.post(format!("{}/copy", item("copied"))).key(OPERATOR);
    copy.json(&json!({"to": "copy"})).send().expect(201);
    let rename = lab.server.post(format!("{}/rename", item("renamed"))).key(USER);
    rename.json(&json!({"to": "other"})).send().expect(200);
    tried("other");
    lab.server
        .delete(instance("policy", "/policy"))
        .key(USER)
        .send()
        .expect_problem(403, "insufficient-scope");
    lab.server.put(instance("policy", "/policy")).key(USER).json(&json!({})).send().expect(403);
    tried("policy");
    // Over the file, as any other program that writes it.
    let text = lab.server.text();
    lab.server.site().write(text.replace("\"moved\"", "\"moved-away\""));
    tried("moved-away");
    assert!(!listener.received().contains("forbidden"), "{}", listener.received());
}
