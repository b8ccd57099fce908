//! What the reconciler and its callers share: what each instance looks like, the sessions that live, and what is known of
//! the others that serve the same settings.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::UNIX_EPOCH;

use tokio::sync::watch;

use super::Clock;
use super::core::{Attempt, Now};
use super::discovery::Discovery;
use super::live::Live;
use super::process::Log;
use super::stage::StageReport;
use super::starter::Tools;
use super::survey::{self, Seen};
use super::view;
use crate::api::{Instance, InstanceState};
use crate::metrics::InstanceMetrics;
use crate::model::SettingsKey;
use crate::service::{Item, ReadModel, Service};
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
    pub(super) metrics: InstanceMetrics,
    pub(super) role: watch::Sender<Role>,
    /// Sent with every change of a view.
    pub(super) news: watch::Sender<()>,
    views: Mutex<BTreeMap<SettingsKey, Arc<Instance<'static>>>>,
    logs: Mutex<BTreeMap<SettingsKey, Arc<Log>>>,
    live: Mutex<HashMap<Attempt, Arc<Live>>>,
    /// The instances that run, with their launches.
    running: Mutex<BTreeMap<SettingsKey, (Attempt, u64)>>,
    /// How the last start of each went.
    starts: Mutex<BTreeMap<SettingsKey, Arc<[StageReport]>>>,
    pub(super) discovery: Discovery,
    tools: OnceLock<Arc<Tools>>,
}

impl Shared {
    pub(super) fn new(
        service: Arc<Service>,
        state: Arc<dyn StateStore>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        metrics: InstanceMetrics,
    ) -> Self {
        let role = if settings.is_off { Role::Off } else { Role::Spectator };
        Self {
            service,
            state,
            clock,
            settings,
            metrics,
            role: watch::Sender::new(role),
            news: watch::Sender::new(()),
            views: Mutex::default(),
            logs: Mutex::default(),
            live: Mutex::default(),
            running: Mutex::default(),
            starts: Mutex::default(),
            discovery: Discovery::default(),
            tools: OnceLock::new(),
        }
    }

    pub(super) fn now(&self) -> Now {
        let since = self.clock.calendar().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { instant: self.clock.now(), unix_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX) }
    }

    pub(super) fn role(&self) -> Role {
        *self.role.borrow()
    }

    /// What each instance of these servers looks like. Where another service runs them, what that one has published.
    pub(super) fn views(&self, model: &ReadModel) -> BTreeMap<SettingsKey, Arc<Instance<'static>>> {
        match self.role() {
            Role::Runner => lock(&self.views).clone(),
            Role::Spectator => {
                self.published().into_iter().map(|(name, view)| (name, Arc::new(view))).collect()
            }
            Role::Off => {
                let off = |(name, item): (&SettingsKey, &Arc<Item>)| {
                    (name.clone(), Arc::new(self.off(model, name, item)))
                };
                model.items().map(off).collect()
            }
        }
    }

    /// What one looks like where this service runs none. Nothing is kept of it.
    pub(super) fn off(&self, model: &ReadModel, name: &SettingsKey, item: &Item) -> Instance<'static> {
        let remembered = self.state.peek().unwrap_or_default();
        let run = remembered.runs.get(name).map(|run| &**run);
        let runnable = self.state.state_key().and_then(|key| model.runnable(name, &key));
        let located = run.and_then(|run| run.located.clone());
        let seen = runnable.map(|runnable| Seen { runnable, located });
        let approved = seen.and_then(|seen| survey::approved(&seen, run, self.state.can_approve()));
        view::off(name, item, run, approved)
    }

    /// What one looks like that is run, here or by another service.
    pub(super) fn view(&self, name: &SettingsKey) -> Option<Arc<Instance<'static>>> {
        match self.role() {
            Role::Spectator => {
                let published = self.state.published_instances();
                let view = published.iter().find(|(own, _)| own == name).and_then(|(_, text)| read(text))?;
                Some(Arc::new(Instance { runner: false, ..view }))
            }
            Role::Runner => lock(&self.views).get(name).cloned(),
            Role::Off => None,
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
        lock(&self.running).remove(name);
        lock(&self.starts).remove(name);
        self.discovery.forget(name);
        self.news.send_replace(());
    }

    /// Moves what is known of it to another name, under which it is shown next.
    pub(super) fn rename(&self, from: &SettingsKey, to: &SettingsKey) {
        let (log, start) = (lock(&self.logs).remove(from), lock(&self.starts).remove(from));
        let running = lock(&self.running).remove(from);
        self.forget(from);
        self.set_running(to, running);
        if let Some(start) = start {
            self.add_start(to, start);
        }
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

    /// Notes which start of which launch runs, if one does.
    pub(super) fn set_running(&self, name: &SettingsKey, running: Option<(Attempt, u64)>) {
        match running {
            Some(running) => drop(lock(&self.running).insert(name.clone(), running)),
            None => drop(lock(&self.running).remove(name)),
        }
    }

    /// Which start of which launch runs.
    pub(super) fn running(&self, name: &SettingsKey) -> Option<(Attempt, u64)> {
        lock(&self.running).get(name).copied()
    }

    /// Whose start this is, and of which launch.
    pub(super) fn name_of(&self, attempt: Attempt) -> Option<(SettingsKey, u64)> {
        let running = lock(&self.running);
        let (name, (_, generation)) = running.iter().find(|(_, (own, _))| *own == attempt)?;
        Some((name.clone(), *generation))
    }

    /// What starts need, from now on.
    pub(super) fn set_tools(&self, tools: Arc<Tools>) {
        self.tools.set(tools).ok();
    }

    /// What starts need, once that is there.
    pub(super) fn tools(&self) -> Option<Arc<Tools>> {
        self.tools.get().cloned()
    }

    pub(super) fn is_runner(&self) -> bool {
        self.role() == Role::Runner
    }

    /// Whether another service says that it runs this.
    pub(super) fn runs_elsewhere(&self, name: &SettingsKey) -> bool {
        self.view(name).is_some_and(|view| view.state == InstanceState::Running)
    }

    /// Notes how a start went.
    pub(super) fn add_start(&self, name: &SettingsKey, stages: Arc<[StageReport]>) {
        lock(&self.starts).insert(name.clone(), stages);
    }

    /// How the last start went.
    pub(super) fn last_start(&self, name: &SettingsKey) -> Option<Arc<[StageReport]>> {
        lock(&self.starts).get(name).cloned()
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
