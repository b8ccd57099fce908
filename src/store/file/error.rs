//! What can go wrong with a file, its folder and its lock; and what each of it means in the words that all stores have
//! in common.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::failpoints::Step;
use crate::document::Unreadable;
use crate::model::{PlaceReason, ReadOnlyReason};
use crate::store::{StoreError, StoreErrorKind};

/// Why the document could not be read or replaced. Cheap to clone.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FileError {
    /// The document is there but makes no sense; it is left alone.
    #[error("the settings document can't be used: {0}")]
    Unreadable(Unreadable),
    /// The document was there and is gone.
    #[error("the settings document is gone; put it back, or restart the service to begin a new one")]
    Vanished,
    /// The document is a mounted file that was replaced or deleted at its source, and so has no name any more.
    #[error("the settings document is a mounted file that was replaced or deleted where it comes from")]
    Unlinked,
    /// The folder of the document is not there.
    #[error("the folder of the settings document is not there")]
    NoDirectory,
    /// Reading failed.
    #[error("could not read the settings document")]
    Read(#[source] Arc<io::Error>),
    /// The lock file could not be opened or locked.
    #[error("could not use the lock file")]
    Lock(#[source] Arc<io::Error>),
    /// Another program, which does not take the lock, changed the document each time the batch was decided.
    #[error("another program changed the settings document again and again")]
    Overtaken,
    /// A step before the rename failed; the document is as it was.
    #[error("could not write the settings document (step: {step})")]
    Write {
        /// Which step.
        step: &'static str,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// Nothing can be written at the document's place until somebody changes that; nothing was written.
    #[error("the settings document is read-only: {}", reason.text())]
    ReadOnly {
        /// Why.
        reason: PlaceReason,
        /// What an attempt came to, where one was made.
        #[source]
        source: Option<Arc<io::Error>>,
    },
    /// The owner, group or mode of the document can't be kept; nothing was written.
    #[error("could not keep the owner, group and mode of the settings document")]
    Ownership(#[source] Arc<io::Error>),
    /// A step after the rename failed: the change may or may not outlive a crash.
    #[error("the change was made, but could not be made durable")]
    OutcomeUnknown(#[source] Arc<io::Error>),
}

/// The failure of a step of a write.
pub(super) fn failed(step: &Step<'_>, error: io::Error) -> FileError {
    FileError::Write { step: step.name(), source: Arc::new(error) }
}

impl From<FileError> for StoreError {
    fn from(error: FileError) -> Self {
        use StoreErrorKind::{Busy, OutcomeUnknown, ReadOnly, Unavailable, Unreadable};
        let is_passing = matches!(error, FileError::Read(_) | FileError::Lock(_) | FileError::Write { .. });
        let (kind, code) = match &error {
            FileError::Unreadable(_) => (Unreadable, "unreadable"),
            FileError::Vanished | FileError::Unlinked => (Unavailable, Self::VANISHED),
            FileError::NoDirectory => (Unavailable, "no-directory"),
            FileError::Read(_) => (Unavailable, "read"),
            FileError::Lock(_) => (Unavailable, "lock"),
            FileError::Write { .. } => (Unavailable, "write"),
            FileError::Overtaken => (Busy, "overtaken"),
            FileError::ReadOnly { reason: PlaceReason::Ownership, .. } | FileError::Ownership(_) => {
                (ReadOnly, Self::OWNERSHIP)
            }
            FileError::ReadOnly { .. } => (ReadOnly, "read-only"),
            FileError::OutcomeUnknown(_) => (OutcomeUnknown, "outcome-unknown"),
        };
        let error = Self::new(kind, code, error.detail(), error);
        if is_passing { error.passing() } else { error }
    }
}

impl FileError {
    /// What clients may read.
    fn detail(&self) -> Cow<'static, str> {
        let detail = match self {
            Self::Unreadable(reason) => {
                return format!("The settings document can't be used: {reason}. It is left as it is.").into();
            }
            Self::Ownership(_) => return ReadOnlyReason::Place(PlaceReason::Ownership).detail(),
            Self::ReadOnly { reason, .. } => return ReadOnlyReason::Place(*reason).detail(),
            Self::Vanished => {
                "The settings document is gone. Put it back, or restart the service to begin a new one."
            }
            Self::Unlinked => {
                // On the wire: the wording stays.
                "The settings document is mounted as a single file, and was replaced or deleted where it comes from. Mount its folder instead, and start the service anew."
            }
            Self::NoDirectory => {
                "The folder of the settings document is not there. Create it, or configure another."
            }
            Self::Overtaken => {
                "Another program, which does not take the settings lock, keeps changing the settings document. Nothing was changed; try again."
            }
            Self::OutcomeUnknown(_) => StoreError::MAY_NOT_LAST,
            Self::Read(_) | Self::Lock(_) | Self::Write { .. } => {
                "The settings document can't be read or written at present. Nothing was changed."
            }
        };
        detail.into()
    }
}
