//! The rule for names of servers in a registry (MUST 1). It is checked before anything is read, written or sent.

use std::fmt;

use super::error::{RegistryError, RegistryErrorKind};
use super::quoting::quoted;

/// A name that the rule allows. There is no limit on its length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryName(String);

impl RegistryName {
    /// Checks a name. The whole text is matched: a line break at the end is not part of any name.
    ///
    /// # Errors
    ///
    /// [`RegistryErrorKind::Invalid`] with one of three texts: empty, leading dot, charset, in this order.
    pub fn parse(name: &str) -> Result<Self, RegistryError> {
        let message = if name.is_empty() {
            "MCP server name must not be empty.".to_owned()
        } else if name.starts_with('.') {
            format!(
                "MCP server name {} must not start with '.'; leading-dot names are reserved for hidden files.",
                quoted(name)
            )
        } else if !is_charset(name) {
            format!("MCP server name {} contains invalid characters. Allowed: [a-zA-Z0-9_.+@-]", quoted(name))
        } else {
            return Ok(Self(name.to_owned()));
        };
        Err(RegistryErrorKind::Invalid.because(message))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RegistryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether all characters are allowed in a name.
pub fn is_charset(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+@-".contains(&byte))
}
