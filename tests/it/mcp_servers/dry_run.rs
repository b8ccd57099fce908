//! `?dry_run=true`: the answer of the write, and nothing stored.

use serde_json::{Value, json};

use crate::peer::Peer;
use crate::response::Response;
use crate::server::{ADMIN, SERVERS, TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

fn config(secret: &str) -> Value {
    json!({"command": "x", "env": {"A": secret, "EMPTY": ""}, "description": "d"})
}

fn tried(target: &str) -> String {
    format!("{target}?dry_run=true")
}

/// What an answer says, but for what differs from request to request.
fn said(answer: &Response) -> (u16, Vec<String>, Value) {
    let is_own = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        !matches!(name.as_str(), "x-request-id" | "date" | "location")
    };
    let mut head: Vec<String> = answer.head_text().lines().filter(is_own).map(str::to_owned).collect();
    head.sort();
    let mut body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    if let Some(problem) = body.as_object_mut() {
        problem.remove("error_id");
    }
    (answer.status, head, body)
}

#[test]
fn a_dry_run_answers_as_the_write_then_does_and_stores_nothing() {
    let server = TestServer::start();
    let tag = server.seed("s", &config("secret"));
    type Build = fn(Request) -> Request;
    let cases: [(&str, &str, Build); 14] = [
        ("PUT", "new", |put| put.json(&config("s"))),
        ("PUT", "new", |put| put.if_match("*").json(&config("s"))),
        ("PUT", "s", |put| put.json(&config("secret"))),
        ("PUT", "s", |put| put.json(&json!({"command": "x", "env": {"A": "[REDACTED]"}}))),
        ("PUT", "s", |put| put.json(&json!({"command": "z", "env": {"A": "[REDACTED]"}}))),
        ("PUT", "s", |put| put.json(&json!({}))),
        ("PUT", "s", |put| put.if_none_match("*").json(&config("s"))),
        ("PUT", "s", |put| put.if_match("\"stale\"").json(&config("s"))),
        ("PATCH", "none", |patch| patch.json(&json!({}))),
        ("PATCH", "s", |patch| patch.json(&json!({"icon": "i"}))),
        ("PATCH", "s", |patch| patch.body("application/json", "[")),
        ("DELETE", "none", |delete| delete),
        ("DELETE", "s", |delete| delete.if_match("\"stale\"")),
        ("DELETE", "new", |delete| delete),
    ];
    for (method, name, build) in cases {
        let (files, list) = (server.files(), server.get(SERVERS).send().expect(200));
        let dry = build(server.request(method, tried(&item(name)))).send();
        assert_eq!(server.files(), files, "a dry {method} of {name} stored something");
        assert_eq!(server.get(SERVERS).send().etag(), list.etag(), "a dry {method} of {name} is seen");
        assert_eq!(dry.header("location"), None, "nothing is there to be located");
        let real = build(server.request(method, item(name))).send();
        assert_eq!(said(&dry), said(&real), "{method} {name}");
    }
    // The tag of the dry run was the one that the state then had.
    let now = server.get(item("s")).send().etag();
    assert_ne!(now, tag);
    let dry = server.patch(tried(&item("s"))).if_match(&now).json(&json!({"icon": "j"})).send().expect(200);
    let real = server.patch(item("s")).if_match(&now).json(&json!({"icon": "j"})).send().expect(200);
    assert_eq!((dry.etag(), dry.json()), (real.etag(), real.json()));
    server.delete(format!("{}?dry_run=false", item("s"))).send().expect(204);
    server.get(item("s")).send().expect(404);
}

#[test]
fn without_reveal_a_dry_run_shows_no_tag_and_confirms_no_guess() {
    let server = TestServer::start();
    let tag = server.seed("s", &json!({"description": "d", "command": "x", "env": {"A": "right"}}));
    let ask = |method: &str, body: &str, tag: Option<&str>| {
        let kind = if body.starts_with('[') { "application/json-patch+json" } else { "application/json" };
        let request = server.request(method, tried(&item("s"))).key(WRITER).body(kind, body);
        tag.into_iter().fold(request, Request::if_match).send()
    };
    // The order is not that of the stored server, and some of it is left out there.
    let put = |guess: &str| {
        format!(r#"{{"enabled":true,"command":"x","args":[],"env":{{"A":"{guess}"}},"description":"d"}}"#)
    };
    let patch = |guess: &str| format!(r#"{{"enabled":true,"env":{{"A":"{guess}"}}}}"#);
    let operations = |guess: &str| {
        format!(
            r#"[{{"op":"add","path":"/args","value":[]}},{{"op":"replace","path":"/env/A","value":"{guess}"}}]"#
        )
    };
    for tag in [None, Some(tag.as_str()), Some("\"stale\"")] {
        for (method, right, wrong) in [
            ("PUT", put("right"), put("wrong")),
            ("PATCH", patch("right"), patch("wrong")),
            ("PATCH", operations("right"), operations("wrong")),
        ] {
            let (right, wrong) = (ask(method, &right, tag), ask(method, &wrong, tag));
            assert_eq!(said(&right), said(&wrong), "{method} under {tag:?}");
            if tag == Some("\"stale\"") {
                right.expect_problem(412, "precondition-failed");
            } else {
                assert_eq!(right.header("etag"), None, "{}", right.head_text());
                assert_eq!(right.expect(200).json().get("etag"), None);
            }
        }
    }
    let created = server.put(tried(&item("new"))).key(WRITER).json(&config("s")).send().expect(201);
    assert_eq!((created.header("etag"), created.json().get("etag")), (None, None));
    let shown = server.put(tried(&item("new"))).key(ADMIN).json(&config("s")).send().expect(201);
    assert_eq!(shown.json()["etag"], json!(shown.etag()));
}

#[test]
fn a_dry_run_waits_for_nobody() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOCK_TIMEOUT_MS", "200").start();
    server.seed("s", &config("secret"));
    let _peer = Peer::holding(&server.lock_path());
    server.put(item("s")).json(&config("other")).send().expect_problem(503, "store-busy");
    server.put(tried(&item("s"))).json(&config("other")).send().expect(200);
    server.delete(tried(&item("s"))).send().expect(204);
}

#[test]
fn a_dry_run_takes_no_retry_away_and_gives_none() {
    let server = TestServer::start();
    let tag = server.seed("s", &config("one"));
    let change = |target: String, key: &str, description: &str| {
        let patch = server.patch(target).key(key).if_match(&tag);
        patch.json(&json!({"description": description})).send()
    };
    change(item("s"), WRITER, "by the writer").expect(200);
    // Were it treated as a change, the writer would no longer be who made the last one.
    server.patch(tried(&item("s"))).json(&json!({"description": "by the admin"})).send().expect(200);
    change(item("s"), WRITER, "by the writer").expect(200);
    change(tried(&item("s")), WRITER, "by the writer").expect(200);
    change(tried(&item("s")), WRITER, "another").expect_problem(412, "precondition-failed");
    change(item("s"), WRITER, "another").expect_problem(412, "precondition-failed");
}

#[test]
fn a_dry_run_on_an_unusable_document_is_refused_as_the_write_is() {
    for document in
        ["garbage", r#"{"agent_settings":{"schema_version":10,"mcp_config":{"s":{"command":"x"}}}}"#]
    {
        let server = TestServer::builder(Site::with_document(document)).start();
        for method in ["PUT", "PATCH", "DELETE"] {
            let answer = |target: String| said(&server.request(method, target).json(&config("s")).send());
            let dry = answer(tried(&item("s")));
            assert_eq!((dry.0, &dry), (409, &answer(item("s"))), "{method} on {document}");
        }
    }
}
