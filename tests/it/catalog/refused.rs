//! What the catalog refuses, and what it leaves in the audit trail.

use serde_json::{Value, json};

use super::{ENTRIES, entry, in_scope, install, spec};
use crate::server::{READER, REVEALER, TestServer, WRITER, eventually};
use crate::site::Site;

#[test]
fn reading_needs_read_and_changing_needs_write() {
    let server = TestServer::start();
    install(&server, &spec("a")).send().expect(201);
    let targets =
        ["/registry/capabilities", ENTRIES, &entry("a"), &(entry("a") + "/validate")].map(str::to_owned);
    for target in targets {
        server.get(&target).key(READER).send().expect(200);
        server
            .get(&target)
            .anonymous()
            .header("Authorization", format!("Bearer {READER}"))
            .send()
            .expect(200);
        server.get(&target).anonymous().send().expect_problem(401, "unauthorized");
        let used = TestServer::builder(Site::new())
            .env("MCP_SETTINGS_API_KEYS", r#"[{"name":"u","key":"user-key-0123456789","scopes":["use"]}]"#)
            .start();
        used.get(&target).key("user-key-0123456789").send().expect_problem(403, "insufficient-scope");
    }
    install(&server, &spec("b")).key(READER).send().expect_problem(403, "insufficient-scope");
    server.delete(entry("a")).key(READER).send().expect_problem(403, "insufficient-scope");
    server.delete(entry("a")).anonymous().send().expect_problem(401, "unauthorized");
    assert_eq!(server.names(), ["a"]);
}

#[test]
fn a_malformed_scope_is_refused_everywhere() {
    let server = TestServer::start();
    install(&server, &spec("a")).send().expect(201);
    let long = "s".repeat(65);
    for scope in ["", "a%3Ab", "my+scope%2F%CE%B1", "a+b", "a%2Fb", &long] {
        let query = format!("?agent_scope={scope}");
        for request in [
            server.get(in_scope(scope)),
            server.get(entry("a") + &query),
            server.get(entry("a") + "/validate" + &query),
            server.post(in_scope(scope)).json(&spec("b")),
            server.delete(entry("a") + &query),
        ] {
            request.send().expect_problem(400, "invalid-query");
        }
    }
    server.get(format!("{ENTRIES}?expand=all")).send().expect_problem(400, "invalid-query");
    server.get(format!("{}?expand=spec", entry("a"))).send().expect_problem(400, "invalid-query");
    assert_eq!(server.names(), ["a"]);
}

#[test]
fn what_no_server_can_be_is_refused_with_its_place() {
    let server = TestServer::start();
    for (member, value, status, slug, pointer) in [
        ("name", json!(""), 422, "invalid-name", "/name"),
        ("name", json!(".a"), 422, "invalid-name", "/name"),
        ("name", json!("a:b"), 422, "invalid-name", "/name"),
        ("name", json!("a\n"), 422, "invalid-name", "/name"),
        ("name", json!("a".repeat(129)), 422, "invalid-name", "/name"),
        ("name", json!(5), 422, "invalid-name", "/name"),
        ("name", Value::Null, 422, "invalid-name", "/name"),
        ("command", json!(""), 422, "invalid-config", "/command"),
        ("command", Value::Null, 422, "invalid-config", "/command"),
        ("command", json!("${X}/bin"), 422, "invalid-config", "/command"),
        ("command", json!("a\nb"), 422, "invalid-config", "/command"),
        ("args", json!("a"), 422, "invalid-config", "/args"),
        ("args", json!(["a", 1]), 422, "invalid-config", "/args/1"),
        ("env", json!(["a"]), 422, "invalid-config", "/env"),
        ("env", json!({"A": null}), 422, "invalid-config", "/env/A"),
        ("env", json!({"A": "$lower"}), 422, "invalid-config", "/env/A"),
        ("env", json!({"A": "$"}), 422, "invalid-config", "/env/A"),
        ("env", json!({"A": "$X/bin"}), 422, "invalid-config", "/env/A"),
        ("env", json!({"A=B": "x"}), 422, "invalid-config", "/env/A=B"),
        ("env", json!({"A": "[REDACTED]"}), 422, "unrestorable-mask", "/env/A"),
        ("transport", json!("http"), 422, "invalid-config", "/transport"),
        ("transport", json!(5), 422, "invalid-config", "/transport"),
        ("description", Value::Null, 422, "invalid-config", "/description"),
    ] {
        let mut wrong = spec("a");
        wrong[member] = value;
        let refused = install(&server, &wrong).send().expect_problem(status, slug);
        assert_eq!(refused.error_pointers(), [pointer], "{wrong}");
    }
    let mut long = spec(&"a".repeat(128));
    server.post(in_scope("s")).json(&long).send().expect_problem(422, "invalid-name");
    long["command"] = json!("x");
    install(&server, &long).send().expect(201);
    server.get(entry(&"a".repeat(129))).send().expect_problem(404, "unknown-server");
    server.delete(entry(&"a".repeat(129))).send().expect(204);
    server.post(ENTRIES).body("text/plain", "x").send().expect_problem(415, "unsupported-media-type");
    server.post(ENTRIES).body("application/json", "[]").send().expect_problem(422, "malformed-body");
    server.request("DELETE", ENTRIES).send().expect_problem(405, "method-not-allowed");
    server.put(entry("a")).json(&spec("a")).send().expect_problem(405, "method-not-allowed");
}

#[test]
fn an_unusable_document_is_reported() {
    let server = TestServer::start();
    server.write("garbage");
    for target in [ENTRIES.to_owned(), entry("a"), entry("a") + "/validate"] {
        server.get(target).send().expect_problem(503, "document-unreadable");
    }
    install(&server, &spec("a")).send().expect_problem(409, "document-unreadable");
    server.delete(entry("a")).send().expect_problem(409, "document-unreadable");
    server.get("/registry/capabilities").send().expect(200);
    server.remove_document();
    install(&server, &spec("a")).send().expect_problem(503, "document-vanished");
    server.delete(entry("a")).send().expect_problem(503, "document-vanished");

    let newer = r#"{"agent_settings":{"schema_version":10,"mcp_config":{"a":{"command":"x"}}}}"#;
    let server = TestServer::builder(Site::with_document(newer)).start();
    server.get(entry("a")).send().expect(200);
    install(&server, &spec("b")).send().expect_problem(409, "document-read-only");
    server.delete(entry("a")).send().expect_problem(409, "document-read-only");
    server.delete(entry("b")).send().expect(204);

    let acp = r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#;
    let server = TestServer::builder(Site::with_document(acp)).start();
    assert_eq!(server.get(ENTRIES).send().expect(200).json(), json!({"servers": []}));
    server.get(entry("a")).send().expect_problem(404, "unknown-server");
    install(&server, &spec("a")).send().expect_problem(409, "no-mcp-servers");
    server.delete(entry("a")).send().expect(204);
}

#[test]
fn what_is_changed_and_what_is_revealed_is_audited() {
    let server = TestServer::builder(Site::new()).argument("--log-format").argument("json").start();
    let mut literal = spec("a");
    literal["env"] = json!({"TOKEN": "a-literal-secret"});
    let all = format!("{ENTRIES}?agent_scope=s&expand=spec");
    server.post(in_scope("s")).key(WRITER).json(&literal).send().expect(201);
    server.get(&all).key(READER).send().expect(200);
    server.get(&all).key(REVEALER).send().expect(200);
    server.get(entry("a") + "?agent_scope=s").key(REVEALER).send().expect(200);
    server.delete(entry("a") + "?agent_scope=s").key(READER).send().expect(403);
    server.delete(entry("a") + "?agent_scope=s").key(WRITER).send().expect(204);
    eventually("all is audited", || server.audited().len() >= 5);
    let said = |event: &Value| {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        [text("message"), text("caller"), text("server") + &text("servers")]
    };
    let events = server.audited();
    let seen: Vec<[String; 3]> = events.iter().map(said).collect();
    assert_eq!(
        seen,
        [
            ["install done", "writer", "s:a"],
            ["reveal done", "revealer", "\"s:a\""],
            ["reveal done", "revealer", "s:a"],
            ["uninstall refused", "reader", "s:a"],
            ["uninstall done", "writer", "s:a"],
        ]
    );
    assert!(
        events[0]["tag.after"].is_string() && events[4]["tag.before"] == events[0]["tag.after"],
        "{events:?}"
    );
    assert!(!events.iter().any(|event| event.to_string().contains("a-literal-secret")), "{events:?}");
}
