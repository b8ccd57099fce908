//! Compares what is wanted with what runs, and acts on it: looks at settings and state, asks the core what to do, and does
//! it. It wakes on changes, on requests and on timers, and survives any single failure. It decides nothing itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};

use super::core::{
    Action, Attempt, DemandId, Input, Now, Outcome, Permission, Phase, Refusal, Retry, Table, Wanted,
};
use super::keeper::{Keeper, Report};
use super::lease::{Lease, Return};
use super::live::Live;
use super::process::Located;
use super::session::List;
use super::shared::Shared;
use super::starter::{Starter, Tools};
use super::survey::{self, Seen};
use super::view::{Beside, restored, view};
use super::{Fault, FaultKind};
use crate::api::Instance;
use crate::backoff::jitter;
use crate::blocking;
use crate::model::{Feature, SettingsKey};
use crate::service::{Item, ReadModel};
use crate::state::{Attempts, Change, LocatedPath, Remembered, Run, UnixTime};

/// How often settings and state are looked at, where nothing says that they have changed.
const LOOK: Duration = Duration::from_millis(500);

/// How often commands are looked up again although nothing has changed.
const LOOK_UP: Duration = Duration::from_secs(30);

/// How long everything may take to end.
const ENDING: Duration = Duration::from_secs(3);

/// How long a call may take, where the configuration does not say.
const CALL: Duration = Duration::from_secs(60);

/// What a probe has come to, and the tool that it called, if it called one.
pub(super) type Probed = (Outcome, Option<String>);

/// What is asked of the reconciler.
pub(super) enum Request {
    /// An instance, for a call.
    Demand(SettingsKey, DemandId, oneshot::Sender<Result<Lease, Refusal>>),
    /// The client has given up.
    GiveUp(DemandId),
    /// A probe.
    Probe(SettingsKey, DemandId, oneshot::Sender<Result<Probed, Refusal>>),
    /// Another attempt, or a start of what runs already.
    Restart(SettingsKey),
    /// Settings or state have changed.
    Wake,
    /// They may have, and what follows is answered when they were looked at.
    Look(oneshot::Sender<()>),
    /// End everything.
    Stop,
}

/// Both ends of a channel.
type Channel<T> = (mpsc::UnboundedSender<T>, mpsc::UnboundedReceiver<T>);

/// The task that acts.
pub(super) struct Reconciler {
    shared: Arc<Shared>,
    tools: Arc<Tools>,
    table: Table,
    seen: BTreeMap<SettingsKey, (Arc<Item>, Seen)>,
    model: Option<Arc<ReadModel>>,
    remembered: Option<Arc<Remembered>>,
    looked_up: Option<Instant>,
    reports: Channel<Report>,
    keepers: HashMap<Attempt, watch::Sender<Option<Duration>>>,
    /// Calls that have come to an end.
    returns: Channel<(Attempt, Return)>,
    demands: HashMap<DemandId, oneshot::Sender<Result<Lease, Refusal>>>,
    probes: HashMap<DemandId, (SettingsKey, oneshot::Sender<Result<Probed, Refusal>>)>,
}

impl Reconciler {
    pub(super) fn new(shared: Arc<Shared>, tools: Arc<Tools>) -> Self {
        let table = Table::new(shared.settings.cores, shared.settings.most, jitter);
        Self {
            shared,
            tools,
            table,
            seen: BTreeMap::new(),
            model: None,
            remembered: None,
            looked_up: None,
            reports: mpsc::unbounded_channel(),
            returns: mpsc::unbounded_channel(),
            keepers: HashMap::new(),
            demands: HashMap::new(),
            probes: HashMap::new(),
        }
    }

    /// Runs until it is stopped and everything has ended.
    pub(super) async fn run(mut self, requests: &mut mpsc::UnboundedReceiver<Request>) {
        self.look().await;
        let mut next_look = Instant::now() + LOOK;
        loop {
            let timer = self.table.next_look(self.now());
            let timer = self.shared.clock.until(timer.unwrap_or(next_look).min(next_look));
            // What has happened is known before a request is served: the client that asks may know it already.
            let is_stopped = tokio::select! {
                biased;
                () = timer => {
                    self.step(Input::Tick).await;
                    false
                }
                Some((attempt, returned)) = self.returns.1.recv() => {
                    self.step(match returned {
                        Return::Called(outcome) => Input::Done(attempt, outcome),
                        Return::GivenUp => Input::Done(attempt, given_up()),
                        Return::Unused => Input::Unused(attempt),
                    })
                    .await;
                    false
                }
                Some(report) = self.reports.1.recv() => {
                    self.note(report).await;
                    false
                }
                request = requests.recv() => match request {
                    Some(Request::Stop) | None => true,
                    Some(request) => {
                        self.serve(request).await;
                        false
                    }
                },
            };
            if is_stopped {
                break;
            }
            if next_look <= self.shared.clock.now() {
                self.look().await;
                next_look = self.shared.clock.now() + LOOK;
            }
        }
        self.end().await;
    }

    /// Ends everything, all at once.
    async fn end(mut self) {
        self.step(Input::Stop).await;
        let end = Instant::now() + ENDING;
        while !self.keepers.is_empty() && Instant::now() < end {
            match tokio::time::timeout_at(end.into(), self.reports.1.recv()).await {
                Ok(Some(report)) => self.note(report).await,
                Ok(None) | Err(_) => break,
            }
        }
        // What has not ended by now is ended by the parent of its process, when this one is gone.
    }

    fn now(&self) -> Now {
        self.shared.now()
    }

    async fn serve(&mut self, request: Request) {
        let input = match request {
            Request::Demand(name, id, answer) => {
                self.demands.insert(id, answer);
                // A write that was answered just now is to be seen by the call that follows it.
                self.look().await;
                self.lose(&name).await;
                Input::Demand(name, id)
            }
            Request::GiveUp(id) => {
                self.demands.remove(&id);
                self.probes.remove(&id);
                Input::GiveUp(id)
            }
            Request::Probe(name, id, answer) => {
                self.probes.insert(id, (name.clone(), answer));
                // So is a server that was made just now, and a health check that was chosen.
                self.look().await;
                Input::Probe(name, id)
            }
            Request::Restart(name) => {
                self.look().await;
                Input::Restart(name)
            }
            Request::Wake => {
                self.look().await;
                Input::Tick
            }
            Request::Look(done) => {
                self.look().await;
                // Nobody need wait for it any more.
                done.send(()).ok();
                Input::Tick
            }
            Request::Stop => Input::Stop,
        };
        self.step(input).await;
    }

    /// Notes that the session of an instance is over before its keeper reports it. A client that got the fault which
    /// ended it may call again at once, and waits for the next start.
    async fn lose(&mut self, name: &SettingsKey) {
        let attempt = self.table.get(name).and_then(|own| own.attempt());
        let is_over =
            |attempt: &Attempt| self.shared.live(*attempt).is_some_and(|live| live.session.is_closed());
        if let Some(attempt) = attempt.filter(is_over) {
            self.step(Input::Lost(attempt)).await;
        }
    }

    async fn note(&mut self, report: Report) {
        match report {
            Report::Log(attempt, log) => {
                if let Some(name) = self.table.name_of(attempt) {
                    self.shared.add_log(name, log);
                }
            }
            Report::Start(attempt, stages) => {
                if let Some(name) = self.table.name_of(attempt) {
                    self.shared.add_start(name, stages);
                }
            }
            Report::Live(attempt, live) => self.shared.add_live(attempt, live),
            Report::Over(attempt) => {
                self.keepers.remove(&attempt);
                self.shared.remove_live(attempt);
            }
            Report::Input(input) => self.step(*input).await,
        }
    }

    /// Has the core decide, and does what it says.
    async fn step(&mut self, input: Input) {
        let actions = self.table.step(input, self.now());
        self.carry_out(actions).await;
    }

    async fn carry_out(&mut self, mut actions: Vec<Action>) {
        // A start that turns out to be of something else gives another input.
        while !actions.is_empty() {
            let mut next = Vec::new();
            for action in actions {
                if let Some(input) = self.act(action).await {
                    next.extend(self.table.step(input, self.now()));
                }
            }
            actions = next;
        }
    }

    async fn act(&mut self, action: Action) -> Option<Input> {
        match action {
            Action::Start(name, attempt) => return self.start(&name, attempt).await,
            Action::Stop(attempt, patience) => match self.keepers.get(&attempt) {
                Some(stop) => drop(stop.send_replace(Some(patience))),
                None => return Some(Input::Ended(attempt)),
            },
            Action::Probe(name, attempt) => return self.probe(&name, attempt),
            Action::Answer(id, answer) => {
                let answer = answer.and_then(|attempt| self.lease(attempt));
                // One whose client has gone comes back by itself.
                if let Some(demand) = self.demands.remove(&id) {
                    demand.send(answer).ok();
                }
            }
            Action::Reading(id, reading) => {
                if let Some((name, probe)) = self.probes.remove(&id) {
                    let plan = self.table.get(&name).map(|instance| &instance.wanted.probe);
                    let tool = plan.and_then(|plan| plan.tool.clone());
                    probe.send(reading.map(|outcome| (outcome, tool))).ok();
                }
            }
            Action::Save(name) => self.save(&name),
            Action::Show(name) => self.show(&name),
        }
        None
    }

    /// Looks at settings and state, and says to the core what is wanted.
    async fn look(&mut self) {
        let Some(state_key) = self.shared.state.state_key() else { return };
        let Ok(model) = self.shared.service.newest().await else {
            // What can't be read changes nothing that runs, and starts nothing.
            self.model = None;
            self.step(Input::Freeze(true)).await;
            return;
        };
        let Some(remembered) = self.shared.state.peek() else { return };
        let is_same = |one: &Option<Arc<ReadModel>>| one.as_ref().is_some_and(|own| Arc::ptr_eq(own, &model));
        let is_known = self.remembered.as_ref().is_some_and(|own| Arc::ptr_eq(own, &remembered));
        let is_recent = self.looked_up.is_some_and(|at| at.elapsed() < LOOK_UP);
        if is_same(&self.model) && is_known && is_recent {
            return;
        }
        self.step(Input::Freeze(false)).await;
        let (known, tools, own) =
            (std::mem::take(&mut self.seen), Arc::clone(&self.tools), Arc::clone(&model));
        // Secrets are opened, and folders looked into.
        self.seen = blocking::run(move || {
            let locator = tools.processes.locator();
            let item = |(key, item): (&SettingsKey, &Arc<Item>)| {
                let runnable = match known.get(key) {
                    Some((own, seen)) if Arc::ptr_eq(own, item) => seen.runnable.clone(),
                    _ => own.runnable(key, &state_key)?,
                };
                let command = runnable.command.as_ref();
                let located =
                    command.and_then(|(command, path)| locator.locate(command, path.as_deref()).ok());
                let located = located.as_ref().map(located_path);
                Some((key.clone(), (Arc::clone(item), Seen { runnable, located })))
            };
            own.items().filter_map(item).collect()
        })
        .await;
        (self.looked_up, self.model) = (Some(Instant::now()), Some(model));
        let remembered = self.remember(remembered);
        self.follow(&remembered).await;
        self.want(&remembered).await;
        self.remembered = Some(remembered);
    }

    /// Has what is new remembered.
    fn remember(&self, remembered: Arc<Remembered>) -> Arc<Remembered> {
        let seen = self.seen.iter().map(|(name, (_, seen))| (name.clone(), seen.clone())).collect();
        let changes = survey::changes(&seen, &remembered, UnixTime::now());
        if changes.is_empty() {
            return remembered;
        }
        // It is in memory at once. What can't be stored counts as not approved, and is tried again.
        drop(self.shared.state.write(changes));
        self.shared.state.peek().unwrap_or(remembered)
    }

    /// Has instances go on under the names that their runs have by now, whatever renamed them. The number of a launch never
    /// comes back, so that it says whose instance it is, also where names were swapped.
    async fn follow(&mut self, remembered: &Remembered) {
        let own: HashMap<u64, SettingsKey> =
            self.table.iter().map(|(name, own)| (own.wanted.generation, name.clone())).collect();
        let is_here =
            |(name, run): &(&SettingsKey, &Arc<Run>)| run.gone.is_none() && self.seen.contains_key(*name);
        let moved = remembered.runs.iter().filter(is_here).filter_map(|(to, run)| {
            let from = own.get(&run.generation).filter(|from| *from != to)?;
            Some((from.clone(), to.clone()))
        });
        let moved: Vec<(SettingsKey, SettingsKey)> = moved.collect();
        if moved.is_empty() {
            return;
        }
        let is_taken = |(_, to): &&(SettingsKey, SettingsKey)| {
            self.table.get(to).is_some() && moved.iter().all(|(from, _)| from != to)
        };
        let taken: Vec<Input> =
            moved.iter().filter(is_taken).map(|(_, to)| Input::Gone(to.clone())).collect();
        let ended = self.table.step_all(taken, self.now());
        self.carry_out(ended).await;
        // No name of a server has this form. Between two names there is a third, since names may be swapped.
        let between = |number: usize| SettingsKey::new(&format!("/moved/{number}"));
        let first = moved.iter().enumerate().map(|(number, (from, _))| (from.clone(), between(number)));
        let second = moved.iter().enumerate().map(|(number, (_, to))| (between(number), to.clone()));
        let steps: Vec<(SettingsKey, SettingsKey)> = first.chain(second).collect();
        let inputs = steps.iter().map(|(from, to)| Input::Move { from: from.clone(), to: to.clone() });
        let actions = self.table.step_all(inputs, self.now());
        for (from, to) in &steps {
            self.shared.rename(from, to);
        }
        self.carry_out(actions).await;
    }

    async fn want(&mut self, remembered: &Remembered) {
        let is_gone = |name: &&SettingsKey| !self.seen.contains_key(*name);
        let gone = self.table.iter().map(|(name, _)| name).filter(is_gone).cloned();
        let mut inputs: Vec<Input> = gone.map(Input::Gone).collect();
        let may_trust = self.shared.state.can_approve();
        // Read where an instance is new here, which is rare but at the start.
        let mut published = None;
        let mut drifts = Vec::new();
        for (name, (_, seen)) in &self.seen {
            let run = remembered.runs.get(name).map(|run| &**run);
            let policy = remembered.policy(name).unwrap_or_default();
            let own = survey::wanted(seen, run, &policy, may_trust);
            let before = self.remembered.as_ref().and_then(|before| before.runs.get(name));
            if let (Some(run), Some(before)) = (run, before)
                && run.has_drifted != before.has_drifted
            {
                drifts.push((name.clone(), run.has_drifted));
            }
            inputs.push(match self.table.get(name) {
                Some(_) => Input::Want(name.clone(), own),
                None => {
                    let published = published.get_or_insert_with(|| self.shared.published());
                    self.restored(name, own, run, published.get(name))
                }
            });
        }
        let actions = self.table.step_all(inputs, self.now());
        self.carry_out(actions).await;
        for (name, has_drifted) in drifts {
            match has_drifted {
                true => self.step(Input::Drifted(name)).await,
                false => self.show(&name),
            }
        }
    }

    /// What this launch has come to under an earlier process goes on (B8).
    fn restored(
        &self,
        name: &SettingsKey,
        wanted: Wanted,
        run: Option<&Run>,
        published: Option<&Instance<'static>>,
    ) -> Input {
        let now = self.now();
        let retry = run.and_then(|run| run.attempts.as_ref()).map(|attempts| {
            let Attempts { count, last_at_ms, next_at_ms, kind, error, stderr } = attempts;
            let fault = survey::stored_fault(kind, error);
            Retry::restored(*count, *last_at_ms, *next_at_ms, fault, stderr.clone(), now)
        });
        let events = published.and_then(|view| view.events.clone()).unwrap_or_default();
        let events = events.into_iter().map(restored).collect();
        Input::Restore(name.clone(), wanted, retry, events)
    }

    /// Starts what is wanted, if that is still what is there and approved.
    async fn start(&mut self, name: &SettingsKey, attempt: Attempt) -> Option<Input> {
        let outdated = Some(Input::Outdated(attempt));
        let (Some(model), Some((_, seen))) = (self.model.clone(), self.seen.get(name)) else {
            return outdated;
        };
        let Some(instance) = self.table.get(name) else { return outdated };
        let (wanted, seen) = (instance.wanted.clone(), seen.clone());
        let Some(config) = model.opened_config(name) else { return outdated };
        let began = Instant::now();
        // Looked up again: between the approval that was seen and this moment another file may have come there.
        let located = self.tools.locate(seen.runnable.command.clone()).await;
        let located = match located.transpose() {
            Ok(located) => located,
            Err(fault) => {
                self.shared.metrics.started(Some(fault.kind), began.elapsed());
                return Some(Input::Failed(attempt, fault, String::new()));
            }
        };
        let Some(remembered) = self.shared.state.peek() else { return outdated };
        let run = remembered.runs.get(name).map(|run| &**run);
        let seen = Seen { located: located.as_ref().map(located_path), ..seen };
        let policy = remembered.policy(name).unwrap_or_default();
        let current = survey::wanted(&seen, run, &policy, self.shared.state.can_approve());
        if current.permission != Permission::Allowed || current.generation != wanted.generation {
            self.looked_up = None;
            return outdated;
        }
        let (stop, stopped) = watch::channel(None);
        self.keepers.insert(attempt, stop);
        let starter = Starter {
            tools: Arc::clone(&self.tools),
            key: name.as_str().to_owned(),
            config,
            located: located.map(Ok),
            limits: policy.limits,
            start_timeout: wanted.start_timeout,
            known: run.and_then(|run| run.version.clone()),
        };
        let (metrics, reports) = (self.shared.metrics.clone(), self.reports.0.clone());
        let keeper = Keeper { attempt, starter, metrics, reports, stop: stopped };
        let reports = self.reports.0.clone();
        tokio::spawn(async move {
            if tokio::spawn(keeper.keep()).await.is_err() {
                reports.send(Report::Over(attempt)).ok();
                reports.send(Input::Exited(attempt, Fault::of_ours(), String::new()).into()).ok();
            }
        });
        None
    }

    fn lease(&self, attempt: Attempt) -> Result<Lease, Refusal> {
        let live = self.shared.live(attempt).ok_or(Refusal::NotRunning)?;
        let seen = self.table.name_of(attempt).and_then(|name| self.seen.get(name));
        let configured = seen.and_then(|(_, seen)| seen.runnable.call_timeout);
        let patience = configured.map_or(CALL, |seconds| Duration::from_secs(seconds.into()));
        Ok(Lease::new(live, patience, attempt, self.returns.0.clone()))
    }

    fn probe(&mut self, name: &SettingsKey, attempt: Attempt) -> Option<Input> {
        let plan = self.table.get(name)?.wanted.probe.clone();
        let Some(live) = self.shared.live(attempt) else {
            let fault = FaultKind::Exited.because("it has ended");
            self.shared.metrics.probed(Some(fault.kind), Duration::ZERO);
            return Some(Input::Probed(attempt, Outcome { fault: Some(fault), ms: 0 }));
        };
        let (reports, shared) = (self.reports.0.clone(), Arc::clone(&self.shared));
        tokio::spawn(async move {
            let changes = live.session.list_changes();
            let began = Instant::now();
            let (outcome, list) = live.probe(&plan).await;
            let kind = outcome.fault.as_ref().map(|fault| fault.kind);
            shared.metrics.probed(kind, began.elapsed());
            // Filled before the probe is answered, so that who asked for it sees what it saw.
            if let Some(list) = list {
                shared.fill(attempt, &live, Feature::Tools, [list, List::default()], changes).await;
            }
            reports.send(Input::Probed(attempt, outcome).into()).ok();
        });
        None
    }

    /// Has it remembered how the attempts of a launch have gone.
    fn save(&self, name: &SettingsKey) {
        let (Some(instance), Some((_, seen))) = (self.table.get(name), self.seen.get(name)) else { return };
        let Ok(launch) = seen.runnable.launch else { return };
        let attempts = instance.retry.as_ref().map(|retry| Attempts {
            count: retry.count,
            last_at_ms: retry.last.unix_ms,
            next_at_ms: retry.next.unix_ms,
            kind: retry.fault.kind.as_str().to_owned(),
            error: retry.fault.message.clone(),
            stderr: retry.stderr.clone(),
        });
        let live = instance.attempt().and_then(|attempt| self.shared.live(attempt));
        let version = live.map(|live| live.session.peer().protocol_version.clone());
        let has_run = 0 < instance.starts;
        let name = name.clone();
        drop(self.shared.state.write(vec![Change::Attempted { name, launch, attempts, has_run, version }]));
    }

    fn show(&self, name: &SettingsKey) {
        let Some((_, seen)) = self.seen.get(name) else { return self.shared.forget(name) };
        let Some(instance) = self.table.get(name) else { return self.shared.forget(name) };
        let remembered = self.shared.state.peek();
        let run = remembered.as_ref().and_then(|remembered| remembered.runs.get(name)).map(|run| &**run);
        let approved = survey::approved(seen, run, self.shared.state.can_approve());
        let live = instance.attempt().and_then(|attempt| self.shared.live(attempt));
        let (protocol_version, server) = live.as_deref().map(Live::peer).unzip();
        let drift = run.is_some_and(|run| run.has_drifted);
        let beside = Beside { approved, drift, protocol_version, server };
        let is_running = matches!(instance.phase, Phase::Running { .. });
        let running = instance.attempt().filter(|_| is_running);
        self.shared.set_running(name, running.map(|attempt| (attempt, instance.wanted.generation)));
        let view: Instance<'static> = view(name, &seen.runnable.etag, instance, beside);
        self.shared.show(name, view);
    }
}

fn given_up() -> Outcome {
    Outcome { fault: Some(FaultKind::Policy.because("the call was given up")), ms: 0 }
}

fn located_path(located: &Located) -> LocatedPath {
    LocatedPath {
        path: located.path.to_string_lossy().into_owned(),
        real_path: located.real_path.to_string_lossy().into_owned(),
    }
}
