//! `POST /api/import`: what is found in the texts of other clients, what becomes of it, and what of it is never said.

mod approvals;
mod bags;
mod choices;
mod in_clear;
mod refusals;
pub(crate) mod samples;
mod secrets;

/// A document of a version that has no member for what only another client understands.
const CLOSED: &str =
    r#"{"schema_version":6,"agent_settings":{"schema_version":9,"agent_kind":"openhands","mcp_config":{}}}"#;
