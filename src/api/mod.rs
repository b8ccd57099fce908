//! The bodies of our own resources as types: handlers build them, the OpenAPI document describes them, tests and
//! clients read with them. It does not know how their content is found, and how it is sent.

mod approval;
mod discovery;
mod downstream;
mod dynamic;
mod event;
mod export;
mod import;
mod instance;
mod instance_words;
mod origin;
mod policy;
mod problem;
mod registry;
mod server;
mod service;
mod words;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

pub use approval::{
    ApprovalReason, ApprovedBy, LaunchApproval, LaunchCommand, LaunchId, LaunchValue, LaunchVariable,
};
pub use discovery::{
    DriftWord, ListedEntry, ListedTool, ListingFrame, PromptListing, ResourceListing, TestResult, TestStage,
    TestStageWord, ToolDrift, ToolListing,
};
pub use downstream::{GatewayList, GatewayServer, GatewayServerFailure, GatewayServerState, GatewayStatus};
pub use dynamic::{
    Cause, CauseError, ClientOptionList, ClientOptions, ListedServer, LocationStep, RegisteredServer,
    RegisteredServerList, ServerSource, TextError, UnregisteredServer, ValidationError, ValidationFault,
};
pub use event::{
    ChangeKind, DocumentAccess, DocumentChange, DocumentState, Opened, RecentChange, ServerChange,
};
pub use export::{ExportLoss, ExportResult, ExportVariable, ExportedSecrets};
pub use import::{
    DifferenceWord, IgnoredPart, ImportAction, ImportDifference, ImportInput, ImportNote, ImportResult,
    ImportedReference, ImportedServer, RefusedEntry, StoredWord, TextPlace,
};
pub use instance::{
    Attention, Instance, InstanceEvent, InstanceFault, InstanceHealth, InstanceList, InstanceLog,
    InstanceRetry, InstanceStatus, InstanceStatuses, LastHealth, LogLine, PeerName, ProbeResult, ToolResult,
};
pub use instance_words::{FaultKind, HealthStatus, InstanceEventKind, InstanceState, UnapprovedReason};
pub use origin::{
    GatewayState, GatewayStateWord, OriginSource, ServerOrigin, ServerOrigins, StaticServerOrigin,
};
pub use policy::{
    PolicyHealthCheck, PolicyLimits, PolicySource, PolicyTools, RunPolicy, RunPolicyAnswer, SessionsWord,
    StartWord,
};
pub use problem::{Fault, Problem};
pub use registry::{
    RegistryCapabilities, RegistryEntry, RegistryList, RegistryRow, RegistryServer, RegistryValidation,
    RegistryVariables,
};
pub use server::{
    Finding, McpServer, McpServerList, McpServerSummary, StoredConfig, WrittenMcpServer, findings,
};
pub use service::{
    DegradedReason, LoginCode, OwnVersion, PageLink, ProblemType, Readiness, ReadinessWord, ServerInfo,
    Session, SessionKey, SettingsAccess, Status, StatusWord,
};

/// A body as it is sent: on one line, without a space.
pub fn to_bytes(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).expect("names of members are strings, and no value refuses to be written").into()
}

/// JSON that is passed on as it came; none where these bytes are no JSON.
pub fn raw_json(bytes: &[u8]) -> Option<Box<RawValue>> {
    RawValue::from_string(std::str::from_utf8(bytes).ok()?.to_owned()).ok()
}
