//! What is said of a call that a gateway did not carry out: a kind, and an id under which the log has the details. It
//! holds no text that a gateway sent.

use std::fmt;
use std::sync::Arc;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// No connection, or it broke. The call may have been carried out all the same.
    Unreachable,
    /// No answer in time. The call may have been carried out, or may be later.
    Timeout,
    /// Something else is registered under the id.
    AlreadyExists,
    /// The gateway answered with this status.
    Refused(u16),
    /// The gateway answered what no gateway answers.
    Unreadable,
}

/// A call that was not carried out, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// Where the log has the details.
    pub error_id: Arc<str>,
}

impl FailureKind {
    /// Whether nothing is known of what the gateway did.
    pub fn is_silence(self) -> bool {
        matches!(self, Self::Unreachable | Self::Timeout)
    }
}

/// A fixed text for each kind.
impl fmt::Display for FailureKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => formatter.write_str("the gateway could not be reached"),
            Self::Timeout => formatter.write_str("the gateway did not answer in time"),
            Self::AlreadyExists => formatter.write_str("something else is registered under this id"),
            Self::Refused(status) => write!(formatter, "the gateway answered with status {status}"),
            Self::Unreadable => formatter.write_str("the answer could not be read"),
        }
    }
}
