//! The audit trail: who did what to which server, the tags before and after, from where.

use serde_json::{Value, json};

use crate::server::{READER, TestServer, WRITER, eventually, item};
use crate::site::Site;
use crate::wire::Request;

fn start() -> TestServer {
    TestServer::builder(Site::new()).argument("--log-format").argument("json").start()
}

/// The one new event that a request leaves.
#[track_caller]
fn event_of(server: &TestServer, request: Request) -> String {
    let before = server.audited().len();
    request.send();
    eventually("the request is audited", || server.audited().len() > before);
    let new: Vec<_> = server.audited().drain(before..).collect();
    assert_eq!(new.len(), 1, "audited more than once: {new:?}");
    new[0].to_string()
}

/// A tag as a JSON text has it, whether it was logged with its quotes or not.
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
    eventually("the write is audited", || server.audited().len() == 1);
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
    eventually("the write is audited", || server.audited().len() == 1);
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
    eventually("the write is audited", || server.audited().len() == 1);
    server.get(item("audited")).send().expect(200);
    // Audited after it: what the read had left would come before.
    server.delete(item("audited")).send().expect(204);
    eventually("the deletion is audited", || server.audited().len() >= 2);
    assert_eq!(server.audited().len(), 2, "{:?}", server.audited());
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

/// The new events that a request leaves, as soon as there are so many.
#[track_caller]
fn events_of(server: &TestServer, request: Request, count: usize) -> Vec<Value> {
    let before = server.audited().len();
    request.send();
    eventually("the request is audited", || before + count <= server.audited().len());
    server.audited().split_off(before)
}

fn settings_patch(servers: &Value) -> Value {
    json!({"agent_settings_diff": {"mcp_config": servers}})
}

#[test]
fn whatever_else_a_patch_of_everything_names_each_server_that_it_changes_has_its_event() {
    let server = start();
    let mut tags = std::collections::BTreeMap::new();
    for name in ["changed", "gone", "guessed", "same"] {
        tags.insert(name, server.seed(name, &json!({"command": "x", "env": {"A": "secret"}})));
    }
    eventually("the writes are audited", || server.audited().len() == 4);
    let mut servers: serde_json::Map<String, Value> =
        (0..40).map(|number| (format!("absent-{number:02}"), Value::Null)).collect();
    servers.insert("changed".into(), json!({"description": "d"}));
    servers.insert("gone".into(), Value::Null);
    servers.insert("guessed".into(), json!({"env": {"A": "secret"}}));
    servers.insert("same".into(), json!({}));
    servers.insert("new".into(), json!({"command": "n"}));
    let request = server.patch(crate::server::SETTINGS).key(WRITER).json(&settings_patch(&servers.into()));
    let events = events_of(&server, request, 5);
    let after = |name: &str| json!(server.get(item(name)).send().etag());
    let of = |event: &Value| {
        assert_eq!((&event["action"], &event["status"]), (&json!("patch-settings"), &json!(200)), "{event}");
        assert_eq!(event["caller"], "writer");
        (event["server"].clone(), event["tag.before"].clone(), event["tag.after"].clone())
    };
    let expected = [
        (json!("changed"), json!(tags["changed"]), after("changed")),
        (json!("gone"), json!(tags["gone"]), Value::Null),
        // Written, though it is what was stored.
        (json!("guessed"), json!(tags["guessed"]), json!(tags["guessed"])),
        (json!("new"), Value::Null, after("new")),
    ];
    assert_eq!(events[..4].iter().map(of).collect::<Vec<_>>(), expected);
    let rest = events[4]["servers"].as_str().expect("a list");
    assert!(
        rest.starts_with(r#""absent-00", "absent-01""#) && rest.ends_with(r#""absent-39", "same""#),
        "{rest}"
    );
    assert_eq!((events.len(), &events[4]["server"]), (5, &Value::Null));
}

#[test]
fn no_name_forges_a_line_a_field_or_another_name() {
    let odd = "a\", \"b\n{\"target\":\"audit\"}\u{1b}[2K status=200 server=\"c";
    let document = json!({"agent_settings": {"mcp_config": {"mcpServers": {odd: {"command": "x"}}}}});
    for format in ["json", "text"] {
        let site = Site::with_document(document.to_string());
        let server = TestServer::builder(site).argument("--log-format").argument(format).start();
        let patch = |servers: Value| server.patch(crate::server::SETTINGS).json(&settings_patch(&servers));
        patch(json!({odd: {"description": "d"}, "gone": null})).send().expect(200);
        patch(json!({odd: {"timeout": "no number"}})).send().expect(422);
        let audited = |log: &str| log.matches("patch-settings ").count();
        eventually("both are audited", || audited(&server.log()) == 3);
        let log = server.log();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("patch-settings")).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains('\u{1b}')), "{lines:?}");
        if format == "json" {
            let read = |line: &&str| serde_json::from_str::<Value>(line).expect("a line of JSON");
            let events: Vec<Value> = lines.iter().map(read).collect();
            assert_eq!(events[0]["server"], odd);
            assert_eq!(events[1]["servers"], json!("gone").to_string());
            assert_eq!(events[2]["servers"], json!(odd).to_string());
        }
    }
}

#[test]
fn what_one_request_leaves_in_the_audit_is_bounded_and_names_all_that_it_changed() {
    let server = start();
    let absent: serde_json::Map<String, Value> =
        (0..8_000).map(|number| (format!("{}-{number}", "n".repeat(100)), Value::Null)).collect();
    let request = server.patch(crate::server::SETTINGS).json(&settings_patch(&absent.into()));
    let events = events_of(&server, request, 1);
    let list = events[0]["servers"].as_str().expect("a list");
    assert!(events.len() == 1 && list.len() < 20_000 && list.ends_with(" more"), "{}", list.len());

    let names: Vec<String> = (0..300).map(|number| format!("new-{number:03}")).collect();
    let new: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!({"command": "x"}))).collect();
    let request = server.patch(crate::server::SETTINGS).json(&settings_patch(&new.into()));
    let events = events_of(&server, request, 256 + 6);
    let text: String = events.iter().map(Value::to_string).collect();
    assert_eq!(events.len(), 256 + 6, "44 names are logged by eight");
    assert!(names.iter().all(|name| text.contains(name)), "a name is missing");

    let long = "l".repeat(4_000);
    let request = server.delete(crate::server::settings_item(&long));
    let events = events_of(&server, request, 1);
    let name = events[0]["server"].as_str().expect("a name");
    assert!(name.starts_with("lll") && name.ends_with("… (4000 bytes)") && name.len() < 300, "{name}");
}
