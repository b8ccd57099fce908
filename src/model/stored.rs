//! A server as it stands in the document: secrets still sealed. What a store keeps and hands to a change.

use std::fmt;
use std::sync::Arc;

use crate::json::{Fault, Object};

/// The name under which a server stands in the document. Any text: the rule for names that clients may
/// use is [`ServerName`](super::ServerName)'s, and a file may hold others (DESIGN §2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingsKey(Arc<str>);

impl SettingsKey {
    /// Takes any text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who made a change, as far as a store needs to know: an opaque name that equals itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author(Arc<str>);

impl Author {
    /// Takes any text; it must not be a secret.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The same author of one certain change: two such are equal only if both are.
    #[must_use]
    pub fn with_mark(&self, mark: u128) -> Self {
        Self::new(&format!("{}#{mark:032x}", self.0))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One server of the document.
pub struct StoredServer {
    /// The server's value in the document's own bytes.
    pub text: Arc<str>,
    /// The same, read; the fault where it is not an object that can be read (a lone surrogate, a member
    /// named twice, …). Such a server can be listed, replaced and deleted.
    pub config: Result<Object, Fault>,
    /// Who wrote it, where that was a change of this process.
    pub author: Option<Author>,
}

/// The text may hold secrets that stand in clear.
impl fmt::Debug for StoredServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoredServer")
            .field("config", &self.config)
            .field("author", &self.author)
            .finish_non_exhaustive()
    }
}
