//! What a renaming and a copy have in common: a name that no server may have yet.

use serde_json::json;

use crate::server::{TestServer, item};
use crate::site::Site;
use crate::wire::Request;

/// Both, and the status of each where it succeeds.
const VERBS: [(&str, u16); 2] = [("rename", 200), ("copy", 201)];

/// The request that gives a server, or a copy of it, this name.
pub(super) fn give_name(server: &TestServer, verb: &str, name: &str, to: &str) -> Request {
    server.post(format!("{}/{verb}", item(name))).json(&json!({"to": to}))
}

#[test]
fn a_strict_service_asks_for_a_condition() {
    for (verb, success) in VERBS {
        let site = Site::with_fixture("settings/v1.58.0.json");
        let server = TestServer::builder(site).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true").start();
        give_name(&server, verb, "github", "new").send().expect_problem(428, "precondition-required");
        give_name(&server, verb, "github", "new").if_match("*").send().expect(success);
    }
}

#[test]
fn documents_that_cannot_be_written_are_not() {
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
    ] {
        let server = TestServer::builder(Site::with_document(document)).start();
        for (verb, _) in VERBS {
            let answer = give_name(&server, verb, "a", "mcpServers").send().expect_problem(status, slug);
            assert!(server.document() == Some(document.as_bytes().to_vec()), "{}", answer.text());
            if slug == "invalid-name" {
                assert_eq!(answer.error_pointers(), ["/to"]);
            }
        }
    }
}
