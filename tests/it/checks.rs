//! The order of checks (DESIGN §3): each request breaks two neighbouring rules and is answered by the
//! earlier one, so that no response reveals more than its caller may know.

use serde_json::{Value, json};

use crate::server::{READER, SERVERS, TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

const ACP: &str = r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#;
const NEWER: &str = r#"{"agent_settings":{"schema_version":10,"mcp_config":{"a":{"command":"x"}}}}"#;

struct Case {
    rules: &'static str,
    request: Request,
    status: u16,
    slug: &'static str,
}

fn case(rules: &'static str, request: Request, status: u16, slug: &'static str) -> Case {
    Case { rules, request, status, slug }
}

#[track_caller]
fn check(server: &TestServer, cases: Vec<Case>) {
    let before = server.document();
    for Case { rules, request, status, slug } in cases {
        let answer = request.send();
        let shown = format!("{rules}: {} {}", answer.status, answer.text());
        assert_eq!(answer.status, status, "{shown}");
        assert_eq!(answer.problem(), slug, "{shown}");
        assert!(server.document() == before, "{rules}: the document changed");
    }
}

fn too_large() -> String {
    format!("{{\"command\":\"{}\"}}", "x".repeat(1 << 20))
}

fn config() -> Value {
    json!({"command": "y"})
}

#[test]
fn what_is_outside_the_body_is_checked_first_and_in_order() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    let put = || server.put(item("a"));
    let json_type = "application/json";
    check(
        &server,
        vec![
            case("host, route", server.get("/nowhere").header("Host", "evil.example"), 403, "forbidden-host"),
            case(
                "origin, route",
                server.get("/nowhere").header("Origin", "http://evil.example"),
                403,
                "forbidden-origin",
            ),
            case(
                "host, key",
                server.get(SERVERS).header("Host", "evil.example").anonymous(),
                403,
                "forbidden-host",
            ),
            case("route, key", server.get("/api/settings/nowhere").anonymous(), 404, "not-found"),
            case("method, key", server.post(SERVERS).anonymous().json(&config()), 405, "method-not-allowed"),
            case("method, type", server.post(SERVERS).body("text/plain", "x"), 405, "method-not-allowed"),
            case("key, scope", put().anonymous().json(&config()), 401, "unauthorized"),
            case("key, type", put().key("wrong").body("text/plain", "x"), 401, "unauthorized"),
            case("key, exposure", server.get(item("a")).anonymous().expose("bogus"), 401, "unauthorized"),
            case("scope, type", put().key(READER).body("text/plain", "x"), 403, "insufficient-scope"),
            case("scope, size", put().key(READER).body(json_type, too_large()), 403, "insufficient-scope"),
            case("scope, body", put().key(READER).body(json_type, "{"), 403, "insufficient-scope"),
            case("scope, name", put().key(READER).body(json_type, "{}"), 403, "insufficient-scope"),
            case("scope, absent", server.delete(item("none")).key(READER), 403, "insufficient-scope"),
            case(
                "scope of an exposed read, absent",
                server.get(item("none")).key(WRITER).expose("plaintext"),
                403,
                "insufficient-scope",
            ),
            case("type, size", put().body("text/plain", too_large()), 415, "unsupported-media-type"),
            case(
                "type, header",
                put().body("text/plain", "x").if_match("bad"),
                415,
                "unsupported-media-type",
            ),
            case("size, header", put().body(json_type, too_large()).if_match("bad"), 413, "body-too-large"),
            case("header, body", put().body(json_type, "{").if_match("bad"), 400, "invalid-header"),
            case(
                "header, no body",
                put().header("Content-Type", json_type).if_match("bad"),
                400,
                "invalid-header",
            ),
            case(
                "query, body",
                server.put(format!("{}?dry_run=perhaps", item("a"))).body(json_type, "{"),
                400,
                "invalid-query",
            ),
            case("header, name", server.get(item("a%20b")).if_none_match("bad"), 400, "invalid-header"),
            case("body, name", server.put(item("a%20b")).body(json_type, "{"), 422, "malformed-body"),
            case("array, name", server.patch(item("a%20b")).body(json_type, "[1]"), 422, "malformed-body"),
            case(
                "a name twice, absent",
                server.patch(item("none")).body(json_type, r#"{"a":1,"a":1}"#),
                422,
                "malformed-body",
            ),
        ],
    );
}

#[test]
fn the_document_is_looked_at_after_the_request() {
    let server = TestServer::builder(Site::with_document("garbage")).start();
    check(
        &server,
        vec![
            case(
                "body, document",
                server.put(item("a")).body("application/json", "{"),
                422,
                "malformed-body",
            ),
            case("name, document", server.put(item("a%20b")).json(&config()), 400, "invalid-name"),
            case("name, document (read)", server.get(item("..")), 400, "invalid-name"),
            case("header, document", server.get(item("a")).expose("bogus"), 400, "invalid-header"),
            case("document, absent (read)", server.get(item("none")), 503, "document-unreadable"),
            case("document, absent (write)", server.delete(item("none")), 409, "document-unreadable"),
            case("document, invalid", server.put(item("a")).json(&json!({})), 409, "document-unreadable"),
            case(
                "document, stale",
                server.put(item("a")).if_match("\"x\"").json(&config()),
                409,
                "document-unreadable",
            ),
        ],
    );
    for (document, slug) in [(ACP, "no-mcp-servers"), (NEWER, "document-read-only")] {
        server.write(document);
        check(
            &server,
            vec![
                case(
                    "name, kind of document",
                    server.put(item("a%20b")).json(&config()),
                    400,
                    "invalid-name",
                ),
                case("kind of document, absent", server.patch(item("none")).json(&config()), 409, slug),
                case("kind of document, absent (delete)", server.delete(item("none")), 409, slug),
                case(
                    "kind of document, stale",
                    server.put(item("a")).if_match("\"x\"").json(&config()),
                    409,
                    slug,
                ),
                case("kind of document, invalid", server.put(item("a")).json(&json!({})), 409, slug),
            ],
        );
    }
}

/// A server that no route of the instances can find, by what the document is instead: one that can't be read, and one of
/// an agent variant without servers.
#[test]
fn the_document_is_looked_at_before_an_instance() {
    let server = TestServer::builder(Site::with_document("garbage")).with_run().start();
    let place = |rest: &str| format!("/api/instances/none{rest}");
    let launch = json!({"launch": "0".repeat(64)});
    let fingerprint = json!({"fingerprint": "0"});
    let requests = || {
        [
            ("GET", "", server.get(place(""))),
            ("GET", "", server.get("/api/instances/test")),
            ("GET", "/tools", server.get(place("/tools"))),
            ("GET", "/resources", server.get(place("/resources"))),
            ("GET", "/prompts", server.get(place("/prompts"))),
            ("POST", "/tools/acceptance", server.post(place("/tools/acceptance")).json(&fingerprint)),
            ("POST", "", server.post("/api/instances/test").json(&json!({"name": "none"}))),
            ("GET", "/log", server.get(place("/log"))),
            ("GET", "/approval", server.get(place("/approval"))),
            ("GET", "/policy", server.get(place("/policy"))),
            ("POST", "/approval", server.post(place("/approval")).json(&launch)),
            ("DELETE", "/approval", server.delete(place("/approval"))),
            ("PUT", "/policy", server.put(place("/policy")).json(&json!({}))),
            ("PATCH", "/policy", server.patch(place("/policy")).json(&json!({}))),
            ("DELETE", "/policy", server.delete(place("/policy"))),
            ("POST", "/probe", server.post(place("/probe"))),
            ("POST", "/restart", server.post(place("/restart"))),
            ("POST", "/tools/t/call", server.post(place("/tools/t/call")).json(&json!({}))),
        ]
    };
    for (method, rest, request) in requests() {
        let answer = request.send();
        let status = if method == "GET" { 503 } else { 409 };
        assert_eq!((answer.status, &*answer.problem()), (status, "document-unreadable"), "{method} {rest}");
    }
    let theirs = || server.post("/api/mcp/test").json(&json!({"server": {"url": "http://127.0.0.1:1/"}}));
    theirs().send().expect_problem(409, "document-unreadable");
    server.write(ACP);
    theirs().send().expect_problem(409, "no-mcp-servers");
    for (method, rest, request) in requests() {
        let answer = request.send();
        let expected = match (method, rest) {
            // Nothing that is approved of a name is left behind, whatever the document is.
            ("DELETE", "/approval") => (404, "unknown-server"),
            ("GET", "/approval" | "/policy") => (404, "no-mcp-servers"),
            (_, "/approval" | "/policy") => (409, "no-mcp-servers"),
            _ => (404, "unknown-server"),
        };
        assert_eq!((answer.status, &*answer.problem()), expected, "{method} {rest}");
    }
    server.write(r#"{"agent_settings":{"mcp_config":{}}}"#);
    for (method, rest, request) in requests() {
        let answer = request.send();
        assert_eq!((answer.status, &*answer.problem()), (404, "unknown-server"), "{method} {rest}");
    }
}

#[test]
fn the_state_is_judged_before_the_request_is_applied_to_it() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true").start();
    let create = server.put(item("a")).if_none_match("*");
    create.json(&json!({"command": "x", "env": {"A": "secret"}})).send().expect(201);
    let tag = server.get(item("a")).send().etag();
    let stale = || server.put(item("a")).if_match("\"stale\"");
    let current = || server.put(item("a")).if_match(&tag);
    check(
        &server,
        vec![
            case("absent, 428", server.patch(item("none")).json(&config()), 404, "unknown-server"),
            case("absent, 428 (delete)", server.delete(item("none")), 404, "unknown-server"),
            case(
                "absent, 412",
                server.patch(item("none")).if_match("\"x\"").json(&config()),
                404,
                "unknown-server",
            ),
            case("absent, 412 (delete)", server.delete(item("none")).if_match("*"), 404, "unknown-server"),
            case("name, 428", server.put(item("a%20b")).json(&config()), 400, "invalid-name"),
            case(
                "428, invalid",
                server.put(item("a")).json(&json!({"command": 5})),
                428,
                "precondition-required",
            ),
            case(
                "428 on create, invalid",
                server.put(item("new")).json(&json!({})),
                428,
                "precondition-required",
            ),
            case("428 on delete", server.delete(item("a")), 428, "precondition-required"),
            case("412, invalid", stale().json(&json!({"command": 5})), 412, "precondition-failed"),
            case(
                "412, unrestorable mask",
                stale().json(&json!({"command": "x", "env": {"B": "[REDACTED]"}})),
                412,
                "precondition-failed",
            ),
            case(
                "invalid, unrestorable mask",
                current().json(&json!({"command": 5, "env": {"B": "[REDACTED]"}})),
                422,
                "invalid-config",
            ),
            case(
                "invalid, bound secret",
                current().json(&json!({"command": "", "env": {"A": "[REDACTED]"}})),
                422,
                "invalid-config",
            ),
        ],
    );
}

#[test]
fn masks_are_judged_before_keys() {
    let server = TestServer::builder(Site::with_fixture("settings/v1.58.0.json")).secret("wrong").start();
    check(
        &server,
        vec![
            case(
                "unrestorable mask, wrong key",
                server.patch(item("github")).json(&json!({"env": {"NEW": "[REDACTED]", "LOG": "debug"}})),
                422,
                "unrestorable-mask",
            ),
            case(
                "bound secret, wrong key",
                server
                    .patch(item("svc"))
                    .json(&json!({"url": "http://other/", "headers": {"X-Trace": "new"}})),
                422,
                "bound-secret",
            ),
            case(
                "invalid, wrong key",
                server.patch(item("github")).json(&json!({"unknown": 1, "env": {"LOG": "debug"}})),
                422,
                "invalid-config",
            ),
            case(
                "412, wrong key",
                server.patch(item("github")).if_match("\"x\"").json(&json!({"env": {"LOG": "debug"}})),
                412,
                "precondition-failed",
            ),
        ],
    );
}
