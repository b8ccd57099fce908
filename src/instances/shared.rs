//! What the reconciler and its callers share: what each instance looks like, the sessions that live, and what is known of
//! the others that serve the same settings.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use tokio::sync::watch;

use super::Clock;
use super::core::{Attempt, Now};
use super::live::Live;
use super::process::Log;
use crate::api::Instance;
use crate::model::SettingsKey;
use crate::service::Service;
use crate::state::StateStore;

/// What can be chosen about running servers.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether this service runs none.
    pub is_off: bool,
    /// How many processes run at once.
    pub most: usize,
    /// How many processes start at once.
    pub cores: usize,
}

/// What this service is to the instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It runs none.
    Off,
    /// Another service runs them, or it is not known yet.
    Spectator,
    /// It runs them.
    Runner,
}

pub(super) struct Shared {
    pub(super) service: Arc<Service>,
    pub(super) state: Arc<dyn StateStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: Settings,
    pub(super) role: watch::Sender<Role>,
    /// Sent with every change of a view.
    pub(super) news: watch::Sender<()>,
    views: Mutex<BTreeMap<SettingsKey, Arc<Instance<'static>>>>,
    logs: Mutex<BTreeMap<SettingsKey, Arc<Log>>>,
    live: Mutex<HashMap<Attempt, Arc<Live>>>,
}

impl Shared {
    pub(super) fn new(
        service: Arc<Service>,
        state: Arc<dyn StateStore>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Self {
        let role = if settings.is_off { Role::Off } else { Role::Spectator };
        Self {
            service,
            state,
            clock,
            settings,
            role: watch::Sender::new(role),
            news: watch::Sender::new(()),
            views: Mutex::default(),
            logs: Mutex::default(),
            live: Mutex::default(),
        }
    }

    pub(super) fn now(&self) -> Now {
        let since = self.clock.calendar().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { instant: self.clock.now(), unix_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX) }
    }

    pub(super) fn role(&self) -> Role {
        *self.role.borrow()
    }

    /// What each instance looks like. Where another service runs them, what that one has published.
    pub(super) fn views(&self) -> BTreeMap<SettingsKey, Arc<Instance<'static>>> {
        if self.role() != Role::Spectator {
            return lock(&self.views).clone();
        }
        self.published().into_iter().map(|(name, view)| (name, Arc::new(view))).collect()
    }

    /// What one looks like.
    pub(super) fn view(&self, name: &SettingsKey) -> Option<Arc<Instance<'static>>> {
        match self.role() {
            Role::Spectator => {
                let published = self.state.published_instances();
                let view = published.iter().find(|(own, _)| own == name).and_then(|(_, text)| read(text))?;
                Some(Arc::new(Instance { runner: false, ..view }))
            }
            Role::Runner | Role::Off => lock(&self.views).get(name).cloned(),
        }
    }

    /// What was published last.
    pub(super) fn published(&self) -> BTreeMap<SettingsKey, Instance<'static>> {
        let published = self.state.published_instances().into_iter();
        published.filter_map(|(name, text)| Some((name, read(&text)?))).collect()
    }

    pub(super) fn show(&self, name: &SettingsKey, view: Instance<'static>) {
        if self.role() == Role::Runner {
            let text = serde_json::to_string(&view).ok();
            self.state.publish_instances(vec![(name.clone(), text)]);
        }
        let view = Instance { runner: self.role() == Role::Runner, ..view };
        lock(&self.views).insert(name.clone(), Arc::new(view));
        self.news.send_replace(());
    }

    pub(super) fn forget(&self, name: &SettingsKey) {
        if self.role() == Role::Runner {
            self.state.publish_instances(vec![(name.clone(), None)]);
        }
        lock(&self.views).remove(name);
        lock(&self.logs).remove(name);
        self.news.send_replace(());
    }

    /// Moves what is known of it to another name, under which it is shown next.
    pub(super) fn rename(&self, from: &SettingsKey, to: &SettingsKey) {
        let log = lock(&self.logs).remove(from);
        self.forget(from);
        if let Some(log) = log {
            self.add_log(to, log);
        }
    }

    pub(super) fn add_log(&self, name: &SettingsKey, log: Arc<Log>) {
        lock(&self.logs).insert(name.clone(), log);
    }

    /// What its program writes to stderr, or has written until it ended.
    pub(super) fn log(&self, name: &SettingsKey) -> Option<Arc<Log>> {
        lock(&self.logs).get(name).cloned()
    }

    pub(super) fn add_live(&self, attempt: Attempt, live: Arc<Live>) {
        lock(&self.live).insert(attempt, live);
    }

    pub(super) fn remove_live(&self, attempt: Attempt) {
        lock(&self.live).remove(&attempt);
    }

    pub(super) fn live(&self, attempt: Attempt) -> Option<Arc<Live>> {
        lock(&self.live).get(&attempt).cloned()
    }
}

fn read(text: &str) -> Option<Instance<'static>> {
    serde_json::from_str(text).ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
