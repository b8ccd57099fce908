//! The stream of changes, `/api/settings/events`.

mod change_events;
mod document;
mod ends;
mod last_change;
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

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("before the year 500 million")
}
