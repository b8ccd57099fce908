//! A document that version 0.1.0 wrote, read by the rules of today: what was secret and sealed then, and what is
//! secret only now. `tests/fixtures/upgrade` has the document and what that version showed of it in plaintext.

use serde_json::{Value, json};

use super::texts_with;
use crate::server::{READER, SERVERS, TestServer, WRITER, item};
use crate::site::Site;

const NAMES: [&str; 2] = ["renamed", "newly"];

fn fixture(name: &str) -> Vec<u8> {
    crate::site::fixture(&format!("../upgrade/0.1.0{name}.json"))
}

fn plaintext(name: &str) -> Value {
    serde_json::from_slice(&fixture(&format!("-{name}"))).expect("the fixture is JSON")
}

#[test]
fn nothing_that_an_earlier_version_stored_becomes_unreadable() {
    let server = TestServer::builder(Site::with_document(fixture(""))).start();
    for name in NAMES {
        assert_eq!(server.plaintext(name), plaintext(name), "{name}");
        let answer = server.get(item(name)).send().expect(200).json();
        assert!(answer["needs_reentry"].as_array().is_none_or(Vec::is_empty), "{name}: {answer}");
    }
}

#[test]
fn what_was_sealed_stays_masked_and_what_is_secret_only_now_is_masked_too() {
    let server = TestServer::builder(Site::with_document(fixture(""))).start();
    let listed = server.get(format!("{SERVERS}?view=full")).key(READER).send().expect(200);
    assert_eq!(texts_with("canary-", &listed.json()), Vec::<String>::new());
    assert!(!listed.text().contains("1234") && !listed.text().contains("gAAAAA"), "{}", listed.text());
    let renamed = server.get(item("renamed")).key(READER).send().expect(200).json()["config"].take();
    let masked = json!("[REDACTED]");
    assert_eq!(renamed["apiKeyHelper"], masked);
    assert_eq!(renamed["env_keys"], json!(["[REDACTED]"]));
    assert_eq!(renamed["keywords"], json!(["[REDACTED]", "[REDACTED]"]));
    assert_eq!(renamed["hotkeys"]["copy"], masked);
    assert_eq!(renamed["headersHelper"], json!("plain-helper"));
    let newly = server.get(item("newly")).key(READER).send().expect(200).json()["config"].take();
    assert_eq!((&newly["note"], &newly["max_tokens"]), (&json!("plain"), &json!(4096)));
}

#[test]
fn any_view_sent_back_and_a_write_of_something_else_leave_every_other_byte() {
    let server = TestServer::builder(Site::with_document(fixture(""))).start();
    for name in NAMES {
        for view in ["redacted", "encrypted", "plaintext"] {
            let request = server.get(item(name));
            let request = if view == "redacted" { request } else { request.expose(view) };
            let shown = request.send().expect(200).json()["config"].take();
            server.put(item(name)).json(&shown).send().expect(200);
            assert!(server.document() == Some(fixture("")), "{name}, {view}");
        }
    }
    server.patch(item("renamed")).key(WRITER).json(&json!({"description": "new"})).send().expect(200);
    server.patch(item("newly")).key(WRITER).json(&json!({"description": "new"})).send().expect(200);
    let after = server.json();
    let before: Value = serde_json::from_slice(&fixture("")).expect("the fixture is JSON");
    for name in NAMES {
        let mut server = after["agent_settings"]["mcp_config"]["mcpServers"][name].clone();
        server.as_object_mut().expect("it is an object").remove("description");
        assert_eq!(server, before["agent_settings"]["mcp_config"]["mcpServers"][name], "{name}");
    }
    // What is written again is sealed where it is secret now, and where it was sealed before.
    let patch = json!({"bearer": "canary-new"});
    server.patch(item("newly")).json(&patch).send().expect(200);
    let patch = json!({"bearer_token_env_var": "OTHER_NAME"});
    server.patch(item("renamed")).json(&patch).send().expect(200);
    let stored = server.text();
    assert!(!stored.contains("canary-new") && !stored.contains("OTHER_NAME"), "{stored}");
    assert_eq!(server.plaintext("renamed")["bearer_token_env_var"], json!("OTHER_NAME"));
}
