//! What servers offer, as far as it is known: a cache in front of the lists that are kept for each launch (health contract,
//! F1 to F6). It asks only sessions that run. It does not know who may see a list.

mod listing;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{FutureExt, Shared as SharedFuture};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::timeout_at;

use super::core::Attempt;
use super::live::Live;
use super::session::{List, ListKind};
use super::shared::Shared;
use super::{Fault, FaultKind};
use crate::blocking;
use crate::model::{Feature, SettingsKey};
use crate::state::{Change, Run};

pub use listing::{Listing, fingerprint};

/// For how long a list is taken for what the server still offers.
const POSITIVE: Duration = Duration::from_secs(60);

/// For how long a server that could not list something is not asked again.
const NEGATIVE: Duration = Duration::from_secs(10);

/// How long a server may take to list something.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a kept list may say that it is of an earlier time than it was confirmed. Milliseconds.
const KEPT_AGAIN: i64 = 3_600_000;

/// What is known of every server.
#[derive(Default)]
pub(super) struct Discovery {
    entries: Mutex<HashMap<(SettingsKey, Feature), Entry>>,
}

/// What is known of one list of one server.
#[derive(Clone, Default)]
struct Entry {
    /// The newest list that was read, and of which launch.
    listing: Option<(u64, Arc<Listing>)>,
    /// When a running instance said so, and how often it had said before that its lists change.
    confirmed: Option<(Attempt, Instant, u64)>,
    /// When a running instance could not say so.
    failed: Option<(Attempt, Instant, Fault)>,
    /// The request that is under way.
    flight: Option<(Attempt, Flight)>,
    /// What was given to the store.
    kept: Option<Arc<Listing>>,
}

type Flight = SharedFuture<futures_util::future::BoxFuture<'static, ()>>;

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

    fn entry(&self, name: &SettingsKey, feature: Feature) -> Entry {
        self.entries().get(&(name.clone(), feature)).cloned().unwrap_or_default()
    }

    fn change(&self, name: &SettingsKey, feature: Feature, change: impl FnOnce(&mut Entry)) {
        change(self.entries().entry((name.clone(), feature)).or_default());
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<(SettingsKey, Feature), Entry>> {
        // What is under the lock is whole at every moment.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Whether this instance need not be asked.
    fn is_fresh(&self, attempt: Attempt, list_changes: u64, freshness: Freshness, now: Instant) -> bool {
        let age = |at: Instant| now.saturating_duration_since(at);
        let is_confirmed = self.confirmed.is_some_and(|(own, at, changes)| {
            own == attempt && age(at) < POSITIVE && changes == list_changes
        });
        let has_failed =
            self.failed.as_ref().is_some_and(|(own, at, _)| *own == attempt && age(*at) < NEGATIVE);
        has_failed || (is_confirmed && freshness == Freshness::Cached)
    }

    fn fault(&self, attempt: Option<Attempt>) -> Option<Fault> {
        let failed = self.failed.as_ref().filter(|(own, ..)| Some(*own) == attempt);
        failed.map(|(.., fault)| fault.clone())
    }
}

impl Shared {
    /// What a server offers. A running instance is asked where that is not known well enough; nothing is started.
    pub(super) async fn known(
        self: &Arc<Self>,
        runtime: &Handle,
        name: &SettingsKey,
        feature: Feature,
        freshness: Freshness,
    ) -> Result<Known, NotKnown> {
        let running = self.running(name);
        let live = running.and_then(|(attempt, _)| Some((attempt, self.live(attempt)?)));
        if let Some((attempt, live)) = &live
            && !self.is_fresh(name, feature, *attempt, live, freshness)
        {
            self.flight(runtime, name, feature, *attempt, live).await;
        }
        let entry = self.discovery.entry(name, feature);
        let attempt = live.map(|(attempt, _)| attempt);
        let run = self.run_of(name).ok_or(NotKnown::NeverListed)?;
        let fault = entry.fault(attempt);
        let is_of_run = |(generation, _): &(u64, Arc<Listing>)| launches(&run).any(|own| own == *generation);
        let cached = entry.listing.filter(is_of_run);
        let (generation, listing) = match cached {
            Some(cached) => cached,
            None => match self.kept(name, feature, &run).await {
                Some(kept) => kept,
                None => return Err(fault.map_or(NotKnown::NeverListed, NotKnown::Failed)),
            },
        };
        let is_confirmed = entry.confirmed.is_some_and(|(own, ..)| Some(own) == attempt);
        let is_current = match self.is_runner() {
            true => is_confirmed && fault.is_none(),
            false => self.runs_elsewhere(name),
        };
        let is_stale = !is_current || generation != run.generation;
        Ok(Known { listing, generation, is_stale, fault, run })
    }

    fn is_fresh(
        &self,
        name: &SettingsKey,
        feature: Feature,
        attempt: Attempt,
        live: &Live,
        freshness: Freshness,
    ) -> bool {
        let (changes, now) = (live.session.list_changes(), self.clock.now());
        self.discovery.entry(name, feature).is_fresh(attempt, changes, freshness, now)
    }

    /// What is kept of the newest launch that has listed this.
    async fn kept(&self, name: &SettingsKey, feature: Feature, run: &Run) -> Option<(u64, Arc<Listing>)> {
        for generation in launches(run) {
            let Some(text) = self.state.read_list((generation, feature)).await else { continue };
            let Some(listing) = blocking::run(move || Listing::read(&text)).await.map(Arc::new) else {
                continue;
            };
            if self.is_runner() {
                self.discovery.change(name, feature, |entry| {
                    entry.listing.get_or_insert_with(|| (generation, Arc::clone(&listing)));
                    entry.kept.get_or_insert_with(|| Arc::clone(&listing));
                });
            }
            return Some((generation, listing));
        }
        None
    }

    /// Asks a running instance, together with all others who want to know the same (F4). It goes on where they go away.
    fn flight(
        self: &Arc<Self>,
        runtime: &Handle,
        name: &SettingsKey,
        feature: Feature,
        attempt: Attempt,
        live: &Arc<Live>,
    ) -> Flight {
        let mut entries = self.discovery.entries();
        let entry = entries.entry((name.clone(), feature)).or_default();
        if let Some((_, flight)) = entry.flight.as_ref().filter(|(own, _)| *own == attempt) {
            return flight.clone();
        }
        let (shared, name, live) = (Arc::clone(self), name.clone(), Arc::clone(live));
        let asked: JoinHandle<()> = runtime.spawn(async move {
            let changes = live.session.list_changes();
            let listed = lists(&live, feature, Instant::now() + PATIENCE).await;
            match listed.map_err(|fault| live.redacted(fault)) {
                Ok(lists) => shared.fill(attempt, &live, feature, lists, changes).await,
                Err(fault) => shared.discovery.change(&name, feature, |entry| {
                    entry.failed = Some((attempt, shared.clock.now(), fault));
                }),
            }
            shared.discovery.change(&name, feature, |entry| {
                entry.flight.take_if(|(own, _)| *own == attempt);
            });
        });
        let flight: Flight = asked.map(drop).boxed().shared();
        entry.flight = Some((attempt, flight.clone()));
        flight
    }

    /// Takes note of what a running instance has listed, `changes` being how often it had said before that it changes.
    pub(super) async fn fill(
        &self,
        attempt: Attempt,
        live: &Live,
        feature: Feature,
        lists: [List; 2],
        changes: u64,
    ) {
        let (at_ms, redactor) = (self.now().unix_ms, Arc::clone(&live.redactor));
        let listing = Arc::new(blocking::run(move || Listing::new(at_ms, lists, &redactor)).await);
        // It may have another name by now, or be gone.
        let Some((name, generation)) = self.name_of(attempt) else { return };
        let Some(run) = self.run_of(&name).filter(|run| run.generation == generation) else { return };
        if feature == Feature::Tools {
            self.compare(&name, &run, &listing);
        }
        let mut is_new = false;
        self.discovery.change(&name, feature, |entry| {
            entry.listing = Some((generation, Arc::clone(&listing)));
            entry.confirmed = Some((attempt, self.clock.now(), changes));
            entry.failed = None;
            let is_kept = |kept: &Arc<Listing>| {
                run.listed == Some(generation)
                    && kept.is_same(&listing)
                    && at_ms.saturating_sub(kept.at_ms) < KEPT_AGAIN
            };
            is_new = !entry.kept.as_ref().is_some_and(is_kept);
            if is_new {
                entry.kept = Some(Arc::clone(&listing));
            }
        });
        if is_new {
            let text = blocking::run(move || listing.to_text()).await;
            self.state.keep_list((generation, feature), text.into());
        }
    }

    /// Has it remembered which tools a launch has, and whether they are others than before.
    fn compare(&self, name: &SettingsKey, run: &Run, listing: &Listing) {
        let remembered = self.state.peek();
        let policy = remembered.and_then(|remembered| remembered.policy(name)).unwrap_or_default();
        let (tools, is_pinned) = (Arc::clone(listing.digests()), policy.tools.pinned);
        let mut after = run.clone();
        after.list(&tools, is_pinned);
        if after != *run {
            let (name, launch) = (name.clone(), run.launch);
            drop(self.state.write(vec![Change::List { name, launch, tools, is_pinned }]));
        }
    }

    fn run_of(&self, name: &SettingsKey) -> Option<Arc<Run>> {
        self.state.peek()?.runs.get(name).cloned()
    }
}

/// The launches whose lists are kept, the newest first.
fn launches(run: &Run) -> impl Iterator<Item = u64> {
    [Some(run.generation), run.listed.filter(|listed| *listed != run.generation)].into_iter().flatten()
}

/// What an instance lists. What it says that it does not have is not asked for.
pub(super) async fn lists(live: &Live, feature: Feature, deadline: Instant) -> Result<[List; 2], Fault> {
    let peer = live.session.peer();
    let kinds: &[ListKind] = match feature {
        Feature::Tools if peer.has_tools => &[ListKind::Tools],
        Feature::Resources if peer.has_resources => &[ListKind::Resources, ListKind::ResourceTemplates],
        Feature::Prompts if peer.has_prompts => &[ListKind::Prompts],
        _ => &[],
    };
    let mut lists = [List::default(), List::default()];
    for (kind, list) in kinds.iter().zip(&mut lists) {
        let asked = timeout_at(deadline.into(), live.session.list(*kind, deadline)).await;
        *list = match asked.unwrap_or_else(|_| Err(FaultKind::Timeout.because("there was no answer in time")))
        {
            // Templates are younger than resources, and not everywhere.
            Err(fault) if *kind == ListKind::ResourceTemplates && fault.kind == FaultKind::JsonRpc => {
                List::default()
            }
            listed => listed?,
        };
    }
    Ok(lists)
}

#[cfg(test)]
mod tests {
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
