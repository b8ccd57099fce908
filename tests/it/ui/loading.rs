//! What the first load costs with two hundred servers.

use serde_json::{Map, Value, json};

use super::fixture::Fixture;

#[test]
fn the_first_load_is_small_and_quick() {
    let server = |number: u32| {
        (format!("server-{number}"), json!({"command": "npx", "args": ["-y", "x", number.to_string()]}))
    };
    let servers: Map<String, Value> = (0..200).map(server).collect();
    let document =
        json!({"agent_settings": {"agent_kind": "openhands", "mcp_config": {"mcpServers": servers}}});
    Fixture::with_document(&document).play("first-load");
}
