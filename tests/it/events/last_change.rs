//! The last change of each server: who made it and when is known before the first reader comes and after a restart. It is
//! nobody's where another program has changed the server since.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::{document, now_ms};
use crate::server::{ADMIN, REVEALER, TestServer, WRITER, eventually, item};
use crate::site::Site;

/// For each server of which the last change is known the author's name, empty for nobody, and the time.
#[track_caller]
fn recent(server: &TestServer) -> BTreeMap<String, (String, u64)> {
    let (_, opened) = server.follow();
    let changes = opened.data["recent"].as_array().expect("an array").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let change = |change: &serde_json::Value| {
        (text(&change["name"]), (text(&change["by"]), change["at_ms"].as_u64().expect("a number")))
    };
    changes.map(change).collect()
}

#[track_caller]
fn authors(server: &TestServer) -> Vec<(String, String)> {
    recent(server).into_iter().map(|(name, (by, _))| (name, by)).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, by)| ((*name).to_owned(), (*by).to_owned())).collect()
}

#[test]
fn it_is_known_before_the_first_reader_comes_and_after_a_restart() {
    let server = TestServer::start();
    let before = now_ms();
    let config = json!({"command": "x", "env": {"TOKEN": "secret"}});
    server.put(item("a")).key(WRITER).json(&config).send().expect(201);
    server.put(item("b")).json(&config).send().expect(201);
    server.patch(item("b")).key(REVEALER).json(&json!({"args": ["b"]})).send().expect(200);
    server.post(format!("{}/copy", item("b"))).key(WRITER).json(&json!({"to": "c"})).send().expect(201);
    let known = recent(&server);
    assert_eq!(authors(&server), pairs(&[("a", "writer"), ("b", "revealer"), ("c", "writer")]));
    assert!(known.values().all(|(_, at)| (before..=now_ms()).contains(at)), "{known:?}");
    // What changes nothing has no author.
    server.put(item("a")).json(&config).send().expect(200);
    let site = server.site();
    server.stop();
    // Other keys change tags and no state.
    let next = TestServer::builder(site)
        .env("MCP_SETTINGS_ETAG_KEY", "another key for the tags")
        .secret("a newer secret key")
        .env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", json!([crate::server::SECRET]).to_string())
        .start();
    assert_eq!(recent(&next), known);
}

#[test]
fn what_another_program_has_changed_meanwhile_is_nobodys() {
    let config = json!({"command": "x", "args": ["a"]});
    let server = TestServer::builder(Site::with_document(document(&json!({})))).start();
    for name in ["changed", "kept", "removed", "unreadable"] {
        server.put(item(name)).key(WRITER).json(&config).send().expect(201);
    }
    let site = server.site();
    server.stop();
    site.write(document(&json!({
        "kept": {"args": ["a"], "command": "x"},
        "changed": {"command": "x", "args": ["b"]},
        "new": config,
        "unreadable": [],
    })));
    let next = TestServer::builder(site).start();
    assert_eq!(authors(&next), pairs(&[("kept", "writer")]));
    // Nor is it a reader's who follows while that happens.
    let (mut stream, _) = next.follow();
    next.write(document(&json!({"kept": {"command": "y"}})));
    while stream.next().text("name") != "kept" {}
    assert_eq!(authors(&next), pairs(&[("kept", "")]));
}

#[test]
fn it_goes_where_a_renamed_server_goes_and_ends_with_a_removed_one() {
    let config = json!({"command": "x"});
    let server = TestServer::builder(Site::with_document(document(&json!({})))).start();
    for name in ["a", "b"] {
        server.put(item(name)).json(&config).send().expect(201);
    }
    server.post(format!("{}/rename", item("a"))).key(WRITER).json(&json!({"to": "c"})).send().expect(200);
    server.delete(item("b")).key(WRITER).send().expect(204);
    let site = server.site();
    server.stop();
    site.write(document(&json!({"a": config, "b": config, "c": config})));
    assert_eq!(authors(&TestServer::builder(site).start()), pairs(&[("c", "writer")]));
}

#[test]
fn what_another_service_changes_is_nobodys_at_first_and_then_its_callers() {
    let server = TestServer::start();
    let other = TestServer::builder(server.site()).start();
    let (mut stream, _) = server.follow();
    other.put(item("a")).key(WRITER).json(&json!({"command": "x"})).send().expect(201);
    stream.next_of("a");
    // As many streams as are opened at once are few enough for one key.
    let is_by = |server: &TestServer, by: &str| {
        thread::sleep(Duration::from_millis(50));
        authors(server) == pairs(&[("a", by)])
    };
    eventually("the author is known", || is_by(&server, "writer"));
    server.patch(item("a")).key(ADMIN).json(&json!({"args": ["a"]})).send().expect(200);
    eventually("the author is known", || is_by(&other, "admin"));
}
