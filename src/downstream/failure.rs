//! What is said of a call that a gateway did not carry out: a kind, and an id under which the log has the details. It
//! holds no text that a gateway sent.

use std::fmt;
use std::sync::Arc;

use super::Base;
use crate::service::audit;

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

impl Failure {
    /// Something is registered under the id that nobody here has made.
    pub(super) fn in_the_way(gateway: &Base) -> Self {
        let (kind, error_id) = (FailureKind::AlreadyExists, audit::new_id());
        tracing::warn!(gateway = %gateway, error_id, "nothing was registered at a gateway: {kind}");
        Self { kind, error_id: error_id.into() }
    }
}

impl FailureKind {
    /// Its word, as it is stored and shown.
    pub fn to_word(self) -> String {
        match self {
            Self::Unreachable => "unreachable".to_owned(),
            Self::Timeout => "timeout".to_owned(),
            Self::AlreadyExists => "already-exists".to_owned(),
            Self::Refused(status) => format!("refused-{status}"),
            Self::Unreadable => "unreadable".to_owned(),
        }
    }

    /// The kind of a word. One that is not known is the least that can be said.
    pub fn of_word(word: &str) -> Self {
        let refused = || word.strip_prefix("refused-")?.parse().ok().map(Self::Refused);
        match word {
            "unreachable" => Self::Unreachable,
            "timeout" => Self::Timeout,
            "already-exists" => Self::AlreadyExists,
            _ => refused().unwrap_or(Self::Unreadable),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::FailureKind::{self, AlreadyExists, Refused, Timeout, Unreachable, Unreadable};

    #[test]
    fn each_kind_has_one_word() {
        for kind in [Unreachable, Timeout, AlreadyExists, Refused(426), Unreadable] {
            assert_eq!(FailureKind::of_word(&kind.to_word()), kind);
        }
        assert_eq!(FailureKind::of_word("refused-often"), Unreadable);
    }
}
