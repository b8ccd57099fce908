//! `POST …/{name}/copy`: the same configuration and the same secrets under another name.

use serde_json::{Value, json};

use crate::peer::Peer;
use crate::server::{ADMIN, READER, SERVERS, TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

fn copy(server: &TestServer, name: &str, to: &str) -> Request {
    server.post(format!("{}/copy", item(name))).json(&json!({"to": to}))
}

fn names(server: &TestServer) -> Vec<String> {
    let list = server.get(SERVERS).send().expect(200).json();
    let rows = list["servers"].as_array().expect("a list");
    rows.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
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
    assert_eq!(names(&server), ["a", "b", "c"]);
}

#[test]
fn a_strict_service_asks_for_a_condition() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let server = TestServer::builder(site).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true").start();
    copy(&server, "github", "new").send().expect_problem(428, "precondition-required");
    copy(&server, "github", "new").if_match("*").send().expect(201);
}

#[test]
fn what_can_not_be_copied_is_left_alone() {
    for (document, status, slug) in [
        ("garbage", 409, "document-unreadable"),
        (r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#, 409, "no-mcp-servers"),
        (
            r#"{"agent_settings":{"schema_version":10,"mcp_config":{"a":{"command":"x"}}}}"#,
            409,
            "document-read-only",
        ),
        (
            r#"{"agent_settings":{"schema_version":3,"mcp_config":{"a":{"command":"x"}}}}"#,
            422,
            "invalid-name",
        ),
        (r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":["\ud800"]}}}}"#, 409, "malformed-server"),
    ] {
        let server = TestServer::builder(Site::with_document(document)).start();
        let answer = copy(&server, "a", "mcpServers").send().expect_problem(status, slug);
        assert!(server.document() == Some(document.as_bytes().to_vec()), "{}", answer.text());
    }
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

#[test]
fn a_server_of_any_stored_name_can_be_given_a_legal_one() {
    let servers: Value = json!({"a/b": {"command": "x", "env": {"A": "secret"}}, "ü n": {"command": "y"}, "..": {"command": "z"}, "taken": {"command": "t"}});
    let document = json!({"agent_settings": {"mcp_config": {"mcpServers": servers}}}).to_string();
    let server = TestServer::builder(Site::with_document(&document)).start();
    let rename =
        |key: &str, to: &str| server.post(format!("/api/settings/mcp/{key}/rename")).json(&json!({"to": to}));
    rename("none", "c").send().expect_problem(404, "unknown-server");
    rename("a%2Fb", "taken").send().expect_problem(409, "name-taken");
    rename("a%2Fb", "c/d").send().expect_problem(422, "invalid-name");
    rename("a%2Fb", "c").if_match("\"stale\"").send().expect_problem(412, "precondition-failed");
    rename("a%2Fb", "c").key(READER).send().expect_problem(403, "insufficient-scope");
    rename("a%2Fb", "c").anonymous().send().expect_problem(401, "unauthorized");
    rename("%FF", "c").send().expect_problem(400, "invalid-name");
    rename("a%2Fb", &"c".repeat(1 << 21)).send().expect_problem(413, "body-too-large");
    let typeless = server.post("/api/settings/mcp/a%2Fb/rename").body("text/plain", "{}");
    typeless.send().expect_problem(415, "unsupported-media-type");
    let tried = server.post("/api/settings/mcp/a%2Fb/rename?dry_run=true").json(&json!({"to": "c"})).send();
    tried.expect(200);
    assert!(server.document() == Some(document.clone().into_bytes()));
    for (key, to) in [("a%2Fb", "c"), ("%C3%BC%20n", "d"), ("%2E%2E", "e")] {
        let renamed = rename(key, to).key(WRITER).send().expect(200);
        assert_eq!(renamed.header("content-location"), Some(item(to).as_str()));
        assert_eq!(renamed.etag(), server.get(item(to)).send().expect(200).etag());
    }
    assert_eq!(server.plaintext("c")["env"]["A"], "secret");
    rename("c", "f").header("Prefer", "return=minimal").send().expect(204);
    assert_eq!(names(&server), ["d", "e", "f", "taken"]);
    let expected =
        document.replace("\"a/b\":", "\"f\":").replace("\"ü n\":", "\"d\":").replace("\"..\":", "\"e\":");
    assert!(server.document() == Some(expected.into_bytes()));
}

#[test]
fn a_stored_name_is_changed_under_the_rules_of_other_writes() {
    let servers = r#""a/b":{"command":"x"}"#;
    let document = format!(r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{{{servers}}}}}}}}}"#);
    let path = "/api/settings/mcp/a%2Fb/rename";
    let strict = TestServer::builder(Site::with_document(&document))
        .env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true")
        .env("MCP_SETTINGS_LOCK_TIMEOUT_MS", "50")
        .start();
    strict.post(path).json(&json!({"to": "c"})).send().expect_problem(428, "precondition-required");
    let peer = Peer::holding(&strict.lock_path());
    strict.post(path).if_match("*").json(&json!({"to": "c"})).send().expect_problem(503, "store-busy");
    drop(peer);
    strict.post(path).if_match("*").json(&json!({"to": "c"})).send().expect(200);
}
