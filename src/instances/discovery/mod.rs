//! What servers offer, as far as it is known: a cache in front of the lists that are kept for each launch (health contract,
//! F1 to F6). It does not know how a server is asked, and who may see a list.

mod listing;
mod offer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, Shared};

use super::Fault;
use super::core::Attempt;
use crate::model::{Feature, SettingsKey};
use crate::state::Run;

pub use listing::{Listing, fingerprint};
pub use offer::Offer;
pub(super) use offer::withheld;

/// For how long a list counts as what the server offers.
const POSITIVE: Duration = Duration::from_secs(60);

/// For how long a server that could not list something is not asked again.
const NEGATIVE: Duration = Duration::from_secs(10);

/// What is known of every server.
#[derive(Default)]
pub(super) struct Discovery {
    entries: Mutex<HashMap<(SettingsKey, Feature), Entry>>,
}

/// What is known of one list of one server.
#[derive(Clone, Default)]
pub(super) struct Entry {
    /// The newest list that was read, and of which launch.
    pub(super) listing: Option<(u64, Arc<Listing>)>,
    /// When a running instance said so, and how often it had said before that its lists change.
    pub(super) confirmed: Option<(Attempt, Instant, u64)>,
    /// When a running instance could not say so.
    pub(super) failed: Option<(Attempt, Instant, Fault)>,
    /// The request that is under way.
    pub(super) flight: Option<(Attempt, Flight)>,
    /// What was given to the store.
    pub(super) kept: Option<Arc<Listing>>,
}

/// A request that is under way, for all who wait for it.
pub(super) type Flight = Shared<BoxFuture<'static, ()>>;

/// A list that is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which.
    pub listing: Arc<Listing>,
    /// Of which launch.
    pub generation: u64,
    /// Whether the server may offer something else now.
    pub is_stale: bool,
    /// Why the server could not list it again.
    pub fault: Option<Fault>,
    /// What is remembered of running the server.
    pub run: Arc<Run>,
}

/// Why no list is known.
#[derive(Clone, Debug, PartialEq)]
pub enum NotKnown {
    /// Nothing was ever listed, and nothing runs that could be asked.
    NeverListed,
    /// The server was asked, and did not answer as it should.
    Failed(Fault),
}

/// How a list may be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// One that was confirmed within the last minute does.
    Cached,
    /// A running server is asked again.
    Confirmed,
}

impl Discovery {
    /// Forgets what is cached of a name. What is kept stays.
    pub(super) fn forget(&self, name: &SettingsKey) {
        self.entries().retain(|(own, _), _| own != name);
    }

    pub(super) fn entry(&self, name: &SettingsKey, feature: Feature) -> Entry {
        self.entries().get(&(name.clone(), feature)).cloned().unwrap_or_default()
    }

    pub(super) fn change(&self, name: &SettingsKey, feature: Feature, change: impl FnOnce(&mut Entry)) {
        change(self.entries().entry((name.clone(), feature)).or_default());
    }

    /// The same, where something is cached. What was forgotten meanwhile stays so.
    pub(super) fn amend(&self, name: &SettingsKey, feature: Feature, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries().get_mut(&(name.clone(), feature)) {
            change(entry);
        }
    }

    pub(super) fn entries(&self) -> MutexGuard<'_, HashMap<(SettingsKey, Feature), Entry>> {
        // What is under the lock is whole at every moment.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Whether this instance need not be asked.
    pub(super) fn is_fresh(
        &self,
        attempt: Attempt,
        list_changes: u64,
        freshness: Freshness,
        now: Instant,
    ) -> bool {
        let age = |at: Instant| now.saturating_duration_since(at);
        let is_confirmed = self.confirmed.is_some_and(|(own, at, changes)| {
            own == attempt && age(at) < POSITIVE && changes == list_changes
        });
        let has_failed =
            self.failed.as_ref().is_some_and(|(own, at, _)| *own == attempt && age(*at) < NEGATIVE);
        has_failed || (is_confirmed && freshness == Freshness::Cached)
    }

    pub(super) fn fault(&self, attempt: Option<Attempt>) -> Option<Fault> {
        let failed = self.failed.as_ref().filter(|(own, ..)| Some(*own) == attempt);
        failed.map(|(.., fault)| fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::FaultKind;
    use super::*;

    #[test]
    fn f1_what_was_listed_counts_for_a_minute_and_what_failed_for_ten_seconds() {
        let (now, one, other) = (Instant::now(), Attempt(1), Attempt(2));
        let fault = FaultKind::Timeout.because("x");
        let listed = Entry { confirmed: Some((one, now, 3)), ..Entry::default() };
        let failed = Entry { failed: Some((one, now, fault)), ..Entry::default() };
        let is_fresh = |entry: &Entry, attempt, changes, seconds| {
            entry.is_fresh(attempt, changes, Freshness::Cached, now + Duration::from_secs(seconds))
        };
        assert!(is_fresh(&listed, one, 3, 59) && !is_fresh(&listed, one, 3, 60));
        assert!(is_fresh(&failed, one, 3, 9) && !is_fresh(&failed, one, 3, 10));
        // Another start, or another list (F3).
        assert!(!is_fresh(&listed, other, 3, 0) && !is_fresh(&listed, one, 4, 0));
        assert!(!is_fresh(&failed, other, 3, 0) && !is_fresh(&Entry::default(), one, 0, 0));
        assert!(!listed.is_fresh(one, 3, Freshness::Confirmed, now));
        // One that does not answer is not asked again, however it is wanted.
        assert!(failed.is_fresh(one, 3, Freshness::Confirmed, now));
    }
}
