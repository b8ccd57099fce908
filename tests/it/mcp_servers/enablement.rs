//! `disabled`, the word of other clients: a server that has it is not enabled, in every view, and can be enabled.

use serde_json::{Value, json};

use crate::server::{SERVERS, SETTINGS, TestServer, WRITER, item, settings_item};
use crate::site::Site;

const OFF: &str = r#"{"agent_settings":{"mcp_config":{"mcpServers":{"s":{"command":"x","disabled":true,"env":{"A":"secret"}}}}}}"#;

fn with(document: &str) -> TestServer {
    let site = Site::new();
    site.write(document);
    TestServer::builder(site).start()
}

fn is_listed_as_enabled(server: &TestServer) -> Value {
    server.get(format!("{SERVERS}?view=full")).send().expect(200).json()["servers"][0]["enabled"].clone()
}

fn is_enabled_to_openhands(server: &TestServer) -> Value {
    server.get(SETTINGS).send().expect(200).json()["agent_settings"]["mcp_config"]["s"]["enabled"].clone()
}

fn config(server: &TestServer) -> Value {
    server.get(item("s")).send().expect(200).json()["config"].clone()
}

#[test]
fn a_disabled_server_is_not_enabled_in_any_view() {
    let server = with(OFF);
    assert_eq!(is_listed_as_enabled(&server), json!(false));
    assert_eq!(is_enabled_to_openhands(&server), json!(false));
}

#[test]
fn every_write_that_enables_it_does() {
    let operations = json!([{"op": "add", "path": "/enabled", "value": true}]).to_string();
    let in_settings = json!({"agent_settings_diff": {"mcp_config": {"s": {"enabled": true}}}});
    let wrapped = json!({"agent_settings_diff": {"mcp_config": {"mcpServers": {"s": {"enabled": true}}}}});
    for key in [crate::server::ADMIN, WRITER] {
        let server = with(OFF);
        let requests = [
            server.patch(item("s")).json(&json!({"enabled": true})),
            server.patch(item("s")).json(&json!({"disabled": false})),
            server.patch(item("s")).json(&json!({"disabled": null})),
            server.patch(item("s")).body("application/json-patch+json", &operations),
            server.patch(settings_item("s")).json(&json!({"enabled": true})),
            server.patch(SETTINGS).json(&in_settings),
            server.patch(SETTINGS).json(&wrapped),
            server.put(item("s")).json(&json!({"command": "x", "enabled": true, "env": {"A": "[REDACTED]"}})),
        ];
        for (index, request) in requests.into_iter().enumerate() {
            server.patch(item("s")).json(&json!({"disabled": true})).send().expect(200);
            assert_eq!(is_listed_as_enabled(&server), json!(false));
            request.key(key).send().expect(200);
            assert_eq!(is_listed_as_enabled(&server), json!(true), "request {index}");
            assert_eq!(is_enabled_to_openhands(&server), json!(true), "request {index}");
        }
    }
}

#[test]
fn a_write_that_sends_one_of_the_two_drops_the_other() {
    let server = with(OFF);
    server.patch(item("s")).json(&json!({"enabled": false})).send().expect(200);
    assert_eq!(config(&server)["enabled"], json!(false));
    assert_eq!(config(&server).get("disabled"), None);
    server.patch(item("s")).json(&json!({"disabled": true})).send().expect(200);
    assert_eq!(config(&server)["disabled"], json!(true));
    assert_eq!(config(&server).get("enabled"), None);
    // In OpenHands' words nothing was changed, so nothing is.
    let before = server.document();
    server.patch(settings_item("s")).json(&json!({"enabled": false})).send().expect(200);
    assert!(server.document() == before);
}

#[test]
fn two_that_contradict_each_other_are_refused_unless_they_were_there() {
    let server = with(OFF);
    let before = server.document();
    let both = json!({"enabled": true, "disabled": true});
    let operations = json!([
        {"op": "add", "path": "/enabled", "value": true},
        {"op": "replace", "path": "/disabled", "value": true},
    ]);
    for request in [
        server.patch(item("s")).json(&both),
        server.put(item("s")).json(&json!({"command": "x", "enabled": false, "disabled": false})),
        server.patch(item("s")).body("application/json-patch+json", operations.to_string()),
    ] {
        let answer = request.send().expect_problem(422, "invalid-config");
        assert_eq!(answer.error_pointers(), ["/disabled"]);
        assert!(server.document() == before);
    }
    let odd = with(&OFF.replace(r#""disabled":true"#, r#""disabled":true,"enabled":true"#));
    let before = odd.document();
    assert_eq!(is_listed_as_enabled(&odd), json!(false));
    let read = odd.get(item("s")).send().expect(200);
    let put = odd.put(item("s")).if_match(read.etag()).json(&read.json()["config"]).send().expect(200);
    assert_eq!(put.etag(), read.etag());
    assert!(odd.document() == before);
    odd.patch(item("s")).json(&json!({"icon": "i"})).send().expect(200);
    odd.patch(item("s")).json(&json!({"enabled": true})).send().expect(200);
    assert_eq!(is_listed_as_enabled(&odd), json!(true));
}

#[test]
fn openhands_documents_get_its_word() {
    let server = TestServer::builder(Site::new()).in_openhands_folder().start();
    let put = server.put(item("s")).json(&json!({"command": "x", "disabled": true})).send().expect(201);
    assert_eq!(put.json()["config"], json!({"command": "x", "enabled": false}));
    server.patch(item("s")).json(&json!({"disabled": false})).send().expect(200);
    assert_eq!(config(&server), json!({"command": "x", "enabled": true}));
    let both = json!({"command": "x", "enabled": true, "disabled": true});
    let refused = server.put(item("s")).json(&both).send().expect_problem(422, "invalid-config");
    assert!(refused.error_pointers().contains(&"/disabled".to_owned()));
    // The released server refuses the word in its own routes.
    server.post(settings_item("t")).json(&json!({"command": "x", "disabled": true})).send().expect(422);
}
