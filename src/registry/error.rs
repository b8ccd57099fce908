//! What the operations of a registry fail with: one kind for each reaction of a caller, and a text that holds no secret.

use std::error::Error;
use std::fmt;

/// Why an operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistryErrorKind {
    /// No such server. Permanent.
    NotInRegistry,
    /// The name is in use.
    AlreadyInstalled,
    /// The registry cannot be used now. Transient; nothing here tries again by itself.
    Unavailable,
    /// The registry wants other credentials.
    AuthRequired,
    /// What the registry holds or sent is malformed.
    DescriptorInvalid,
    /// There is no back end of this id, or it could not be made.
    NotRegistered,
    /// The back end cannot do this.
    NotSupported,
    /// A variable that the server needs is not set.
    ConnectFailed,
    /// The command is not one that the agent allows. It counts as a failure to connect.
    CommandNotAllowed,
    /// An argument is a path outside the folders that the agent may read.
    PathTraversal,
    /// A name, a URL or a value that the caller gave breaks a rule.
    Invalid,
}

impl RegistryErrorKind {
    /// An error of this kind. The text must hold no secret.
    pub fn because(self, message: impl Into<String>) -> RegistryError {
        RegistryError { kind: self, message: message.into() }
    }
}

/// A failed operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryError {
    kind: RegistryErrorKind,
    message: String,
}

impl RegistryError {
    /// Why it failed.
    pub fn kind(&self) -> RegistryErrorKind {
        self.kind
    }

    /// What is shown to people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        self.kind == RegistryErrorKind::Unavailable
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for RegistryError {}
