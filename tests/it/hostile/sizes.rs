//! A settings file that is too large, or that a write would make too large.

use serde_json::json;

use super::refused;
use crate::server::{SETTINGS, TestServer, WRITER, item, settings_item};
use crate::site::Site;

const LIMIT: &str = "MCP_SETTINGS_MAX_DOCUMENT_BYTES";

fn start(document: impl AsRef<[u8]>, limit: usize) -> TestServer {
    TestServer::builder(Site::with_document(document)).env(LIMIT, limit.to_string()).start()
}

fn document(servers: &str) -> String {
    format!(r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{{{servers}}}}}}}}}"#)
}

#[test]
fn no_write_makes_the_document_larger_than_the_limit() {
    let text = document(r#""a":{"command":"x"},"b":{"command":"x"}"#);
    let server = start(&text, text.len() + 40);
    let long = "x".repeat(100);
    let config = json!({"command": "x", "description": long});
    let writes = [
        server.put(item("new")).json(&config),
        server.put(item("a")).json(&config),
        server.patch(item("a")).json(&json!({"description": long})),
        server.post(format!("{}/rename", item("a"))).json(&json!({"to": long})),
        server.post(settings_item("new")).json(&config),
        server.patch(settings_item("a")).json(&json!({"description": long})),
        server.patch(SETTINGS).json(&json!({"agent_settings_diff": {"mcp_config": {"new": config}}})),
        server.patch(SETTINGS).json(&json!({"conversation_settings_diff": {"user_id": long}})),
        server.put(format!("{}?dry_run=true", item("new"))).json(&config),
    ];
    for write in writes {
        let answer = refused(&server, "a write that is too large", write, 422, "invalid-config");
        assert!(answer.text().contains(LIMIT), "the setting is not named: {}", answer.text());
    }
    server.patch(item("a")).json(&json!({"description": "short"})).send().expect(200);
    server.delete(item("b")).send().expect(204);
}

#[test]
fn a_document_that_is_larger_than_the_limit_is_read_and_can_be_made_smaller() {
    let long = "x".repeat(1_000);
    let text = document(&format!(r#""a":{{"command":"x","description":"{long}"}},"b":{{"command":"x"}}"#));
    let server = start(&text, text.len() - 10);
    server.get(item("a")).send().expect(200);
    let larger = server.put(item("c")).json(&json!({"command": "x"}));
    refused(&server, "a larger document", larger.clone(), 422, "invalid-config");
    server.patch(item("a")).json(&json!({"description": null})).send().expect(200);
    larger.send().expect(201);
}

#[test]
fn a_document_of_gigabytes_is_refused_and_not_read() {
    let server = start(document(r#""a":{"command":"x"}"#), 10_000);
    let file = std::fs::File::options().write(true).open(server.document_path()).expect("our own file");
    file.set_len(10 << 30).expect("the file system has sparse files");
    for target in [item("a"), SETTINGS.to_owned()] {
        let answer = server.get(target).send();
        assert_eq!((answer.status, answer.problem().as_str()), (503, "document-unreadable"));
        assert!(answer.text().contains("larger than 20000 bytes"), "{}", answer.text());
    }
    let write = server.put(item("a")).json(&json!({"command": "y"})).send();
    assert_eq!((write.status, write.problem().as_str()), (409, "document-unreadable"));
    assert_eq!(file.metadata().expect("it is open").len(), 10 << 30, "it was written");
}

#[test]
fn whether_a_write_fits_reveals_nothing_of_a_stored_secret() {
    // In clear, as another program wrote it: a new one would be encrypted, and so longer.
    let text = document(r#""a":{"command":"x","env":{"PIN":"1234"}},"b":{"command":"x"}"#);
    let server = start(&text, text.len() + 50);
    for patch in [json!({"env": {"PIN": "1234"}}), json!({"env": {"PIN": "4321"}})] {
        for (method, target, body) in [
            ("PATCH", item("a"), patch.clone()),
            ("PATCH", format!("{}?dry_run=true", item("a")), patch.clone()),
            ("PUT", item("a"), json!({"command": "x", "env": patch["env"]})),
            ("PATCH", settings_item("a"), patch.clone()),
        ] {
            let write = server.request(method, target).key(WRITER).json(&body);
            refused(&server, "a guess that does not fit", write, 422, "invalid-config");
        }
    }
}
