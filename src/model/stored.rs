//! A server as it is in the document: secrets still sealed. What a store keeps and hands to a change.

use std::fmt;
use std::sync::Arc;

use crate::json::{Fault, Object};

/// The name of a server in the document. Any text: the rule for names that clients may
/// use is [`ServerName`](super::ServerName)'s, and a file may hold others (DESIGN §1).
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

/// Who made a change, as far as a store needs to know: equal to itself, and to nobody else of the same name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Author(Arc<Identity>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Identity {
    name: Box<str>,
    /// Distinguishes callers of one name; not the key itself.
    key: Box<str>,
    may_reveal: bool,
    mark: Option<u128>,
}

impl Author {
    /// Somebody of whom only the name is known, and who may not see secrets.
    pub fn new(name: &str) -> Self {
        Self::of_key(name, "", false)
    }

    /// A caller that presents a key of this name; `digest` distinguishes the key from others of the name, and must
    /// not be secret.
    pub fn of_key(name: &str, digest: &str, may_reveal: bool) -> Self {
        Self(Arc::new(Identity { name: name.into(), key: digest.into(), may_reveal, mark: None }))
    }

    /// The same author of one certain change: two such are equal only if both are.
    #[must_use]
    pub fn with_mark(&self, mark: u128) -> Self {
        Self(Arc::new(Identity { mark: Some(mark), ..Identity::clone(&self.0) }))
    }

    /// The name, which may be shown.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether secrets could be seen by who made the change.
    pub fn may_reveal(&self) -> bool {
        self.0.may_reveal
    }
}

/// A weak key could be guessed from its digest.
impl fmt::Debug for Author {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Author").field(&self.name()).finish_non_exhaustive()
    }
}

/// What identifies a state of a server, whatever keys and spelling it has at rest. A guess of a secret can be tested
/// against it: it is written nowhere but under a key, and prints nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StateDigest([u8; 32]);

impl StateDigest {
    /// The digest of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for StateDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StateDigest")
    }
}

/// What identifies a launch of a server, and with it what an approval is for (DESIGN §13.3). It is made under a key that
/// only the service has, leaves it in no form but as part of an opaque id, and prints nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LaunchDigest([u8; 32]);

impl LaunchDigest {
    /// The digest of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for LaunchDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LaunchDigest")
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

/// The text may hold secrets in clear.
impl fmt::Debug for StoredServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoredServer")
            .field("config", &self.config)
            .field("author", &self.author)
            .finish_non_exhaustive()
    }
}
