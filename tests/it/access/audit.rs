//! The audit trail: who did what to which server, the tags before and after, from where.

use serde_json::{Value, json};

use crate::server::{READER, TestServer, eventually, item};
use crate::site::Site;
use crate::wire::Request;

/// The audit events so far.
fn events(server: &TestServer) -> Vec<Value> {
    let log = server.log();
    // The last line may be half written.
    let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let events = whole.lines().map(serde_json::from_str::<Value>);
    let events =
        events.map(|event| event.unwrap_or_else(|error| panic!("the log is not JSON lines: {error}\n{log}")));
    events.filter(|event| event["target"] == "audit").collect()
}

fn start() -> TestServer {
    TestServer::builder(Site::new()).argument("--log-format").argument("json").start()
}

/// The one new event that a request leaves.
#[track_caller]
fn event_of(server: &TestServer, request: Request) -> String {
    let before = events(server).len();
    request.send();
    eventually("the request is audited", || events(server).len() > before);
    let new: Vec<_> = events(server).drain(before..).collect();
    assert_eq!(new.len(), 1, "audited more than once: {new:?}");
    new[0].to_string()
}

/// A tag as it stands in a JSON text, whether it was logged with its quotes or not.
fn bare(tag: &str) -> &str {
    tag.trim_matches('"')
}

#[test]
fn a_write_is_audited_with_the_tags_before_and_after() {
    let server = start();
    let created = event_of(&server, server.put(item("audited")).json(&json!({"command": "x"})));
    let first = server.get(item("audited")).send().etag();
    for part in ["admin", "audited", bare(&first), "127.0.0.1"] {
        assert!(created.contains(part), "no {part} in {created}");
    }
    let changed = event_of(&server, server.patch(item("audited")).json(&json!({"command": "y"})));
    let second = server.get(item("audited")).send().etag();
    for part in [bare(&first), bare(&second)] {
        assert!(changed.contains(part), "no {part} in {changed}");
    }
    let deleted = event_of(&server, server.delete(item("audited")));
    assert!(deleted.contains(bare(&second)), "{deleted}");
}

#[test]
fn a_renaming_is_audited_with_both_names() {
    let server = start();
    let tag = server.seed("before", &json!({"command": "x"}));
    eventually("the write is audited", || events(&server).len() == 1);
    let rename = server.post(format!("{}/rename", item("before"))).json(&json!({"to": "after"}));
    for (request, outcome) in [
        (rename.clone().header("Origin", "http://evil.example"), "rename refused"),
        (rename.clone(), "rename done"),
        (rename, "rename refused"),
    ] {
        let event: Value = serde_json::from_str(&event_of(&server, request)).expect("it was JSON");
        assert_eq!(event["message"], outcome, "{event}");
        if event["status"] != 403 {
            assert_eq!(
                (&event["server"], &event["renamed_to"]),
                (&json!("before"), &json!("after")),
                "{event}"
            );
        }
        if event["status"] == 200 {
            let after = server.get(item("after")).send().etag();
            assert_eq!((&event["tag.before"], &event["tag.after"]), (&json!(tag), &json!(after)), "{event}");
        }
    }
}

#[test]
fn a_dry_run_is_audited_as_one() {
    let server = start();
    let tag = server.seed("audited", &json!({"command": "x"}));
    eventually("the write is audited", || events(&server).len() == 1);
    let target = format!("{}?dry_run=true", item("audited"));
    let gate = server.delete(&target).header("Origin", "http://evil.example");
    for (request, outcome, expected) in [
        (server.put(&target).json(&json!({"command": "y"})), "replace tried", true),
        (server.patch(&target).json(&json!({"command": "y"})), "patch tried", true),
        (server.delete(&target), "delete tried", true),
        (server.delete(&target).if_match("\"x\""), "delete refused", true),
        (server.delete(&target).key(READER), "delete refused", true),
        (gate, "delete refused", true),
        (server.delete(item("none")), "delete refused", false),
    ] {
        let event: Value = serde_json::from_str(&event_of(&server, request)).expect("it was JSON");
        assert_eq!(event["message"], outcome, "{event}");
        assert_eq!(event.get("dry_run").is_some(), expected, "{event}");
        if outcome.ends_with("tried") {
            assert_eq!((&event["tag.before"], &event["tag.after"]), (&json!(tag), &json!(tag)), "{event}");
        }
    }
}

#[test]
fn exposed_reads_and_refusals_are_audited() {
    let server = start();
    server.seed("audited", &json!({"command": "x", "env": {"A": "secret"}}));
    let config = json!({"command": "y", "env": {"A": "secret"}});
    let cases = [
        ("an exposed read", server.get(item("audited")).expose("plaintext"), "admin"),
        ("an encrypted read", server.get(item("audited")).expose("encrypted"), "admin"),
        ("a stale write", server.put(item("audited")).if_match("\"x\"").json(&config), "admin"),
        ("a write without the scope", server.delete(item("audited")).key(READER), "reader"),
        ("a wrong key", server.delete(item("audited")).key("wrong"), "127.0.0.1"),
        (
            "another origin",
            server.delete(item("audited")).header("Origin", "http://evil.example"),
            "127.0.0.1",
        ),
        (
            "an exposed read without the scope",
            server.get(item("audited")).key(READER).expose("plaintext"),
            "reader",
        ),
        ("an invalid write", server.put(item("audited")).json(&json!({})), "admin"),
    ];
    for (what, request, who) in cases {
        let event = event_of(&server, request);
        assert!(event.contains(who), "{what}: no {who} in {event}");
        // Who may do nothing is refused before the name is looked at.
        let is_named = event.contains("\"audited\"");
        assert!(is_named || event.contains("403") || event.contains("401"), "{what}: no server in {event}");
    }
}

#[test]
fn a_plain_read_is_not_audited() {
    let server = start();
    server.seed("audited", &json!({"command": "x"}));
    eventually("the write is audited", || events(&server).len() == 1);
    server.get(item("audited")).send().expect(200);
    // Audited after it: what the read had left would stand before.
    server.delete(item("audited")).send().expect(204);
    eventually("the deletion is audited", || events(&server).len() >= 2);
    assert_eq!(events(&server).len(), 2, "{:?}", events(&server));
}

#[test]
fn audit_events_are_logged_at_the_default_level() {
    let server = TestServer::builder(Site::new())
        .argument("--log-format")
        .argument("json")
        .without_env("MCP_SETTINGS_LOG")
        .start();
    for number in 0..3 {
        let put = server.put(item("s")).json(&json!({"command": "x", "timeout": number}));
        assert!(event_of(&server, put).contains("replace"));
    }
}

#[test]
fn a_refused_exchange_of_a_code_is_audited_even_at_the_gate() {
    let server = start();
    let foreign =
        server.post("/api/session").header("Origin", "https://evil.example").json(&json!({"code": "x"}));
    let event = event_of(&server, foreign);
    assert!(event.contains("login") && event.contains("forbidden-origin"), "{event}");
}
