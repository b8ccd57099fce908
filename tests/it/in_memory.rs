//! `serve --in-memory`: the whole service on no file at all.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::server::{SERVERS, SETTINGS, TestServer, eventually, item};
use crate::site::Site;

/// Every file and folder below this one.
fn below(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("our own folder").map(|entry| entry.expect("our own folder"));
    let mut found: Vec<String> = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        found.push(path.to_string_lossy().into_owned());
        if path.is_dir() {
            found.extend(below(&path));
        }
    }
    found
}

#[test]
fn everything_works_in_memory_and_nothing_is_left_on_disk() {
    let server = TestServer::builder(Site::new())
        .in_memory()
        .without_env("MCP_SETTINGS_SECRET_KEY")
        .env("MCP_SETTINGS_LOG", "info")
        .start();
    server.get("/ready").anonymous().send().expect(200).json()["status"]
        .as_str()
        .filter(|status| *status == "ready")
        .expect("it is ready");
    let tag = server.seed("a", &json!({"command": "x", "env": {"TOKEN": "s3cret"}}));
    assert_eq!(server.plaintext("a")["env"]["TOKEN"], "s3cret");
    let kept = json!({"command": "x", "description": "d", "env": {"TOKEN": "[REDACTED]"}});
    server.put(item("a")).if_match("\"stale\"").json(&kept).send().expect(412);
    server.put(item("a")).if_match(&tag).json(&kept).send().expect(200);
    server.post(format!("{}/rename", item("a"))).json(&json!({"to": "b"})).send().expect(200);
    assert_eq!(server.plaintext("b")["env"]["TOKEN"], "s3cret");
    let (_, opened) = server.follow();
    let recent = opened.data["recent"].as_array().expect("an array");
    let last: Vec<_> = recent.iter().map(|change| (&change["name"], &change["by"])).collect();
    assert_eq!(last, [(&json!("b"), &json!("admin"))], "the last change is known to the first reader");
    let patch = json!({"conversation_settings_diff": {"max_iterations": 7}});
    let shown = server.patch(SETTINGS).json(&patch).send().expect(200).json();
    assert_eq!(shown["conversation_settings"]["max_iterations"], 7);
    assert_eq!(shown["agent_settings"]["mcp_config"]["b"]["command"], "x");
    let session = server.get("/api/session").send().expect(200).json();
    assert_eq!(
        (&session["access"]["state"], &session["document"]),
        (&json!("writable"), &json!("settings in memory"))
    );

    eventually("the start is logged", || server.log().contains("serves settings in memory"));
    assert!(server.log().contains("nothing is kept"), "{}", server.log());
    let site = server.site();
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    let left: Vec<String> = [site.data(), site.home()].iter().flat_map(|folder| below(folder)).collect();
    assert_eq!(left, [""; 0], "it left files");
    let next = TestServer::builder(site).in_memory().start();
    assert_eq!(next.get(SERVERS).send().expect(200).json()["servers"], json!([]));
}

#[test]
fn without_configured_keys_the_printed_link_is_the_way_in() {
    let server = TestServer::builder(Site::new()).in_memory().without_env("MCP_SETTINGS_API_KEYS").start();
    server.get(SERVERS).anonymous().send().expect(401);
    let key = server.exchange(&server.code());
    server.get(SERVERS).key(&key).send().expect(200);
    assert_eq!(below(&server.home()), [""; 0], "a key was stored");
}

#[test]
fn a_settings_file_and_memory_exclude_each_other() {
    let refused = Command::new(env!("CARGO_BIN_EXE_mcp-settings"))
        .args(["serve", "--in-memory", "--settings", "settings.json"])
        .output()
        .expect("the service can be run");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}
