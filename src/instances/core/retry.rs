//! What is known of failed starts of one launch, and when the next is made. It does not know how long the delays are.

use std::time::Duration;

use super::Now;
use crate::backoff::{LONGEST, delay};
use crate::instances::Fault;

/// The state of the attempts of one launch after a failed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many attempts have failed one after the other.
    pub count: u32,
    /// When the last of them failed.
    pub last: Now,
    /// When the next may be made.
    pub next: Now,
    /// What was wrong. Its texts are redacted.
    pub fault: Fault,
    /// The last lines of its stderr, redacted.
    pub stderr: String,
}

impl Retry {
    /// One more attempt has failed.
    pub fn after(previous: Option<&Self>, fault: Fault, stderr: String, now: Now, jitter: f64) -> Self {
        let count = previous.map_or(0, |retry| retry.count).saturating_add(1);
        Self { count, last: now, next: now.after(delay(count, jitter)), fault, stderr }
    }

    /// What another process has stored, read at `now`. The calendar may have been set since, so the time of the next
    /// attempt is not believed beyond what can be.
    pub fn restored(count: u32, last_ms: i64, next_ms: i64, fault: Fault, stderr: String, now: Now) -> Self {
        let left = u64::try_from(next_ms.saturating_sub(now.unix_ms)).unwrap_or(0);
        let next = now.after(Duration::from_millis(left).min(LONGEST));
        Self { count, last: Now { instant: now.instant, unix_ms: last_ms }, next, fault, stderr }
    }

    /// Whether the next attempt must wait.
    pub fn is_waiting(&self, now: Now) -> bool {
        now.instant < self.next.instant
    }
}
