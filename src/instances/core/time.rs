//! One moment, as both clocks have it.

use std::time::{Duration, Instant};

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// By the clock that only goes forward, which timers follow.
    pub instant: Instant,
    /// By the calendar, which readers see and the next process understands. Milliseconds of Unix time.
    pub unix_ms: i64,
}

impl Now {
    /// So much later.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Self { instant: self.instant + time, unix_ms: self.unix_ms.saturating_add(ms) }
    }
}
