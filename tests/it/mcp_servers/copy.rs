//! `POST …/{name}/copy`: the same configuration and the same secrets under another name.

use serde_json::json;

use crate::peer::Peer;
use crate::server::{ADMIN, READER, TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

use super::new_name::give_name;

fn copy(server: &TestServer, name: &str, to: &str) -> Request {
    give_name(server, "copy", name, to)
}

#[test]
fn a_copy_has_the_configuration_and_the_secrets_of_its_source() {
    for server in [TestServer::start(), TestServer::builder(Site::new()).in_openhands_folder().start()] {
        let config = json!({
            "url": "https://u:p@h.example/?api_key=k", "headers": {"X-A": "secret"},
            "auth": {"strategy": "bearer", "value": "token"},
        });
        let tag = server.seed("a", &config);
        let answer = copy(&server, "a", "b").key(WRITER).if_match(&tag).send().expect(201);
        let shown = server.get(item("b")).send().expect(200);
        assert_eq!(answer.json(), shown.json());
        assert_eq!((answer.etag(), answer.header("location")), (shown.etag(), Some(item("b").as_str())));
        assert_ne!(answer.etag(), tag, "a tag is bound to the name");
        assert_eq!(server.plaintext("b"), config);
        assert_eq!(server.get(item("a")).send().etag(), tag, "the source stays what it was");
        // From then on they are two servers.
        server.patch(item("b")).json(&json!({"headers": {"X-A": "other"}})).send().expect(200);
        assert_eq!(server.plaintext("a"), config);
    }
}

#[test]
fn what_a_copy_needs_is_what_other_writes_need() {
    let server = TestServer::start();
    let tag = server.seed("a", &json!({"command": "a", "env": {"A": "secret"}}));
    server.seed("b", &json!({"command": "b"}));
    let before = server.files();
    let post = |body: &str| server.post(format!("{}/copy", item("a"))).body("application/json", body).send();
    for (body, slug, pointer) in [
        ("{}", "malformed-body", "/to"),
        (r#"{"to":["c"]}"#, "malformed-body", "/to"),
        (r#"{"to":"c","force":true}"#, "malformed-body", "/force"),
        (r#"{"to":".."}"#, "invalid-name", "/to"),
        (r#"{"to":"a/b"}"#, "invalid-name", "/to"),
    ] {
        assert_eq!(post(body).expect_problem(422, slug).error_pointers(), [pointer], "{body}");
    }
    for to in ["a", "b"] {
        let taken = copy(&server, "a", to).send().expect_problem(409, "name-taken");
        assert_eq!(taken.error_pointers(), ["/to"]);
    }
    copy(&server, "none", "c").send().expect_problem(404, "unknown-server");
    copy(&server, "a", "c").if_match("bad").send().expect_problem(400, "invalid-header");
    copy(&server, "a", "c").if_none_match("\"*\"").send().expect_problem(400, "invalid-header");
    copy(&server, "a%20b", "c").send().expect_problem(400, "invalid-name");
    copy(&server, "a", "c").key(READER).send().expect_problem(403, "insufficient-scope");
    copy(&server, "a", "c").anonymous().send().expect_problem(401, "unauthorized");
    let typeless = server.post(format!("{}/copy", item("a"))).body("text/plain", r#"{"to":"c"}"#);
    typeless.send().expect_problem(415, "unsupported-media-type");
    let long = "a".repeat(1 << 21);
    copy(&server, "a", &long).send().expect_problem(413, "body-too-large");
    for (condition, value) in
        [("If-Match", "\"stale\""), ("If-None-Match", "*"), ("If-None-Match", tag.as_str())]
    {
        let failed = copy(&server, "a", "c").header(condition, value).send();
        let failed = failed.expect_problem(412, "precondition-failed");
        assert_eq!(
            (failed.etag(), failed.json()["current"]["env"]["A"].clone()),
            (tag.clone(), json!("[REDACTED]"))
        );
    }
    assert_eq!(server.files(), before);
    // Tried, and by a caller without reveal without the tag that would confirm a guess.
    let target = format!("{}/copy?dry_run=true", item("a"));
    let tried = server.post(&target).json(&json!({"to": "c"})).send().expect(201);
    assert_eq!(tried.header("location"), None);
    let guess = server.post(&target).key(WRITER).json(&json!({"to": "c"})).send().expect(201);
    assert_eq!(guess.header("etag"), None);
    assert_eq!(server.files(), before);
    let minimal = copy(&server, "a", "c").header("Prefer", "return=minimal").send().expect(201);
    assert!(minimal.body.is_empty());
    // A repetition finds the copy.
    copy(&server, "a", "c").send().expect_problem(409, "name-taken");
    assert_eq!(server.names(), ["a", "b", "c"]);
}

#[test]
fn what_cannot_be_read_is_not_copied() {
    let document = r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":["\ud800"]}}}}"#;
    let server = TestServer::builder(Site::with_document(document)).start();
    let answer = copy(&server, "a", "mcpServers").send().expect_problem(409, "malformed-server");
    assert!(server.document() == Some(document.as_bytes().to_vec()), "{}", answer.text());
}

#[test]
fn a_copy_of_a_server_that_another_program_made_too_large_is_refused() {
    let text = "d".repeat(1 << 20);
    let site = Site::with_document(format!(
        r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{{"a":{{"command":"x","description":"{text}"}}}}}}}}}}"#
    ));
    let server = TestServer::builder(site).start();
    let before = server.document();
    copy(&server, "a", "b").send().expect_problem(422, "invalid-config");
    assert!(server.document() == before);
}

#[test]
fn while_another_process_holds_the_lock_a_copy_gives_up_in_time() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let server = TestServer::builder(site).env("MCP_SETTINGS_LOCK_TIMEOUT_MS", "50").start();
    let peer = Peer::holding(&server.lock_path());
    copy(&server, "github", "new").send().expect_problem(503, "store-busy");
    drop(peer);
    copy(&server, "github", "new").send().expect(201);
}

#[test]
fn a_copy_is_audited_with_both_names() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "a"}));
    copy(&server, "a", "b").key(ADMIN).send().expect(201);
    crate::server::eventually("the copy is in the log", || server.log().contains("copy done"));
    let log = server.log();
    let line = log.lines().find(|line| line.contains("copy done")).expect("it was just there");
    assert!(line.contains(r#"server="a""#) && line.contains(r#"copied_to="b""#), "{line}");
}
