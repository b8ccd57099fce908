//! What a registry says of a server, of itself, and of whether a server is in order. It does not know where it came from.

use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

use super::error::{RegistryError, RegistryErrorKind};

/// The transport of a server that says nothing of it, and the only one that is started.
pub const STDIO: &str = "stdio";

/// How a server is started. As JSON it has the members in this order.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ServerSpec {
    /// The name, which may break the rule where a hand-written file has it.
    pub name: String,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its variables, in the order in which they were written. A value may be secret.
    pub env: IndexMap<String, String>,
    /// How it is spoken to.
    pub transport: String,
    /// What it is, for people.
    pub description: String,
}

impl ServerSpec {
    /// A server that is only a program.
    pub fn new(name: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            command: command.into(),
            args: Vec::new(),
            env: IndexMap::new(),
            transport: STDIO.to_owned(),
            description: String::new(),
        }
    }

    /// Refuses a server without a program.
    pub(super) fn require_command(&self) -> Result<(), RegistryError> {
        if !self.command.trim().is_empty() {
            return Ok(());
        }
        let message = format!("MCP server '{}': install requires a non-empty command.", self.name);
        Err(RegistryErrorKind::Invalid.because(message))
    }

    /// What a listing shows of it. The description is its first line.
    pub fn reference(&self, source: String) -> ServerRef {
        ServerRef {
            name: self.name.clone(),
            description: first_line(&self.description).to_owned(),
            transport: self.transport.clone(),
            version: None,
            source,
        }
    }
}

/// The first line of a description, without the space around it.
pub(super) fn first_line(description: &str) -> &str {
    description.trim().lines().next().unwrap_or_default().trim()
}

/// Without the values of the variables, which may be secret.
impl fmt::Debug for ServerSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServerSpec")
            .field("name", &self.name)
            .field("command", &self.command)
            .field("args", &self.args)
            .field("env", &format_args!("<{} entries; redacted>", self.env.len()))
            .field("transport", &self.transport)
            .field("description", &self.description)
            .finish()
    }
}

/// What a listing says of a server: never its command, arguments or variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerRef {
    /// The name.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// How it is spoken to.
    pub transport: String,
    /// Reserved: always absent.
    pub version: Option<String>,
    /// Where it was found. It may hold the userinfo of a URL: redact it before it is printed.
    pub source: String,
}

/// What a back end can do. A flag that is set is a promise (MUST 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `install` is never "not supported".
    pub supports_install: bool,
    /// `uninstall` is never "not supported".
    pub supports_uninstall: bool,
    /// What it can do is asked of a server.
    pub supports_capability_handshake: bool,
    /// Its changes are recorded.
    pub supports_audit: bool,
    /// What is installed stays after a restart.
    pub durable: bool,
    /// Reserved: always false.
    pub supports_canonical_export: bool,
}

/// Whether the configuration of a server is in order. Nothing is started to find out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// What makes it unusable.
    pub errors: Vec<String>,
    /// What may make it unusable elsewhere.
    pub warnings: Vec<String>,
}

impl Validation {
    /// One that failed for one reason.
    pub fn failed(error: impl Into<String>) -> Self {
        Self { errors: vec![error.into()], warnings: Vec::new() }
    }

    /// Whether there are no errors.
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }
}
