//! The words for what instances do and what is wrong with them, defined once for the wire, the state store and the log.

/// What kind of fault (DESIGN §13.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A reference of the configuration could not be resolved.
    Resolution,
    /// A rule of this service does not allow it: an address that is not dialled, a launch that is not approved.
    Policy,
    /// The program could not be started.
    Spawn,
    /// The server could not be reached.
    Connect,
    /// No answer came in time.
    Timeout,
    /// The server wants credentials, or refuses those that it got.
    Auth,
    /// The server answered with a status that MCP does not foresee.
    HttpStatus,
    /// The program ended.
    Exited,
    /// What the server sent is not MCP.
    Protocol,
    /// The server answered with a JSON-RPC error.
    JsonRpc,
    /// The tool says that it failed.
    ToolError,
    /// The server sent more than is read.
    TooLarge,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Resolution,
        Self::Policy,
        Self::Spawn,
        Self::Connect,
        Self::Timeout,
        Self::Auth,
        Self::HttpStatus,
        Self::Exited,
        Self::Protocol,
        Self::JsonRpc,
        Self::ToolError,
        Self::TooLarge,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolution => "resolution",
            Self::Policy => "policy",
            Self::Spawn => "spawn",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Auth => "auth",
            Self::HttpStatus => "http_status",
            Self::Exited => "exited",
            Self::Protocol => "protocol",
            Self::JsonRpc => "json_rpc",
            Self::ToolError => "tool_error",
            Self::TooLarge => "too_large",
        }
    }
}

/// Where an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// Its configuration says that it is not enabled.
    Disabled,
    /// What it would start is not approved.
    Unapproved,
    /// It could run, and nobody needs it.
    Idle,
    /// It is being started.
    Starting,
    /// It is initialized.
    Running,
    /// The last attempt to start it failed.
    Error,
    /// It is being ended.
    Stopping,
}

impl InstanceState {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Disabled,
        Self::Unapproved,
        Self::Idle,
        Self::Starting,
        Self::Running,
        Self::Error,
        Self::Stopping,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Unapproved => "unapproved",
            Self::Idle => "idle",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Error => "error",
            Self::Stopping => "stopping",
        }
    }
}

/// How healthy an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthStatus {
    /// Nothing is known. That is no fault.
    Unknown,
    /// The last probe succeeded.
    Healthy,
    /// The last probes failed, fewer than the threshold.
    Degraded,
    /// As many probes failed in a row as the threshold says, or the instance could not be started.
    Unhealthy,
    /// The server wants other credentials.
    AuthRequired,
}

impl HealthStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Unknown, Self::Healthy, Self::Degraded, Self::Unhealthy, Self::AuthRequired];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
            Self::AuthRequired => "auth_required",
        }
    }
}

/// What happened to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceEventKind {
    /// It was probed.
    Probe,
    /// A call failed although the server was not asked for something wrong.
    Call,
    /// It was started, or could not be.
    Start,
    /// It ended by itself.
    Exit,
    /// Its tools are others than those that were seen first, or accepted.
    Drift,
}

impl InstanceEventKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Probe, Self::Call, Self::Start, Self::Exit, Self::Drift];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Call => "call",
            Self::Start => "start",
            Self::Exit => "exit",
            Self::Drift => "drift",
        }
    }
}

/// Why a launch is not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnapprovedReason {
    /// There is no approval.
    NoApproval,
    /// Another launch was approved.
    LaunchChanged,
    /// The command is another file than the one that was approved.
    PathChanged,
    /// This service runs nothing.
    RunOff,
}

impl UnapprovedReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NoApproval, Self::LaunchChanged, Self::PathChanged, Self::RunOff];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoApproval => "no-approval",
            Self::LaunchChanged => "launch-changed",
            Self::PathChanged => "path-changed",
            Self::RunOff => "run-off",
        }
    }
}
