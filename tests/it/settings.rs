//! OpenHands' own settings routes: `/api/settings` and `/api/settings/mcp/{settings_key}` (OPENHANDS §5).

mod documents;
mod editors;
mod global;
mod names;
mod secrets;
mod shown;
mod writes;

use serde_json::{Value, json};

use crate::server::{SETTINGS, TestServer};
use crate::site::Site;

/// The two layouts: ours, and that of the released agent-server.
const LAYOUTS: [&str; 2] = ["wrapped", "flat"];

/// A document of a layout with these servers.
fn document(layout: &str, servers: &Value) -> Value {
    match layout {
        "wrapped" => json!({"agent_settings": {"mcp_config": {"mcpServers": servers}}}),
        _ => json!({
            "schema_version": 6,
            "agent_settings": {"schema_version": 9, "agent_kind": "openhands", "mcp_config": servers},
        }),
    }
}

/// A service on such a document.
fn on(layout: &str, servers: &Value) -> TestServer {
    TestServer::builder(Site::with_document(format!("{:#}", document(layout, servers)))).start()
}

/// The stored servers.
fn stored(server: &TestServer) -> Value {
    let map = server.json()["agent_settings"]["mcp_config"].take();
    map.get("mcpServers").cloned().unwrap_or(map)
}

/// The servers as the settings show them.
#[track_caller]
fn shown(server: &TestServer, exposure: &str) -> Value {
    let answer = server.get(SETTINGS).expose(exposure).send().expect(200);
    answer.json()["agent_settings"]["mcp_config"].take()
}
