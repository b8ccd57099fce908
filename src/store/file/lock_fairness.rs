//! Whose turn it is: a committer that locks again as soon as it has unlocked would starve its peers.
//! It only reckons with times; waiting is the committer's.

use std::time::{Duration, Instant};

/// For how long the committer may lock again and again.
const TURN: Duration = Duration::from_millis(50);

/// How long it then stays away. `flock` does not queue: a peer that waits is woken by the unlock, and finds
/// the lock taken again unless it gets about this long to run.
pub(super) const PAUSE: Duration = Duration::from_millis(1);

/// Since when no peer can have had the lock.
#[derive(Debug, Default)]
pub(super) struct LockFairness {
    turn_began: Option<Instant>,
    unlocked: Option<Instant>,
}

impl LockFairness {
    /// Whether a pause is due before locking again.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let is_fresh = |unlocked: Instant| now.duration_since(unlocked) < PAUSE;
        self.turn_began.is_some_and(|began| now.duration_since(began) >= TURN)
            && self.unlocked.is_some_and(is_fresh)
    }

    /// A turn begins where the lock was free, or a peer's, for the length of a pause.
    pub(super) fn locked(&mut self, now: Instant) {
        if self.unlocked.is_none_or(|unlocked| now.duration_since(unlocked) >= PAUSE) {
            self.turn_began = Some(now);
        }
    }

    pub(super) fn unlocked(&mut self, now: Instant) {
        self.unlocked = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_due_after_a_turn_without_one_and_only_then() {
        // Per batch: how long the lock is kept, and how long it is left alone afterwards.
        let (short, long) = (Duration::from_micros(200), PAUSE);
        for (gap, expected) in [(short, Some(10)), (long, None)] {
            let mut pace = LockFairness::default();
            let mut now = Instant::now();
            let mut due_after = None;
            for batch in 1..100 {
                pace.locked(now);
                now += Duration::from_millis(5);
                pace.unlocked(now);
                now += gap;
                if pace.is_over(now) {
                    due_after = Some(batch);
                    break;
                }
            }
            assert_eq!(due_after, expected, "{gap:?}");
        }
    }

    #[test]
    fn a_pause_begins_a_new_turn() {
        let mut pace = LockFairness::default();
        let begun = Instant::now();
        pace.locked(begun);
        pace.unlocked(begun + TURN);
        assert!(pace.is_over(begun + TURN));
        let later = begun + TURN + PAUSE;
        pace.locked(later);
        pace.unlocked(later + PAUSE);
        assert!(!pace.is_over(later + PAUSE));
    }
}
