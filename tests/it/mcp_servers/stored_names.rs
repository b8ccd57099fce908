//! `POST /api/settings/mcp/{settings_key}/rename`: a server whose name breaks the rule for names is given a legal one.

use serde_json::{Value, json};

use crate::peer::Peer;
use crate::server::{READER, TestServer, WRITER, item};
use crate::site::Site;

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
    assert_eq!(server.names(), ["d", "e", "f", "taken"]);
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
