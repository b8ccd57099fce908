//! What is wanted of one server: whether it may run, and how. Made of the configuration, its policy and its approval.

use std::time::Duration;

pub use crate::api::UnapprovedReason;
use crate::instances::Fault;

/// What is wanted of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which launch this is. It changes exactly where the launch does.
    pub generation: u64,
    /// The tag of the configuration, quoted.
    pub etag: String,
    /// Whether it may run.
    pub permission: Permission,
    /// Whether it takes a process.
    pub is_process: bool,
    /// When it is started.
    pub start: StartMode,
    /// How long an instance lives that nobody uses.
    pub idle: Duration,
    /// How long a start may take.
    pub start_timeout: Duration,
    /// How it is probed.
    pub probe: ProbePlan,
}

/// Whether a server may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Allowed,
    /// Its configuration says that it is not enabled.
    Disabled,
    /// Nobody approved it.
    Unapproved(UnapprovedReason),
    /// Its configuration starts nothing, or holds a secret that no key opens: it is in error until it is changed.
    Unusable(Fault),
}

/// When a server is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartMode {
    /// As soon as a client needs it.
    OnDemand,
    /// At once, and again after it ended.
    Always,
}

/// How a server is probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbePlan {
    /// The tool that is called; nothing for the default probe.
    pub tool: Option<String>,
    /// Its arguments, as JSON.
    pub arguments: String,
    /// From the beginning of a probe to the beginning of the next.
    pub interval: Duration,
    /// How long a probe waits.
    pub timeout: Duration,
    /// From how many failures in a row the instance is unhealthy.
    pub threshold: u32,
}

/// The default probe: it lists the tools each minute.
impl Default for ProbePlan {
    fn default() -> Self {
        Self {
            tool: None,
            arguments: "{}".to_owned(),
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
            threshold: 3,
        }
    }
}
