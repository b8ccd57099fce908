//! A document that others replace, delete or break under the running service.

use serde_json::json;

use super::refused;
use crate::server::{SERVERS, TestServer, item};

const GOOD: &str =
    r#"{"agent_settings":{"agent_kind":"openhands","mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#;

/// Texts that are no document that can be used, and why.
const UNREADABLE: &[(&str, &[u8])] = &[
    ("0 bytes", b""),
    ("white space", b"\n"),
    ("not JSON", b"garbage"),
    ("not UTF-8", b"{\"agent_settings\":{\"x\":\"\xff\"}}"),
    ("a byte order mark", b"\xef\xbb\xbf{}"),
    ("cut off", br#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{"command""#),
    ("something behind it", b"{} {}"),
    ("an array", b"[]"),
    ("null", b"null"),
    ("a name twice in the root", br#"{"agent_settings":{},"agent_settings":{}}"#),
    ("a name twice, spelled differently", br#"{"x":1,"\u0078":2}"#),
    ("a name twice in agent_settings", br#"{"agent_settings":{"a":1,"a":1}}"#),
    ("a name twice in mcp_config", br#"{"agent_settings":{"mcp_config":{"mcpServers":{},"mcpServers":{}}}}"#),
    ("a server twice", br#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{},"\u0061":{}}}}}"#),
    ("a root version that is no integer", br#"{"schema_version":1.0,"agent_settings":{}}"#),
    ("a negative root version", br#"{"schema_version":-1,"agent_settings":{}}"#),
    ("a version that is a string", br#"{"agent_settings":{"schema_version":"3"}}"#),
    ("agent_settings that is no object", br#"{"agent_settings":[]}"#),
    ("agent_settings that is null", br#"{"agent_settings":null}"#),
    ("mcp_config that is null", br#"{"agent_settings":{"mcp_config":null}}"#),
    ("mcp_config that is no object", br#"{"agent_settings":{"mcp_config":[]}}"#),
    ("a bare map", br#"{"mcpServers":{"a":{"command":"x"}}}"#),
    ("a bare mcp_config", br#"{"mcp_config":{}}"#),
    ("a bare agent", br#"{"agent_kind":"openhands"}"#),
    ("mcpServers that is no object", br#"{"agent_settings":{"mcp_config":{"mcpServers":[]}}}"#),
    (
        "still wrapped in version 9",
        br#"{"agent_settings":{"schema_version":9,"mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#,
    ),
];

#[test]
fn a_document_that_turns_into_garbage_is_left_alone_until_it_is_back() {
    let server = TestServer::start();
    server.write(GOOD);
    let tag = server.get(item("a")).send().expect(200).etag();
    for (what, garbage) in UNREADABLE {
        server.write(garbage);
        for target in [SERVERS.to_owned(), item("a"), item("absent")] {
            let answer = refused(&server, what, server.get(target), 503, "document-unreadable");
            let folder = server.data().to_string_lossy().into_owned();
            assert!(!answer.text().contains(&folder), "{what}: the path is shown: {}", answer.text());
        }
        let config = json!({"command": "y", "env": {"A": "secret"}});
        let writes = [
            server.put(item("a")).json(&config),
            server.put(item("new")).json(&config),
            server.patch(item("a")).json(&config),
            server.patch(item("a")).if_match(&tag).json(&config),
            server.delete(item("a")),
        ];
        for write in writes {
            refused(&server, what, write, 409, "document-unreadable");
        }
        assert_eq!(server.get("/ready").send().status, 503, "{what}");
        assert_eq!(server.get("/health").send().status, 200, "{what}");

        server.write(GOOD);
        assert_eq!(server.get(item("a")).send().expect(200).etag(), tag, "{what}");
        assert_eq!(server.get("/ready").send().status, 200, "{what}");
    }
    server.delete(item("a")).if_match(&tag).send().expect(204);
}

#[test]
fn a_document_that_was_garbage_from_the_start_is_never_overwritten() {
    for garbage in ["", "garbage", "{\"agent_settings\""] {
        let server = TestServer::builder(crate::site::Site::with_document(garbage)).start();
        let write = server.put(item("a")).json(&json!({"command": "x"}));
        refused(&server, garbage, write, 409, "document-unreadable");
        refused(&server, garbage, server.get(SERVERS), 503, "document-unreadable");
    }
}

#[test]
fn a_document_from_the_future_is_shown_but_not_written() {
    let futures = [
        r#"{"schema_version":7,"agent_settings":{"schema_version":9,"agent_kind":"openhands","mcp_config":{"a":{"command":"x"}}}}"#,
        r#"{"schema_version":6,"agent_settings":{"schema_version":10,"agent_kind":"openhands","mcp_config":{"a":{"command":"x"}}}}"#,
        r#"{"schema_version":6,"agent_settings":{"schema_version":9,"agent_kind":"other","mcp_config":{"a":{"command":"x"}}}}"#,
        r#"{"agent_settings":{"agent_kind":"other","mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#,
    ];
    let server = TestServer::start();
    for future in futures {
        server.write(future);
        let shown = server.get(item("a")).send().expect(200).json();
        assert_eq!(shown["config"]["command"], "x", "{future}");
        let writes = [
            server.put(item("a")).json(&json!({"command": "y"})),
            server.patch(item("a")).json(&json!({"command": "y"})),
            server.patch(item("absent")).json(&json!({"command": "y"})),
            server.delete(item("a")),
        ];
        for write in writes {
            refused(&server, future, write, 409, "document-read-only");
        }
    }
}

#[test]
fn a_replaced_document_is_seen_at_once() {
    let server = TestServer::start();
    server.write(GOOD);
    let old = server.get(item("a")).send().expect(200).etag();
    // The same size, so that only the content differs; several times, since inode and time may recur.
    for command in ["y", "z", "y", "z", "y"] {
        server.write(GOOD.replace(r#""command":"x""#, &format!(r#""command":"{command}""#)));
        let answer = server.get(item("a")).send().expect(200);
        assert_eq!(answer.json()["config"]["command"], command);
        assert_ne!(answer.etag(), old);
    }
    let stale = server.put(item("a")).if_match(&old).json(&json!({"command": "mine"}));
    refused(&server, "a stale tag", stale, 412, "precondition-failed");
    server.write(GOOD);
    assert_eq!(server.get(item("a")).send().expect(200).etag(), old);
}

#[test]
fn a_document_rewritten_in_place_is_seen_at_once() {
    let server = TestServer::start();
    server.write(GOOD);
    server.get(item("a")).send().expect(200);
    for command in ["y", "z", "y"] {
        let text = GOOD.replace(r#""command":"x""#, &format!(r#""command":"{command}""#));
        std::fs::write(server.document_path(), text).expect("our own file");
        assert_eq!(server.get(item("a")).send().expect(200).json()["config"]["command"], command);
    }
}

#[test]
fn a_vanished_document_is_not_recreated() {
    let server = TestServer::start();
    server.write(GOOD);
    let tag = server.get(item("a")).send().expect(200).etag();
    server.remove_document();
    for target in [SERVERS.to_owned(), item("a")] {
        refused(&server, "a read", server.get(target), 503, "document-vanished");
    }
    let config = json!({"command": "y"});
    let writes = [
        server.put(item("a")).json(&config),
        server.put(item("new")).if_none_match("*").json(&config),
        server.patch(item("a")).json(&config),
        server.delete(item("a")),
    ];
    for write in writes {
        refused(&server, "a write", write, 503, "document-vanished");
    }
    server.get("/ready").send().expect(503);
    server.get("/health").send().expect(200);
    assert_eq!(server.document(), None);

    server.write(GOOD);
    assert_eq!(server.get(item("a")).send().expect(200).etag(), tag);
    server.delete(item("a")).send().expect(204);
}

#[test]
fn a_restart_lets_a_new_document_begin() {
    let server = TestServer::start();
    server.write(GOOD);
    server.get(item("a")).send().expect(200);
    server.remove_document();
    server.get(SERVERS).send().expect(503);
    let site = server.site();
    server.stop();
    let server = TestServer::builder(site).start();
    assert_eq!(server.get(SERVERS).send().expect(200).json(), json!({"servers": []}));
    server.put(item("new")).json(&json!({"command": "x"})).send().expect(201);
}

#[test]
fn a_stored_server_that_is_no_object_can_only_be_replaced_or_deleted() {
    let server = TestServer::start();
    for odd in ["5", "null", "[]", r#"{"a":1,"a":2}"#, r#"{"a":"\ud800"}"#] {
        server.write(GOOD.replace(r#"{"command":"x"}"#, odd));
        server.get(SERVERS).send().expect(200);
        refused(&server, odd, server.get(item("a")), 409, "malformed-server");
        let patch = server.patch(item("a")).json(&json!({"command": "y"}));
        refused(&server, odd, patch, 409, "malformed-server");
        server.put(item("a")).json(&json!({"command": "y"})).send().expect(200);
        server.write(GOOD.replace(r#"{"command":"x"}"#, odd));
        server.delete(item("a")).send().expect(204);
    }
}
