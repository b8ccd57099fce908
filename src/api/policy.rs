//! How a server is to be run.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::server::StoredConfig;
use super::words;
use crate::projection::EntityTag;

/// How a server is to be run, and where that comes from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RunPolicyAnswer {
    /// The server's name.
    pub name: String,
    /// Every member, those that were not chosen with their defaults. It is a `RunPolicy`, as far as this version knows its members.
    pub policy: StoredConfig<'static>,
    pub source: PolicySource,
    /// The tag of the policy, as in the header `ETag`.
    pub etag: EntityTag,
}

/// Where a policy comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = words::list)]
pub enum PolicySource {
    /// Nothing was chosen.
    Default,
    /// It was written.
    Policy,
}

/// How a server is to be run. What is left out has its default.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct RunPolicy {
    /// When it is started: when somebody needs it, which is the default, or always. `always` needs the scope `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StartWord>,
    /// After how many seconds without use it is ended: 300 where nothing is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 86_400))]
    pub idle_seconds: Option<u32>,
    /// How many seconds a start may take: 60 where nothing is chosen, and 300 for a launch that never ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3_600))]
    pub start_timeout_seconds: Option<u32>,
    /// The tool that says how the server is; null for the default probe, absent for what the configuration says. Needs the scope `use`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<PolicyHealthCheck>,
    /// Which tools are offered. To loosen it needs the scope `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<PolicyTools>,
    /// What its program may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<PolicyLimits>,
    /// Who shares a session: all clients, which is the default, or nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionsWord>,
}

/// When a server is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = words::list)]
pub enum StartWord {
    /// When somebody needs it.
    OnDemand,
    /// Always.
    Always,
}

/// Who shares a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = words::list)]
pub enum SessionsWord {
    /// All clients.
    Shared,
    /// Nobody.
    PerClient,
}

/// A tool that says how a server is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct PolicyHealthCheck {
    /// Its name.
    #[schemars(length(min = 1))]
    pub tool: String,
    /// What it is called with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Map<String, Value>>,
    /// How often: every 60 seconds where nothing is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 86_400))]
    pub interval_seconds: Option<u32>,
    /// How many seconds an answer may take: 10 where nothing is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub timeout_seconds: Option<u32>,
    /// How many failures in a row make it unhealthy: 3 where nothing is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub failure_threshold: Option<u32>,
}

/// Which tools are offered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct PolicyTools {
    /// These only; null for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<String>>,
    /// Not these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny: Option<Vec<String>>,
    /// Only as they were accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
}

/// What a program may use; null for no limit.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct PolicyLimits {
    /// Memory, in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 16, max = 1_048_576))]
    pub memory_mb: Option<u64>,
    /// Open files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 16, max = 1_048_576))]
    pub open_files: Option<u64>,
    /// Processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_536))]
    pub processes: Option<u64>,
}
