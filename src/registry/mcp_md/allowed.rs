//! Which commands an agent starts (MUST 12). A program that starts servers asks it before the first one: no back end
//! looks at it.

use std::collections::BTreeSet;

use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::quoting::{quoted, quoted_list};
use crate::registry::spec::ServerSpec;

use super::parse::parse;

/// What is allowed where `mcp.md` has no section for it.
pub const DEFAULT_COMMANDS: [&str; 6] = ["docker", "node", "npx", "python", "python3", "uvx"];

/// Names of commands without their folders, with regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedCommands(BTreeSet<String>);

impl Default for AllowedCommands {
    fn default() -> Self {
        Self(DEFAULT_COMMANDS.map(str::to_owned).into())
    }
}

impl AllowedCommands {
    /// Those that a text has a section for, instead of the default ones; an empty section denies everything.
    pub fn of(text: &str) -> Self {
        parse(text).allowed.map_or_else(Self::default, Self)
    }

    /// Whether a command may be started, wherever it is.
    pub fn allows(&self, command: &str) -> bool {
        self.0.contains(command.rsplit('/').next().unwrap_or_default())
    }

    /// Checks all servers before any is started.
    ///
    /// # Errors
    ///
    /// `CommandNotAllowed` for the first one that may not be.
    pub fn check<'a>(&self, specs: impl IntoIterator<Item = &'a ServerSpec>) -> Result<(), RegistryError> {
        let Some(denied) = specs.into_iter().find(|spec| !self.allows(&spec.command)) else { return Ok(()) };
        let message = format!(
            "mcp.md server {}: command {} is not allowed. Allowed: {}. Add its name to '## Allowed commands' in mcp.md.",
            quoted(&denied.name),
            quoted(denied.command.rsplit('/').next().unwrap_or_default()),
            quoted_list(self.0.iter().map(String::as_str))
        );
        Err(RegistryErrorKind::CommandNotAllowed.because(message))
    }
}
