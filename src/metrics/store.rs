//! What is measured of commits: how long the lock was waited for, and what came of the batch.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{Outcome, seconds};

/// The measures of a store.
#[derive(Clone, Debug)]
pub struct StoreMetrics {
    commits: Family<Outcome, Counter>,
    changes: Counter,
    durations: Histogram,
    lock_waits: Histogram,
}

/// What came of a batch of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// The document was replaced.
    Written,
    /// There was nothing to write: every change was refused, or says what is there.
    Unchanged,
    /// The store failed every change; whether it was made is known to none, or it was not.
    Failed,
}

impl CommitOutcome {
    const ALL: [Self; 3] = [Self::Written, Self::Unchanged, Self::Failed];

    fn label(self) -> Outcome {
        let outcome = match self {
            Self::Written => "written",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
        };
        Outcome { outcome }
    }
}

impl Default for StoreMetrics {
    fn default() -> Self {
        let commits = Family::default();
        CommitOutcome::ALL.iter().for_each(|outcome| drop(commits.get_or_create(&outcome.label())));
        Self { commits, changes: Counter::default(), durations: seconds(), lock_waits: seconds() }
    }
}

impl StoreMetrics {
    /// The lock was waited for.
    pub fn locked(&self, wait: Duration) {
        self.lock_waits.observe(wait.as_secs_f64());
    }

    /// So many changes have come to this, in so much time since the lock was taken.
    pub fn committed(&self, outcome: CommitOutcome, changes: usize, took: Option<Duration>) {
        self.commits.get_or_create(&outcome.label()).inc();
        self.changes.inc_by(changes.try_into().unwrap_or(u64::MAX));
        if let Some(took) = took {
            self.durations.observe(took.as_secs_f64());
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("commits", "Batches of changes, by what came of them", self.commits.clone());
        registry.register("commit_changes", "Changes in all batches", self.changes.clone());
        registry.register_with_unit(
            "commit_duration",
            "How long a batch took, from when the lock was held",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register_with_unit(
            "lock_wait",
            "How long the lock of the settings file was waited for",
            Unit::Seconds,
            self.lock_waits.clone(),
        );
    }
}
