//! `DELETE /v1/mcp-servers/{name}`.

use serde_json::json;

use super::{ONE_STATIC, delete, expect_words, listed, named, pairs, register, with_file};
use crate::server::{TestServer, item};

const DELETED: &str = r#"{"deleted":true,"name":"dynamic-mcp","response":"MCP server deleted successfully"}"#;

#[test]
fn c_del_01_a_static_server_is_not_deleted() {
    let server = with_file(ONE_STATIC).start();
    // C-DEL-01
    let answer = delete(&server, "static-mcp").send();
    let cause = "MCP server 'static-mcp' is defined in configuration and cannot be removed via the API.";
    expect_words(&answer, 403, "Cannot delete statically configured MCP server", cause);
    assert_eq!(listed(&server), pairs(&[("static-mcp", "config")]));
}

#[test]
fn c_del_02_04_and_05_a_registration_is_ended_once() {
    let server = with_file(ONE_STATIC).start();
    // C-DEL-05
    register(&server, &named("dynamic-mcp")).send().expect(201);
    assert_eq!(listed(&server), pairs(&[("static-mcp", "config"), ("dynamic-mcp", "api")]));
    // C-DEL-02
    assert_eq!(delete(&server, "dynamic-mcp").send().expect(200).text(), DELETED);
    assert_eq!(listed(&server), pairs(&[("static-mcp", "config")]));
    server.get(item("dynamic-mcp")).send().expect(404);
    // C-DEL-04
    let again = r#"{"deleted":false,"name":"dynamic-mcp","response":"MCP server not found"}"#;
    assert_eq!(delete(&server, "dynamic-mcp").send().expect(200).text(), again);
    // The name is free again.
    register(&server, &named("dynamic-mcp")).send().expect(201);
}

#[test]
fn c_del_03_what_is_not_registered_is_not_found() {
    let server = TestServer::start();
    server.seed("stored", &json!({"command": "x"}));
    let before = server.document();
    // C-DEL-03
    for (sent, name) in [
        ("non-existent-server", "non-existent-server"),
        ("stored", "stored"),
        ("a%20b", "a b"),
        ("%C3%BC", "ü"),
        ("Stored", "Stored"),
    ] {
        let expected = json!({"deleted": false, "name": name, "response": "MCP server not found"});
        assert_eq!(delete(&server, sent).send().expect(200).json(), expected);
    }
    assert!(server.document() == before, "the document changed");
}

#[test]
fn c_del_06_a_name_is_one_segment() {
    let server = TestServer::start();
    // C-DEL-06
    for name in ["a%2Fb", "a%2fb"] {
        assert_eq!(delete(&server, name).send().expect(404).text(), r#"{"detail":"Not Found"}"#, "{name}");
    }
}
