//! `GET /api/session`: who calls, what the key allows, and what may be done with the document.

use mcp_settings::api::Session;
use serde_json::{Value, json};

use crate::server::{ADMIN, READER, REVEALER, SERVERS, TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

const SESSION: &str = "/api/session";

/// A document that is newer than the service knows.
const NEWER: &str = r#"{"agent_settings":{"schema_version":10,"mcp_config":{"a":{"command":"x"}}}}"#;

#[track_caller]
fn session(request: Request) -> Value {
    let answer = request.send().expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("etag"), None);
    answer.read::<Session<'_>>();
    answer.json()
}

#[test]
fn every_key_learns_its_name_and_scopes_and_only_an_administrator_the_path() {
    let server = TestServer::start();
    let path = server.document_path().to_str().expect("it is UTF-8").to_owned();
    for (key, name, scopes) in [
        (ADMIN, "admin", json!(["read", "write", "reveal", "use", "admin"])),
        (WRITER, "writer", json!(["read", "write"])),
        (REVEALER, "revealer", json!(["read", "write", "reveal"])),
        (READER, "reader", json!(["read"])),
    ] {
        let mut expected = json!({
            "name": name, "scopes": scopes, "expires_in": null, "version": env!("CARGO_PKG_VERSION"),
            "access": {"state": "writable", "reason": null},
        });
        if key == ADMIN {
            expected["document"] = json!(path);
        }
        let session = session(server.get(SESSION).key(key));
        assert_eq!(session, expected);
        assert!(!session.to_string().contains(key), "a key is never reported");
    }
    assert!(server.request("HEAD", SESSION).send().expect(200).body.is_empty());
}

#[test]
fn who_has_no_key_learns_nothing() {
    let server = TestServer::start();
    for request in [server.get(SESSION).anonymous(), server.get(SESSION).key("no-such-key-0123456789")] {
        let refusal = request.send();
        refusal.expect_problem(401, "unauthorized");
    }
    server
        .get(SESSION)
        .header("Origin", "https://evil.example")
        .send()
        .expect_problem(403, "forbidden-origin");
    server.get(SESSION).key(READER).expose("plaintext").send().expect_problem(403, "insufficient-scope");
    server.get(format!("{SESSION}?view=full")).send().expect_problem(400, "invalid-query");
}

#[test]
fn the_key_of_the_printed_link_says_when_it_ends() {
    let server = TestServer::start();
    let exchange = server.post(SESSION).anonymous().json(&json!({"code": server.code()})).send().expect(200);
    let made = exchange.json();
    let key = made["key"].as_str().expect("there is a key");
    let session = session(server.get(SESSION).key(key));
    assert_eq!((&session["name"], &session["scopes"]), (&json!("page"), &made["scopes"]));
    let (left, whole) = (session["expires_in"].as_u64(), made["expires_in"].as_u64());
    assert!(left.is_some_and(|left| 0 < left) && left <= whole, "{left:?} of {whole:?}");
}

#[test]
fn without_keys_everyone_is_anyone_who_administers_and_nobody_may_run() {
    let server = TestServer::builder(Site::new()).open_to_everyone().start();
    let session = session(server.get(SESSION).anonymous());
    assert_eq!(session["name"], "anyone");
    assert_eq!(session["scopes"], json!(["read", "write", "reveal", "use", "admin"]));
    assert_eq!(session["expires_in"], Value::Null);
}

#[test]
fn what_a_write_would_be_refused_with_is_known_before() {
    let server = TestServer::builder(Site::with_document(NEWER)).start();
    let access = |key: &str| session(server.get(SESSION).key(key))["access"].take();
    let refusal = server.put(item("a")).json(&json!({"command": "y"})).send();
    let detail = refusal.expect_problem(409, "document-read-only").json()["detail"].take();
    assert_eq!(access(READER), json!({"state": "read-only", "reason": detail}));

    server.write(r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#);
    let no_servers = access(READER);
    assert_eq!(no_servers["state"], "no-servers");
    assert!(no_servers["reason"].as_str().is_some_and(|reason| reason.contains("agent")), "{no_servers}");

    server.write("garbage");
    let detail =
        server.get(SERVERS).send().expect_problem(503, "document-unreadable").json()["detail"].take();
    assert_eq!(access(READER), json!({"state": "unreadable", "reason": detail}));

    server.write(r#"{"agent_settings":{"mcp_config":{"mcpServers":{}}}}"#);
    assert_eq!(access(READER), json!({"state": "writable", "reason": null}));
}

#[test]
fn the_stream_says_why_as_the_session_does() {
    let server = TestServer::builder(Site::with_document(NEWER)).start();
    let reason = session(server.get(SESSION))["access"]["reason"].take();
    let (mut stream, opened) = server.follow();
    assert_eq!((&opened.data["access"], &opened.data["reason"]), (&json!("read-only"), &reason));
    server.write("garbage");
    let event = stream.next();
    let now = session(server.get(SESSION))["access"].take();
    assert_eq!((&event.data["access"], &event.data["reason"]), (&now["state"], &now["reason"]));
}
