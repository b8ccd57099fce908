//! The queries that each route takes: all others are refused, and nothing is done.

use serde_json::json;

use crate::server::{SERVERS, TestServer, item};

#[test]
fn a_query_that_a_route_does_not_take_is_refused_by_name() {
    let server = TestServer::start();
    server.seed("s", &json!({"command": "x"}));
    let config = json!({"command": "y"});
    let before = server.files();
    let on = |target: &str, query: &str| format!("{target}?{query}");
    let s = item("s");
    for (what, request, parameter) in [
        ("an unknown one", server.put(on(&s, "force=true")).json(&config), Some("force")),
        ("twice", server.put(on(&s, "dry_run=true&dry_run=true")).json(&config), Some("dry_run")),
        ("another value", server.put(on(&s, "dry_run=1")).json(&config), Some("dry_run")),
        ("no value", server.delete(on(&s, "dry_run")), Some("dry_run")),
        ("a broken escape", server.patch(on(&s, "dry_run=%tr")).json(&config), Some("dry_run")),
        ("on a read", server.get(on(&s, "dry_run=true")), Some("dry_run")),
        ("on the list", server.get(on(SERVERS, "dry_run=true")), Some("dry_run")),
        ("on another route", server.get(on("/health", "dry_run=true")), Some("dry_run")),
        ("what may be a secret", server.delete(on(&s, "sk-1234567890")), None),
        ("no name", server.delete(on(&s, "=true")), None),
        ("an empty one", server.delete(on(&s, "dry_run=true&")), None),
    ] {
        let answer = request.send().expect_problem(400, "invalid-query");
        let named = answer.json().get("parameter").and_then(|name| name.as_str().map(str::to_owned));
        assert_eq!(named.as_deref(), parameter, "{what}: {}", answer.text());
        assert!(!answer.text().contains("1234567890"), "{what}: {}", answer.text());
        assert_eq!(server.files(), before, "{what}");
    }
    server.get(on(&s, "")).send().expect(200);
}
