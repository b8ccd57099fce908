//! Asking servers what they offer: only sessions that run, once for all who want to know, within bounds of time. What comes
//! of it is compared with what was known, and kept. It does not know who may see a list.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::core::Attempt;
use super::discovery::{Flight, Freshness, Known, Listing, NotKnown};
use super::live::{Live, in_time};
use super::session::{List, ListKind};
use super::shared::Shared;
use super::{Fault, FaultKind};
use crate::blocking;
use crate::model::{Feature, SettingsKey};
use crate::state::{Change, Run};

/// How long a server may take to list something.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a kept list may say that it is of an earlier time than it was confirmed. Milliseconds.
const KEPT_AGAIN: i64 = 3_600_000;

impl Shared {
    /// What a server offers. A running instance is asked where that is not known well enough; nothing is started.
    pub(super) async fn known(
        self: &Arc<Self>,
        runtime: Option<&Handle>,
        name: &SettingsKey,
        feature: Feature,
        freshness: Freshness,
    ) -> Result<Known, NotKnown> {
        let running = self.running(name);
        let live = running.and_then(|(attempt, _)| Some((attempt, self.live(attempt)?)));
        if let (Some((attempt, live)), Some(runtime)) = (&live, runtime)
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
                Err(fault) => shared.discovery.amend(&name, feature, |entry| {
                    entry.failed = Some((attempt, shared.clock.now(), fault));
                }),
            }
            shared.discovery.amend(&name, feature, |entry| {
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
        let (tools, is_pinned) = (Arc::clone(listing.digests()), self.service.policy_now(name).tools.pinned);
        let mut after = run.clone();
        after.list(&tools, is_pinned);
        // While nothing can be stored only the first list is remembered, so that what waits does not grow.
        let may_wait = self.state.can_approve() || run.known_tools.is_none();
        if after != *run && may_wait {
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
        *list = match in_time(deadline, live.session.list(*kind, deadline)).await {
            // Templates are younger than resources, and not everywhere.
            Err(fault) if *kind == ListKind::ResourceTemplates && fault.kind == FaultKind::JsonRpc => {
                List::default()
            }
            listed => listed?,
        };
    }
    Ok(lists)
}
