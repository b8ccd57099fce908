//! JSON Schemas for editors of a configuration. They are made at the first request.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::openapi::standalone;

use super::schemas::McpServerConfig;
use super::static_content::Published;

/// The schema of one server.
pub(super) fn server_schema() -> &'static Published {
    static MADE: LazyLock<Published> = LazyLock::new(|| Published::new(&server_configuration_schema()));
    &MADE
}

/// The schema of a file of servers.
pub(super) fn servers_schema() -> &'static Published {
    static MADE: LazyLock<Published> = LazyLock::new(|| Published::new(&configuration_file_schema()));
    &MADE
}

/// The JSON Schema of one server's configuration.
fn server_configuration_schema() -> Value {
    standalone::<McpServerConfig>("/schemas/mcp-server.json")
}

/// The JSON Schema of a file with a member `mcpServers`.
fn configuration_file_schema() -> Value {
    let mut schema = server_configuration_schema();
    let definitions = schema["$defs"].take();
    let mut file = json!({
        "$schema": schema["$schema"],
        "$id": "/schemas/mcp-servers.json",
        "title": "A file of MCP servers",
        "type": "object",
        "properties": {
            "mcpServers": {
                "description": "The servers by name.",
                "type": "object",
                "additionalProperties": { "$ref": "#/$defs/McpServerConfig" },
            },
        },
        "required": ["mcpServers"],
        "$defs": definitions,
    });
    for outermost in ["$schema", "$id", "$defs"] {
        schema.as_object_mut().and_then(|schema| schema.remove(outermost));
    }
    file["$defs"]["McpServerConfig"] = schema;
    file
}
