//! mcp-settings owns the configurations of MCP servers. The map of the crate is `docs/ARCHITECTURE.md`.

pub mod document;
pub mod json;
pub mod model;
pub mod store;
