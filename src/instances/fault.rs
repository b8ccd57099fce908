//! Why an instance did not do what was wanted of it: one kind for probes and calls alike. It does not know what follows
//! from it.

use std::fmt;

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

/// A fault, and what there is to say about it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// What is said to every reader. It may hold a server's own words, so it is redacted before it is stored, logged or
    /// shown.
    pub message: String,
    /// What is said beside it only to those who may start programs: an error of the operating system, an address.
    pub detail: Option<String>,
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

    /// Its word on the wire and in the state store.
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

    /// A fault of this kind.
    pub fn because(self, message: impl Into<String>) -> Fault {
        Fault { kind: self, message: message.into(), detail: None }
    }
}

impl Fault {
    /// The same with what only those are shown who may start programs.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// The kind only: the message may hold what a server said.
impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fault").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_prints_its_kind_and_not_what_a_server_said() {
        let fault = FaultKind::JsonRpc.because("bad token sk-live-1").with_detail("10.0.0.1");
        assert_eq!(format!("{fault:?}"), "Fault { kind: JsonRpc, .. }");
    }
}
