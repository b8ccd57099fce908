//! The shapes of bodies, as the OpenAPI document tells them. The service itself works on raw JSON, so that
//! nothing is lost: these types are never made. Tests hold them against what is accepted and answered.

mod auth;
mod config;
mod event;
mod no_null;
mod openhands;
mod patch;
mod problem;
mod server;
mod service;

pub(super) use config::McpServerConfig;
pub(super) use event::{DocumentEvent, EventId, OpenedEvent, ServerEvent};
pub(super) use openhands::{
    OpenHandsServer, OpenHandsServerPatch, OpenHandsSettings, OpenHandsSettingsPatch,
};
pub(super) use patch::{McpServerConfigPatch, json_patch};
pub(super) use problem::{example, of_status};
pub(super) use server::{McpServer, McpServerList, NewName, WrittenMcpServer};
pub(super) use service::{
    LoginCode, PageLink, ProblemType, Readiness, ServerInfo, Session, SessionKey, Status,
};
