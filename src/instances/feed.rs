//! What a reader of the stream is sent of the instances: first the state of each, then the newest state of those that
//! differ, at most once a second. It does not know how that is sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::{sleep_until, timeout};

use super::shared::{Role, Shared};
use crate::api::{Instance, InstanceStatus, InstanceStatuses};
use crate::model::SettingsKey;

/// Between two events to one reader; and how often what other services publish is looked at.
const PACE: Duration = Duration::from_secs(1);

/// One reader's place.
pub struct Feed {
    shared: Arc<Shared>,
    news: watch::Receiver<()>,
    last: Option<Instant>,
    seen: BTreeMap<SettingsKey, InstanceStatus<'static>>,
    /// What was said last of who runs them.
    runner: bool,
}

impl Feed {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let news = shared.news.subscribe();
        Self { shared, news, last: None, seen: BTreeMap::new(), runner: false }
    }

    /// The state of all instances at first, then of those that differ, as soon as some do, or another service runs them.
    /// A call that is given up loses nothing.
    pub async fn next(&mut self) -> InstanceStatuses<'static> {
        loop {
            if let Some(last) = self.last {
                sleep_until((last + PACE).into()).await;
            }
            self.news.borrow_and_update();
            // What can't be read changes nothing that is shown.
            let now = match self.shared.service.newest().await {
                Ok(model) => {
                    let views = self.shared.views(&model).into_iter();
                    views.map(|(name, view)| (name, status(&view))).collect()
                }
                Err(_) => self.seen.clone(),
            };
            let is_new =
                |(name, status): &(&SettingsKey, &InstanceStatus<'_>)| self.seen.get(*name) != Some(*status);
            let instances: Vec<_> = now.iter().filter(is_new).map(|(_, status)| status.clone()).collect();
            self.seen = now;
            let runner = self.shared.role() == Role::Runner;
            let is_other = std::mem::replace(&mut self.runner, runner) != runner;
            if self.last.is_none() || is_other || !instances.is_empty() {
                self.last = Some(Instant::now());
                return InstanceStatuses { runner, instances };
            }
            // Of what other services publish there is no news.
            match self.shared.role() {
                Role::Spectator | Role::Off => drop(timeout(PACE, self.news.changed()).await),
                Role::Runner => drop(self.news.changed().await),
            }
        }
    }
}

/// What the stream says of an instance: never a text of the server's.
fn status(view: &Instance<'_>) -> InstanceStatus<'static> {
    InstanceStatus {
        name: view.name.clone().into_owned().into(),
        state: view.state,
        reason: view.reason,
        since_ms: view.since_ms,
        attention: view.attention,
        health: view.health.status,
        health_since_ms: view.health.since_ms,
        generation: view.generation,
        approved: view.approved,
        drift: view.drift,
        next_retry_at_ms: view.retry.as_ref().map(|retry| retry.next_retry_at_ms),
    }
}
