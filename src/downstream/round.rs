//! One turn at one gateway: looks at what is known, lists the gateway where that is due, and carries out the steps that are.
//! What it remembers between turns may be lost at any time. It does not wait.

use std::sync::Arc;

use super::core::{self, Listed, Plan, Step};
use super::work::{Outcome, Place, digest};
use super::{Base, Failure, FailureKind, Gateway, Known, Rows, Sight, ToolGroup};
use crate::backoff;
use crate::model::SettingsKey;

/// How often a gateway is listed that answers.
const LIST_MS: i64 = 60_000;

/// How soon something is tried again that the state could not store.
const STORE_MS: i64 = 1_000;

/// What is remembered of one gateway between two turns.
pub(super) struct Round {
    pub(super) base: Base,
    pub(super) gateway: Arc<dyn Gateway>,
    pub(super) rows: Arc<dyn Rows>,
    /// Milliseconds of Unix time.
    pub(super) now: Arc<dyn Fn() -> i64 + Send + Sync>,
    pub(super) jitter: fn() -> f64,
    contact: Contact,
}

/// How well the gateway is reached.
#[derive(Clone, Copy, Debug, Default)]
struct Contact {
    /// When it was listed; none where that is to be done at once.
    listed_ms: Option<i64>,
    /// Since when it has answered lists.
    reached_ms: i64,
    /// When it answered again after it had not.
    recovered_ms: i64,
    /// It does not answer lists: how often in a row, and when it is tried again.
    outage: Option<(u32, i64)>,
}

impl Round {
    pub(super) fn new(
        base: Base,
        gateway: Arc<dyn Gateway>,
        rows: Arc<dyn Rows>,
        now: Arc<dyn Fn() -> i64 + Send + Sync>,
        jitter: fn() -> f64,
    ) -> Self {
        Self { base, gateway, rows, now, jitter, contact: Contact::default() }
    }

    /// Does what is due. When to come again, at the latest; milliseconds of Unix time.
    pub(super) async fn turn(&mut self) -> i64 {
        let Some(mut known) = self.rows.load(&self.base).await else { return (self.now)() + STORE_MS };
        let now = (self.now)();
        if self.is_list_due(&known, now) {
            let listed = self.gateway.list().await;
            let Some(fresh) = self.rows.load(&self.base).await else { return (self.now)() + STORE_MS };
            known = fresh;
            let is_stored = match listed {
                Ok(groups) => {
                    let group = |group: &ToolGroup| (SettingsKey::new(&group.id), digest(&*self.rows, group));
                    self.listed(&known, &groups.iter().map(group).collect()).await
                }
                Err(failure) => self.not_listed(&known, failure).await,
            };
            if !is_stored {
                return (self.now)() + STORE_MS;
            }
            let Some(fresh) = self.rows.load(&self.base).await else { return (self.now)() + STORE_MS };
            known = fresh;
        }
        let mut plan = core::plan(&known.aims, &known.made, self.contact.recovered_ms, (self.now)());
        if let Some((_, next)) = self.contact.outage {
            // What needs no call.
            plan = Plan { next_ms: Some(next), ..plan };
            plan.steps.retain(|(_, _, step)| *step == Step::Forget);
        }
        self.carry_out(&known, plan).await
    }

    fn is_list_due(&self, known: &Known, now: i64) -> bool {
        let is_demanded = || !core::demands(&known.aims, &known.made).is_empty();
        match (self.contact.outage, self.contact.listed_ms) {
            // Somebody waits for an answer, and the gateway may be back.
            (Some((_, next)), _) => next <= now || is_demanded(),
            (None, None) => true,
            (None, Some(listed)) => listed + LIST_MS <= now || now < listed,
        }
    }

    async fn listed(&mut self, known: &Known, listed: &Listed) -> bool {
        let now = (self.now)();
        let contact = &mut self.contact;
        let was_out = contact.outage.take().is_some();
        if was_out {
            tracing::info!(gateway = %self.base, "the gateway answers again");
        }
        // What another process could not reach before this one is reached now, too.
        if was_out || contact.reached_ms == 0 {
            (contact.reached_ms, contact.recovered_ms) = (now, now);
        }
        contact.listed_ms = Some(now);
        let unknown = core::unknown(&known.made, listed);
        let unknown = unknown.into_iter().map(|id| id.as_str().to_owned()).collect();
        self.rows.see(&self.base, Sight { trouble: None, unknown: Some(unknown) });
        let changes = core::observe(&known.aims, &known.made, listed, self.contact.reached_ms, now);
        changes.is_empty() || self.rows.record(&self.base, changes).await
    }

    /// Those who wait get to know it.
    async fn not_listed(&mut self, known: &Known, failure: Failure) -> bool {
        self.rows.see(&self.base, Sight { trouble: Some(failure.kind), unknown: None });
        let now = (self.now)();
        let is_early = self.contact.outage.is_some_and(|(_, next)| now < next);
        // A look for the sake of a request does not delay the next one.
        if !is_early {
            let count = self.contact.outage.map_or(0, |(count, _)| count).saturating_add(1);
            let delay = backoff::delay(count, (self.jitter)()).as_millis();
            let next = now.saturating_add(i64::try_from(delay).unwrap_or(i64::MAX));
            self.contact.outage = Some((count, next));
        }
        let mut is_stored = true;
        for (name, ask) in core::demands(&known.aims, &known.made) {
            let row = known.made.get(&name);
            let outcome = self.place().fail(&name, row, &ask, failure.clone()).await;
            is_stored &= outcome != Outcome::NotStored;
        }
        is_stored
    }

    async fn carry_out(&mut self, known: &Known, Plan { steps, next_ms }: Plan) -> i64 {
        let is_idle = steps.is_empty();
        for (name, ask, step) in steps {
            let outcome = self.place().perform(&name, known.made.get(&name), &ask, &step).await;
            match outcome {
                Outcome::Done | Outcome::Failed(FailureKind::AlreadyExists | FailureKind::Refused(_)) => {}
                Outcome::NotStored => return (self.now)() + STORE_MS,
                Outcome::Failed(_) => {
                    // Whether it is gone is seen at once; the others are spared the wait if it is.
                    self.contact.listed_ms = None;
                    return (self.now)();
                }
            }
        }
        if !is_idle {
            return (self.now)();
        }
        let listing = match (self.contact.outage, self.contact.listed_ms) {
            (Some((_, next)), _) => next,
            (None, listed) => listed.map_or(0, |listed| listed + LIST_MS),
        };
        next_ms.map_or(listing, |next| next.min(listing))
    }

    fn place(&self) -> Place<'_> {
        Place {
            base: &self.base,
            gateway: &*self.gateway,
            rows: &*self.rows,
            now: &*self.now,
            jitter: self.jitter,
        }
    }
}
