//! Why a store could not answer or could not commit, by what that means for the caller. The trouble of one store alone
//! (files, locks) is that store's own error, and the source of this one.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::NotNoted;

/// What a failure means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Others were in the way until the deadline, or too many wait. Nothing was changed.
    Busy,
    /// The store can't be reached. Nothing was changed.
    Unavailable,
    /// What is stored makes no sense; it is left alone.
    Unreadable,
    /// Nothing can be written until somebody changes that. Nothing was changed.
    ReadOnly,
    /// The change would make the state larger than it may be; it was not made.
    TooLarge,
    /// The change was made, and may or may not outlive a crash.
    OutcomeUnknown,
    /// The store takes no more changes.
    Closed,
    /// A defect of the change: its decision panicked, or wanted what it may not. Nothing of it was made.
    Panicked,
}

/// Why a store could not answer or could not commit. Cheap to clone: one failure can end many changes.
#[derive(Clone)]
pub struct StoreError {
    kind: StoreErrorKind,
    code: &'static str,
    source: Arc<dyn Error + Send + Sync>,
    detail: Cow<'static, str>,
    may_pass: bool,
}

/// What can go wrong in any store.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("another process held the settings lock for {} ms", waited.as_millis())]
    Busy { waited: Duration },
    #[error("too many changes are waiting")]
    QueueFull,
    #[error("the settings document would be larger than {largest} bytes")]
    TooLarge { largest: usize },
    #[error("the committer failed")]
    Unanswered,
    #[error("the service is stopping")]
    Closed,
    #[error(transparent)]
    NotNoted(#[from] NotNoted),
    #[error("a change panicked")]
    Panicked,
    #[error("a change edits what it has not named")]
    NotNamed,
    #[error("a change asks for earlier states again and again")]
    NotDecided,
}

impl StoreError {
    /// The code of a document that was there and is gone.
    pub const VANISHED: &str = "vanished";

    /// The code of a document of which the owner, group or mode can't be kept.
    pub const OWNERSHIP: &str = "ownership";

    /// What clients may read of a change that was made and may not last.
    pub(in crate::store) const MAY_NOT_LAST: &str =
        "The change was made, but may not outlive a crash. Read the server again before you repeat it.";

    /// A failure of this kind. The `code` distinguishes it from others of the kind; `detail` is what clients may read,
    /// without any path: what is wrong, and what to do.
    pub fn new(
        kind: StoreErrorKind,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        let may_pass = matches!(kind, StoreErrorKind::Busy | StoreErrorKind::Closed);
        Self { kind, code, source: Arc::new(source), detail: detail.into(), may_pass }
    }

    /// The same, of a failure that may pass by itself.
    #[must_use]
    pub fn passing(self) -> Self {
        Self { may_pass: true, ..self }
    }

    /// The change was not taken into a batch in time.
    pub(in crate::store) fn busy(waited: Duration) -> Self {
        let detail = "Another process holds the settings lock. Nothing was changed; try again. MCP_SETTINGS_LOCK_TIMEOUT_MS sets how long a write waits.";
        Self::new(StoreErrorKind::Busy, "busy", detail, Trouble::Busy { waited })
    }

    /// As many changes wait as may.
    pub(in crate::store) fn queue_full() -> Self {
        let detail = "Too many writes are waiting. Nothing was changed; try again.";
        Self::new(StoreErrorKind::Busy, "queue-full", detail, Trouble::QueueFull)
    }

    /// The state would be larger than so many bytes.
    pub(in crate::store) fn too_large(largest: usize) -> Self {
        let detail = format!(
            "The settings document would be larger than {largest} bytes. Nothing was changed. Remove what is not needed; MCP_SETTINGS_MAX_DOCUMENT_BYTES sets the limit."
        );
        Self::new(StoreErrorKind::TooLarge, "too-large", detail, Trouble::TooLarge { largest })
    }

    /// The change was taken and never answered. Only a defect of the store does that, and then nobody knows.
    pub(in crate::store) fn unanswered() -> Self {
        Self::new(StoreErrorKind::OutcomeUnknown, "unanswered", Self::MAY_NOT_LAST, Trouble::Unanswered)
    }

    /// The store takes no more changes.
    pub fn closed() -> Self {
        let detail = "The service is stopping. Nothing was changed; try again.";
        Self::new(StoreErrorKind::Closed, "closed", detail, Trouble::Closed)
    }

    /// What must be known before the change is made could not be stored.
    pub(in crate::store) fn not_noted(reason: NotNoted) -> Self {
        let detail = "What the service must remember of this change could not be stored. Nothing was changed; /ready says what is wrong.";
        Self::new(StoreErrorKind::Unavailable, "state-unavailable", detail, Trouble::from(reason)).passing()
    }

    /// The change's own decision panicked.
    pub(in crate::store) fn panicked() -> Self {
        Self::defect("panicked", Trouble::Panicked)
    }

    /// The change has an edit of what it has not named.
    pub(in crate::store) fn not_named() -> Self {
        Self::defect("not-named", Trouble::NotNamed)
    }

    /// The change asks for what it was given.
    pub(in crate::store) fn not_decided() -> Self {
        Self::defect("not-decided", Trouble::NotDecided)
    }

    fn defect(code: &'static str, trouble: Trouble) -> Self {
        Self::new(StoreErrorKind::Panicked, code, "The change has a defect. Nothing of it was made.", trouble)
    }

    /// What it means for the caller.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// A word that distinguishes it from others of its kind.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What clients may read: what is wrong, and what to do.
    pub fn detail(&self) -> &Cow<'static, str> {
        &self.detail
    }

    /// Whether the same may succeed a little later, without anybody's doing.
    pub fn may_pass(&self) -> bool {
        self.may_pass
    }

    /// The error of the store itself.
    pub fn trouble(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.source
    }
}

/// The message is that of the trouble, for logs: it may name paths.
impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(formatter)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} ({}): {:?}", self.kind, self.code, self.source)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}
