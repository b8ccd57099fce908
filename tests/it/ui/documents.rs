//! Documents that hold no servers, can't be read, or were sealed with another key.

use serde_json::{Value, json};

use super::fixture::Fixture;
use crate::crypto;
use crate::server::SECRET;

#[test]
fn an_acp_document_says_that_it_has_no_servers() {
    let document = json!({"agent_settings": {"schema_version": 4, "agent_kind": "acp"}});
    Fixture::with_document(&document).play("acp");
}

#[test]
fn a_document_that_breaks_and_is_repaired_is_reported_and_survived() {
    Fixture::empty().play("unreadable");
}

#[test]
fn a_server_with_a_foreign_name_is_listed_and_can_be_removed() {
    let servers = json!({"two words/and more": {"command": "x"}, "fine": {"command": "y"}});
    Fixture::with_document(&own(&servers)).play("foreign-name");
}

#[test]
fn every_dead_end_has_a_way_out() {
    let servers = json!({"broken": 7, "last": "x", "other": [1]});
    Fixture::with_document(&own(&servers)).play("dead-ends");
}

#[test]
fn under_a_wrong_key_the_page_says_what_to_enter_again() {
    let locked = json!({"command": "x", "env": {"TOKEN": crypto::seal(SECRET, "unknown")}});
    let servers = json!({"locked": locked, "open": {"command": "y"}});
    Fixture::with_document(&own(&servers)).env("MCP_SETTINGS_SECRET_KEY", "another key").play("wrong-key");
}

#[test]
fn the_gravest_thing_is_said_alone_and_once() {
    let locked = json!({"command": "x", "env": {"TOKEN": crypto::seal(SECRET, "unknown")}});
    let servers = json!({"locked": locked});
    Fixture::with_document(&own(&servers)).env("MCP_SETTINGS_SECRET_KEY", "another key").play("one-banner");
}

#[test]
fn a_disabled_server_of_another_client_is_off_and_can_be_turned_on() {
    let servers = json!({
        "both": {"command": "z", "disabled": true, "enabled": true},
        "off": {"command": "x", "disabled": true, "env": {"TOKEN": "s3cret"}},
        "on": {"command": "y", "disabled": false},
    });
    Fixture::with_document(&own(&servers)).tell("dialect", "open").play("disabled");
}

#[test]
fn disabled_becomes_enabled_in_a_file_of_openhands() {
    let agent = json!({"schema_version": 9, "agent_kind": "openhands", "mcp_config": {}});
    let document = json!({"schema_version": 6, "agent_settings": agent});
    Fixture::with_document(&document).tell("dialect", "closed").play("disabled");
}

/// A document as ours writes it.
fn own(servers: &Value) -> Value {
    json!({"agent_settings": {"agent_kind": "openhands", "mcp_config": {"mcpServers": servers}}})
}
