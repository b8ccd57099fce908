//! The shapes of bodies that come in, of OpenHands' own, and of problems by type, for the OpenAPI document. Bodies that
//! come in are read as raw JSON, so that nothing is lost: tests hold these shapes against what is accepted.

mod auth;
mod config;
mod gateway_entry;
mod import;
mod new_name;
mod no_null;
mod openhands;
mod patch;
mod problem;
mod registration;
mod registry;
mod test;
mod tool_call;

pub(super) use config::McpServerConfig;
pub(super) use gateway_entry::GatewayEntryName;
pub(super) use import::ImportRequest;
pub(super) use new_name::NewName;
pub(super) use openhands::{
    OpenHandsServer, OpenHandsServerPatch, OpenHandsSettings, OpenHandsSettingsPatch,
};
pub(super) use patch::{McpServerConfigPatch, json_patch};
pub(super) use problem::{example, of_status};
pub(super) use registration::ServerRegistration;
pub(super) use registry::RegistryServerSpec;
pub(super) use test::{OpenHandsTest, OpenHandsTestResult, ServerTest, ToolFingerprint};
pub(super) use tool_call::ToolCall;

/// What a server can be called. It leaves out `.` and `..`, which URL normalisation eats.
pub(super) const SERVER_NAME: &str = r"^(\.*[A-Za-z0-9_@:+-][A-Za-z0-9_.@:+-]*|\.{3,})$";

/// What an entry of the catalog can be called.
pub(super) const ENTRY_NAME: &str = r"^[A-Za-z0-9_+@-][A-Za-z0-9_.+@-]*$";
