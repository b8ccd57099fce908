//! The stream of changes, `/api/settings/events`.

mod change_events;
mod document;
mod ends;
mod refused;
mod replayed;
mod resumed;

use serde_json::{Value, json};

use crate::server::{SERVERS, TestServer};

/// The tag of the list.
#[track_caller]
fn list_tag(server: &TestServer) -> String {
    server.get(SERVERS).send().expect(200).etag()
}

/// One of our own documents with these servers.
fn document(servers: &Value) -> String {
    json!({"agent_settings": {"agent_kind": "openhands", "mcp_config": {"mcpServers": servers}}}).to_string()
}
