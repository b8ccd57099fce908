//! mcp-settings owns the configurations of MCP servers. The map of the crate is `docs/ARCHITECTURE.md`.

pub mod api;
pub mod backoff;
pub mod blocking;
pub mod cli;
pub mod config;
pub mod document;
pub mod downstream;
pub mod events;
pub mod foreign_file;
pub mod formats;
pub mod http;
pub mod instances;
pub mod json;
pub mod metrics;
pub mod model;
pub mod openapi;
pub mod projection;
pub mod registry;
pub mod secrets;
pub mod service;
pub mod state;
pub mod store;
pub mod tls;
pub mod ui;
