//! The shapes of bodies that come in, of OpenHands' own, and of problems by type, for the OpenAPI document. Bodies that
//! come in are read as raw JSON, so that nothing is lost: tests hold these shapes against what is accepted.

mod auth;
mod config;
mod gateway_entry;
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
