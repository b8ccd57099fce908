//! What can go wrong in a store, told apart by what it means for the caller.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::document::Unreadable;
use crate::model::PlaceReason;

/// Why a store could not answer or could not commit. Cheap to clone: one failure can end many changes.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The document is there but makes no sense; it is left alone.
    #[error("the settings document can't be used: {0}")]
    Unreadable(Unreadable),
    /// The document was there and is gone.
    #[error("the settings document is gone; put it back, or restart the service to begin a new one")]
    Vanished,
    /// The document is a mounted file that was replaced or deleted at its source, and so has no name any more.
    #[error("the settings document is a mounted file that was replaced or deleted where it comes from")]
    Unlinked,
    /// The change would make the document larger than it may be; it was not made.
    #[error("the settings document would be larger than {largest} bytes")]
    TooLarge {
        /// How many bytes it may have.
        largest: usize,
    },
    /// The folder of the document is not there.
    #[error("the folder of the settings document is not there")]
    NoDirectory,
    /// Reading failed.
    #[error("could not read the settings document")]
    Read(#[source] Arc<io::Error>),
    /// The lock file could not be opened or locked.
    #[error("could not use the lock file")]
    Lock(#[source] Arc<io::Error>),
    /// Another process held the lock until the deadline.
    #[error("another process held the settings lock for {} ms", waited.as_millis())]
    Busy {
        /// How long the change waited.
        waited: Duration,
    },
    /// Another program, which does not take the lock, changed the document each time the batch was decided.
    #[error("another program changed the settings document again and again")]
    Overtaken,
    /// Too many changes wait already.
    #[error("too many changes are waiting")]
    QueueFull,
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
    /// This change's own decision panicked; nothing of it was applied.
    #[error("a change panicked")]
    Panicked,
    /// The store takes no more changes.
    #[error("the service is stopping")]
    Closed,
}
