//! Who may only read, by the key or by the document, is offered nothing else.

use serde_json::{Value, json};

use super::fixture::Fixture;
use crate::site::Site;

#[test]
fn a_key_that_may_only_read_never_sees_a_control_that_writes() {
    let stage = Fixture::on(Site::with_document(own(&servers()).to_string()));
    stage.tell("key", "reader").tell("reason", "This key may only read.").play("view-only");
}

#[test]
fn a_document_that_is_read_only_never_shows_a_control_that_writes() {
    let document =
        json!({"schema_version": 7, "agent_settings": {"schema_version": 9, "mcp_config": servers()}});
    let reason = "Read-only: written by a newer version of OpenHands.";
    Fixture::with_document(&document).tell("key", "admin").tell("reason", reason).play("view-only");
}

#[test]
fn controls_go_and_come_back_with_the_access_and_drafts_are_kept() {
    Fixture::empty().play("access-changes");
}

fn servers() -> Value {
    json!({
        "local": {
            "command": "npx", "args": ["-y", "some server"], "timeout": 30,
            "env": {"TOKEN": "s3cret", "LOG_LEVEL": "verbose"},
            "description": "A description", "x-more": {"a": 1},
        },
        "remote": {"url": "https://remote.example/mcp", "headers": {"X-Key": "s3cret"}, "enabled": false},
    })
}

/// A document as ours writes it.
fn own(servers: &Value) -> Value {
    json!({"agent_settings": {"agent_kind": "openhands", "mcp_config": {"mcpServers": servers}}})
}
