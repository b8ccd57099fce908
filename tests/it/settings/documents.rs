//! Documents that hold no servers, that may not be written, or that can't be read in parts.

use serde_json::json;

use super::{LAYOUTS, on, shown, stored};
use crate::server::{SETTINGS, TestServer, item, settings_item};
use crate::site::Site;

#[test]
fn a_variant_without_servers_shows_none_and_takes_none() {
    let document = json!({"agent_settings": {"schema_version": 4, "agent_kind": "acp", "acp_server": "c"}});
    let server = TestServer::builder(Site::with_document(document.to_string())).start();
    let answer = server.get(SETTINGS).send().expect(200).json();
    assert_eq!(answer["agent_settings"]["acp_server"], "c");
    assert_eq!(answer["agent_settings"]["mcp_config"], json!({}));
    let config = json!({"command": "x"});
    for request in [
        server.post(settings_item("s")).json(&config),
        server.patch(settings_item("s")).json(&config),
        server.delete(settings_item("s")),
    ] {
        request.send().expect_problem(409, "no-mcp-servers");
    }
    assert_eq!(server.json(), document);
}

#[test]
fn a_newer_variant_without_a_model_has_servers() {
    let server = TestServer::on_fixture("migrations/v9-acp.in.json");
    assert_eq!(shown(&server, "plaintext")["a"]["env"]["A"], "s");
    server.post(settings_item("n")).json(&json!({"command": "x"})).send().expect(201);
    server.patch(settings_item("a")).json(&json!({"icon": "i"})).send().expect(200);
    server.delete(settings_item("n")).send().expect(200);
}

#[test]
fn a_document_that_is_newer_is_shown_and_not_written() {
    let document = json!({"schema_version": 7, "agent_settings": {"schema_version": 9, "mcp_config": {"s": {"command": "x"}}}});
    let server = TestServer::builder(Site::with_document(document.to_string())).start();
    assert_eq!(shown(&server, ""), json!({"s": {"command": "x", "enabled": true}}));
    server.delete(settings_item("s")).send().expect_problem(409, "document-read-only");
    assert_eq!(server.json(), document);
}

#[test]
fn a_document_that_makes_no_sense_is_not_shown_and_not_written() {
    let server = TestServer::builder(Site::with_document("{")).start();
    server.get(SETTINGS).send().expect_problem(503, "document-unreadable");
    let config = json!({"command": "x"});
    let refused = server.post(settings_item("s")).json(&config).send();
    refused.expect_problem(409, "document-unreadable");
    assert_eq!(server.document().as_deref(), Some(&b"{"[..]));
}

#[test]
fn settings_that_cannot_be_shown_take_no_writes_here_but_on_the_resource() {
    for around in [
        r#""misc_settings":{"a":"\ud800"}"#,
        r#""misc_settings":[1]"#,
        r#""conversation_settings":{"a":1,"a":2}"#,
    ] {
        let text = format!(
            r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{{"s":{{"command":"x"}}}}}}}},{around}}}"#
        );
        let server = TestServer::builder(Site::with_document(&text)).start();
        server.get(SETTINGS).send().expect_problem(409, "malformed-settings");
        let config = json!({"command": "y"});
        for request in [
            server.post(settings_item("n")).json(&config),
            server.patch(settings_item("s")).json(&config),
            server.delete(settings_item("s")),
        ] {
            request.send().expect_problem(409, "malformed-settings");
        }
        assert_eq!(server.document(), Some(text.into_bytes()));
        server.patch(item("s")).json(&config).send().expect(200);
    }
}

#[test]
fn one_server_that_cannot_be_read_hides_no_other() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({"bad": "BAD", "s": {"command": "x"}}));
        let text = server.text();
        server.write(text.replace("\"BAD\"", r#"{"command":"\ud800"}"#));
        let expected = json!({"bad": {"enabled": true}, "s": {"command": "x", "enabled": true}});
        assert_eq!(shown(&server, ""), expected, "{layout}");
        server.patch(settings_item("bad")).json(&json!({})).send().expect_problem(409, "malformed-server");
        let before = shown(&server, "plaintext");
        assert_eq!(before, expected);
        server.patch(settings_item("s")).json(&json!({"icon": "i"})).send().expect(200);
        server.delete(settings_item("bad")).send().expect(200);
        assert_eq!(stored(&server), json!({"s": {"command": "x", "icon": "i"}}), "{layout}");
    }
}
