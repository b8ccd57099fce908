//! Keys that are wrong, missing or broken: nothing that can't be opened is lost, and the right key finds it.

use std::fs;

use serde_json::{Value, json};

use super::refused;
use crate::crypto::{self, tokens};
use crate::server::{SECRET, SERVERS, TestServer, WRITER, eventually, item};
use crate::site::{Site, fixture};

const KEY_FILE: &str = ".mcp-settings.secret-key";

fn needs_reentry(answer: &Value) -> Vec<&str> {
    let pointers =
        answer["needs_reentry"].as_array().unwrap_or_else(|| panic!("no `needs_reentry`: {answer}"));
    let mut pointers: Vec<_> = pointers.iter().map(|pointer| pointer.as_str().expect("a pointer")).collect();
    pointers.sort_unstable();
    pointers
}

/// Claims that the service says, in its log and to a probe, that its keys are wrong, and says it in words that
/// show no path.
fn is_degraded(server: &TestServer, code: &str) {
    let ready = server.get("/ready").anonymous().send().expect(200).json();
    assert_eq!(ready["status"], "degraded", "{ready}");
    let reasons = ready["reasons"].as_array().expect("degraded for a reason");
    let codes: Vec<_> = reasons.iter().map(|reason| reason["code"].as_str().expect("a word")).collect();
    assert_eq!(codes, [code], "{ready}");
    assert!(!ready.to_string().contains(&*server.data().to_string_lossy()), "a path: {ready}");
    let is_logged = |line: &str| ["degraded", "WARN", code].iter().all(|part| line.contains(part));
    // The service listens before it logs.
    eventually("it is logged", || server.log().lines().any(is_logged));
}

/// What a service can do that has no key for the fixture's secrets.
fn keeps_what_it_cannot_open(server: &TestServer, slug: &str) {
    let stored: Value =
        serde_json::from_slice(&fixture("settings/v1.58.0.json")).expect("the fixture is JSON");
    server.get(SERVERS).send().expect(200);
    let shown = server.get(item("github")).send().expect(200).json();
    assert_eq!(needs_reentry(&shown), ["/env/GITHUB_PERSONAL_ACCESS_TOKEN", "/env/LOG"]);
    assert_eq!(shown["config"]["env"]["LOG"], "[REDACTED]");
    let plaintext = server.get(item("github")).expose("plaintext");
    let answer = refused(server, "plaintext", plaintext, 409, "secret-unreadable");
    assert!(answer.text().contains("/env/LOG"), "{}", answer.text());
    let encrypted = server.get(item("github")).expose("encrypted").send().expect(200).json();
    assert_eq!(encrypted["config"]["env"], stored["agent_settings"]["mcp_config"]["github"]["env"]);

    let sealing = [
        server.put(item("new")).json(&json!({"command": "x", "env": {"A": "secret"}})),
        server.patch(item("github")).json(&json!({"env": {"LOG": "debug"}})),
        server.patch(item("basic")).json(&json!({"auth": {"password": "p"}})),
    ];
    for write in sealing {
        let answer = refused(server, "a write that must seal", write, 409, slug);
        let detail = answer.json()["detail"].as_str().expect("problem() saw it").to_owned();
        assert!(slug != "key-missing" || detail.contains("MCP_SETTINGS_SECRET_KEY"), "{detail}");
    }
    let before = tokens(&server.json());
    server.patch(item("github")).json(&json!({"description": "kept"})).send().expect(200);
    server.put(item("plain")).json(&json!({"command": "x"})).send().expect(201);
    let mut after = tokens(&server.json());
    let mut sorted = before.clone();
    sorted.sort();
    after.sort();
    assert_eq!(after, sorted, "a write lost or changed a token");
}

#[test]
fn a_wrong_key_loses_nothing_and_the_right_one_comes_back() {
    let right = TestServer::on_fixture("settings/v1.58.0.json");
    let (svc, tag) = (right.plaintext("svc"), right.get(item("svc")).send().etag());
    let site = right.site();
    right.stop();

    let wrong = TestServer::builder(site).secret("another secret").start();
    is_degraded(&wrong, "wrong-key");
    keeps_what_it_cannot_open(&wrong, "wrong-key");
    assert_ne!(wrong.get(item("svc")).send().etag(), tag, "the tag does not depend on the key");
    let site = wrong.site();
    wrong.stop();

    let right = TestServer::builder(site).start();
    assert_eq!(right.get("/ready").anonymous().send().expect(200).json(), json!({"status": "ready"}));
    assert_eq!(right.plaintext("svc"), svc);
    assert_eq!(right.get(item("svc")).send().etag(), tag);
    let github = right.get(item("github")).send().expect(200).json();
    assert_eq!(github["config"]["description"], "kept");
    assert!(github.get("needs_reentry").is_none_or(|pointers| pointers == &json!([])), "{github}");
    right.put(item("new")).json(&json!({"command": "x", "env": {"A": "secret"}})).send().expect(201);
}

#[test]
fn a_missing_key_is_not_made_up_for_another_programs_document() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let server = TestServer::builder(site).without_env("MCP_SETTINGS_SECRET_KEY").start();
    is_degraded(&server, "key-missing");
    keeps_what_it_cannot_open(&server, "key-missing");
    assert!(!server.data().join(KEY_FILE).exists(), "a key file was made");
}

#[test]
fn an_older_key_opens_and_the_newest_seals() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let server = TestServer::builder(site)
        .secret("the new secret")
        .env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", json!([SECRET]).to_string())
        .start();
    let log = server.plaintext("github")["env"]["LOG"].clone();
    let stored = server.json();
    server.patch(item("github")).json(&json!({"env": {"ADDED": "fresh"}})).send().expect(200);
    let after = server.json();
    let env = |document: &Value| document["agent_settings"]["mcp_config"]["github"]["env"].clone();
    assert_eq!(env(&after)["LOG"], env(&stored)["LOG"], "an unchanged secret was sealed again");
    let added = env(&after)["ADDED"].as_str().expect("a token").to_owned();
    assert_eq!(crypto::open("the new secret", &added).as_deref(), Some("fresh"));
    assert_eq!(
        server.plaintext("github")["env"],
        json!({
            "ADDED": "fresh", "LOG": log,
            "GITHUB_PERSONAL_ACCESS_TOKEN": server.plaintext("github")["env"]["GITHUB_PERSONAL_ACCESS_TOKEN"],
        })
    );
}

#[test]
fn a_key_file_is_made_once_and_kept() {
    let server = TestServer::builder(Site::new()).without_env("MCP_SETTINGS_SECRET_KEY").start();
    server.put(item("plain")).json(&json!({"command": "x"})).send().expect(201);
    server.put(item("a")).json(&json!({"command": "x", "env": {"A": "first"}})).send().expect(201);
    assert_eq!(server.mode(KEY_FILE), 0o600);
    let key = fs::read(server.data().join(KEY_FILE)).expect("it is there");
    let tag = server.get(item("a")).send().etag();
    let site = server.site();
    server.stop();

    let server = TestServer::builder(site).without_env("MCP_SETTINGS_SECRET_KEY").start();
    assert_eq!(server.plaintext("a")["env"]["A"], "first");
    assert_eq!(server.get(item("a")).send().etag(), tag);
    server.put(item("b")).json(&json!({"command": "x", "env": {"B": "second"}})).send().expect(201);
    assert!(fs::read(server.data().join(KEY_FILE)).expect("it is there") == key, "the key file changed");
}

#[test]
fn a_broken_key_file_is_an_error_and_never_replaced() {
    for broken in ["", "\n", "\u{0}"] {
        let site = Site::new();
        fs::write(site.data().join(KEY_FILE), broken).expect("our own folder");
        let key_file = site.data().join(KEY_FILE);
        if let Ok(server) = TestServer::builder(site).without_env("MCP_SETTINGS_SECRET_KEY").try_start() {
            let answer = server.put(item("a")).json(&json!({"command": "x", "env": {"A": "secret"}})).send();
            assert!(answer.status >= 400, "{broken:?}: sealed with a broken key");
            assert_eq!(fs::read_to_string(&key_file).expect("it is there"), broken);
            assert_eq!(server.document(), None, "{broken:?}: a document was written");
        }
    }
}

/// What a writer can put down that is built as an encrypted value is, or only begins like one.
fn fakes() -> [String; 3] {
    [format!("gAAAAAB{}", "A".repeat(113)), "gAAAAAnot-a-token".to_owned(), crypto::seal("nobody's key", "x")]
}

#[test]
fn a_writer_cannot_lock_the_others_out_with_a_made_up_token() {
    for has_key_file in [false, true] {
        for (number, fake) in fakes().iter().enumerate() {
            let builder = |site| {
                let builder = TestServer::builder(site);
                if has_key_file { builder.without_env("MCP_SETTINGS_SECRET_KEY") } else { builder }
            };
            let server = builder(std::sync::Arc::new(Site::new())).start();
            let places = json!({
                "command": "x", "description": fake, "icon": fake, "args": [fake], "cwd": fake,
                "tools": {fake: {"note": fake}}, "note": fake
            });
            server.put(item("fake")).key(WRITER).json(&places).send().expect(201);
            let sealing =
                |name: &str| server.put(item(name)).json(&json!({"command": "x", "env": {"A": "s"}}));
            sealing("first").send().expect(201);
            let site = server.site();
            server.stop();
            let server = builder(site).start();
            assert_eq!(server.get("/ready").send().json(), json!({"status": "ready"}), "fake {number}");
            assert_eq!(server.plaintext("first")["env"]["A"], "s");
        }
    }
}
