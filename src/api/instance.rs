//! What is said of an instance: where it is, how healthy, what was wrong, and what to do. It does not know how an
//! instance is run.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::instance_words::{FaultKind, HealthStatus, InstanceEventKind, InstanceState, UnapprovedReason};
use super::words;
use crate::projection::EntityTag;

/// What a person can do about it: nothing, approve the launch, give other credentials, try again, or change the
/// configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum Attention {
    /// Nothing.
    None,
    /// Approve the launch.
    Approve,
    /// Give other credentials.
    Connect,
    /// Try again.
    Retry,
    /// Change the configuration.
    Fix,
}

/// The instances of all servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceList<'a> {
    /// Whether this service runs the instances. Of several on one document one does; the others show what it reports.
    pub runner: bool,
    /// Sorted by name.
    pub instances: Vec<Instance<'a>>,
}

/// The instance of a server: the live session with it, or why it does not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct Instance<'a> {
    /// The name of the server.
    pub name: Cow<'a, str>,
    pub state: InstanceState,
    /// Why it is not approved; null in every other state.
    pub reason: Option<UnapprovedReason>,
    /// Since when it is in this state: milliseconds of Unix time.
    pub since_ms: i64,
    pub attention: Attention,
    pub health: InstanceHealth,
    /// What is known of the attempts that failed; null where the last one did not.
    pub retry: Option<InstanceRetry>,
    /// The tag of the configuration.
    pub etag: EntityTag,
    /// Which launch of this name it is. It changes exactly where the launch does.
    pub generation: u64,
    /// Whether the launch is approved; null where it needs no approval.
    pub approved: Option<bool>,
    /// Whether its tools differ from those that were seen first, or accepted.
    #[serde(default)]
    pub drift: bool,
    /// The version of MCP that is spoken; null where it does not run.
    pub protocol_version: Option<String>,
    /// What the server calls itself; null where it does not run.
    pub server: Option<PeerName>,
    /// Since when it runs: milliseconds of Unix time; null where it does not.
    pub running_since_ms: Option<i64>,
    /// How often it was started again by this process.
    pub restarts: u64,
    /// How many calls this process has made through it.
    pub calls: u64,
    /// How many of them failed.
    pub failed_calls: u64,
    /// Whether this service runs it.
    pub runner: bool,
    /// The last line of its stderr while it starts, redacted. Only for the scopes `run` and `reveal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub last_line: Option<String>,
    /// The last 50 events, the oldest first. Only where one server is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<InstanceEvent>")]
    pub events: Option<Vec<InstanceEvent>>,
}

/// How healthy an instance is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceHealth {
    pub status: HealthStatus,
    /// Since when: milliseconds of Unix time.
    pub since_ms: i64,
    /// When it was looked at last: milliseconds of Unix time; null where it was not.
    pub checked_at_ms: Option<i64>,
    /// Why it is not healthy; null where it is, and where nothing is known.
    pub fault: Option<InstanceFault>,
    /// The last result before nothing was known; null before the first.
    pub last: Option<LastHealth>,
}

/// What was known of the health before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct LastHealth {
    pub status: HealthStatus,
    /// When it was looked at: milliseconds of Unix time.
    pub checked_at_ms: Option<i64>,
    /// Why it was not healthy; null where it was.
    pub fault: Option<InstanceFault>,
    /// Of which launch it is. It says nothing of another.
    pub generation: u64,
}

/// What was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceFault {
    pub kind: FaultKind,
    /// What it was, for people; the server's own words where it said something, redacted.
    pub message: String,
    /// The error of the operating system, or an address. Only for the scope `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub detail: Option<String>,
}

/// What is known of attempts to start that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceRetry {
    /// How many failed one after the other.
    pub attempt_count: u32,
    /// When the last one failed: milliseconds of Unix time.
    pub last_attempt_at_ms: i64,
    /// When the next may be made: milliseconds of Unix time. Before it a call is answered with this error at once.
    pub next_retry_at_ms: i64,
    /// What was wrong, in one line.
    pub error: String,
    pub fault: InstanceFault,
    /// The last lines of its stderr, redacted. Only for the scopes `run` and `reveal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub stderr: Option<String>,
}

/// What a server calls itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct PeerName {
    /// Its name, redacted.
    pub name: String,
    /// Its version, redacted.
    pub version: String,
}

/// Something that happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceEvent {
    /// Which event of this server, counted from 1.
    pub n: u64,
    /// When: milliseconds of Unix time.
    pub at_ms: i64,
    pub kind: InstanceEventKind,
    /// How healthy it is after it.
    pub status: HealthStatus,
    /// Of which launch it is.
    pub generation: u64,
    /// How long it took, where that was measured: milliseconds.
    pub ms: Option<u64>,
    /// What was wrong; null where nothing was.
    pub fault: Option<InstanceFault>,
}

/// What a probe has come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ProbeResult {
    /// Whether the server answered as it should.
    pub ok: bool,
    /// How long it took: milliseconds.
    pub ms: u64,
    /// What was wrong; null where nothing was.
    pub fault: Option<InstanceFault>,
    /// How healthy the instance is after it.
    pub health: InstanceHealth,
}

/// The lines of an instance's stderr that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceLog {
    /// The oldest first; 64 KiB at most. Empty where nothing runs.
    pub lines: Vec<LogLine>,
}

/// One line of stderr.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct LogLine {
    /// When it was read: milliseconds of Unix time.
    pub at_ms: i64,
    /// The line, redacted.
    pub text: String,
}

/// What a tool has answered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ToolResult {
    /// The result of MCP's `tools/call`, as it came.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub result: Box<RawValue>,
    /// How long it took: milliseconds.
    pub ms: u64,
}

/// The states of instances, in the event stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceStatuses<'a> {
    /// Whether this service runs the instances. Of several on one document one does; the others show what it reports.
    pub runner: bool,
    /// All of them at first, then those that differ.
    pub instances: Vec<InstanceStatus<'a>>,
}

/// The state of one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct InstanceStatus<'a> {
    /// The name of the server.
    pub name: Cow<'a, str>,
    pub state: InstanceState,
    /// Why it is not approved; null in every other state.
    pub reason: Option<UnapprovedReason>,
    /// Since when it is in this state: milliseconds of Unix time.
    pub since_ms: i64,
    pub attention: Attention,
    pub health: HealthStatus,
    /// Since when it is as healthy as that: milliseconds of Unix time.
    pub health_since_ms: i64,
    /// Which launch of this name it is.
    pub generation: u64,
    /// Whether the launch is approved; null where it needs no approval.
    pub approved: Option<bool>,
    /// Whether its tools differ from those that were seen first, or accepted.
    pub drift: bool,
    /// When the next attempt may be made: milliseconds of Unix time; null where the last one did not fail.
    pub next_retry_at_ms: Option<i64>,
}
