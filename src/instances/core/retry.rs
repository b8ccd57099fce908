//! When a failed start is tried again: five times after half a minute, then every five minutes (health contract, B2).

use std::time::Duration;

use super::Now;
use crate::instances::Fault;

/// After each of the first failures.
const SHORT: Duration = Duration::from_secs(30);

/// After each that follows.
const LONG: Duration = Duration::from_secs(300);

/// How many failures have the short delay.
const SHORT_ONES: u32 = 5;

/// The longest delay that can be, with what chance adds to it.
const LONGEST: Duration = Duration::from_secs(330);

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

/// The delay after this many failures in a row. `jitter` is from 0 to 1, and adds up to a tenth, so that what failed
/// together is not tried again together.
pub fn delay(count: u32, jitter: f64) -> Duration {
    let delay = if count <= SHORT_ONES { SHORT } else { LONG };
    delay + delay.mul_f64(jitter.clamp(0.0, 1.0) / 10.0)
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
