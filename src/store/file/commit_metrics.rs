//! What is measured of a commit, and what the log says of it: how many changes it made, what it wrote, and how long each
//! part took. It sees no names and no values.

use std::time::{Duration, Instant};

use crate::metrics::{CommitOutcome, StoreMetrics};

/// A wait for the lock that is worth a line of its own.
const WAIT: Duration = Duration::from_millis(1);

/// A wait for the lock that somebody should know of, whatever the log's level.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// The measures of one batch, from the wait for the lock on.
pub(super) struct CommitMetrics {
    all: StoreMetrics,
    asked: Instant,
    locked: Option<Instant>,
    deciding: Duration,
    bytes: usize,
}

impl CommitMetrics {
    /// Begins with the wait for the lock. Every batch is counted in `all`.
    pub(super) fn begin(all: StoreMetrics) -> Self {
        Self { all, asked: Instant::now(), locked: None, deciding: Duration::ZERO, bytes: 0 }
    }

    /// The lock was taken. A wait is logged now, since there may be nothing left to commit.
    pub(super) fn locked(&mut self, now: Instant) {
        self.locked = Some(now);
        let wait = now.duration_since(self.asked);
        self.all.locked(wait);
        if LONG_WAIT <= wait {
            tracing::warn!(lock_wait_us = micros(wait), "waited long for the settings lock");
        } else if WAIT <= wait {
            tracing::debug!(lock_wait_us = micros(wait), "waited for the settings lock");
        }
    }

    /// The changes have decided, in so much time; once more, if another program changed the document meanwhile.
    pub(super) fn decided(&mut self, took: Duration) {
        self.deciding += took;
    }

    /// A document of so many bytes is in place and durable.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// The batch is over: durable, but for as many changes as `failed`.
    pub(super) fn end(&self, changes: usize, failed: usize) {
        if 0 < changes {
            let took = self.locked.map(|locked| locked.elapsed());
            self.all.committed(self.outcome(changes, failed), changes, took);
        }
        let Some(locked) = self.locked.filter(|_| 0 < changes) else { return };
        tracing::debug!(
            changes,
            failed,
            bytes = self.bytes,
            lock_wait_us = micros(locked.duration_since(self.asked)),
            decide_us = micros(self.deciding),
            total_us = micros(locked.elapsed()),
            "committed a batch"
        );
    }

    fn outcome(&self, changes: usize, failed: usize) -> CommitOutcome {
        match (changes == failed, self.bytes) {
            (true, _) => CommitOutcome::Failed,
            (false, 0) => CommitOutcome::Unchanged,
            (false, _) => CommitOutcome::Written,
        }
    }
}

fn micros(duration: Duration) -> u64 {
    duration.as_micros().try_into().unwrap_or(u64::MAX)
}
