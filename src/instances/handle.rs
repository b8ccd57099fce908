//! What the rest of the service does with instances: lists them, calls through them, probes and restarts them. It waits for
//! the reconciler, and decides nothing.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::core::{DemandId, Outcome, Refusal, UnapprovedReason};
use super::discovery::{Freshness, Known, NotKnown, Offer};
use super::feed::Feed;
use super::lease::Lease;
use super::live::has_ended;
use super::process::Log;
use super::reconciler::{Probed, Reconciler, Request};
use super::shared::{Role, Settings, Shared};
use super::starter::Tools;
use super::view::{Sight, shown, unseen};
use super::{Clock, Fault};
use crate::api::{Instance, InstanceList, InstanceState, ProbeResult};
use crate::metrics::InstanceMetrics;
use crate::model::{Feature, SettingsKey};
use crate::service::{Item, Service, ServiceError};
use crate::state::{RunLock, StateStore};

/// How long a client waits for an instance that starts.
const PATIENCE: Duration = Duration::from_secs(25);

/// How long it is waited for what was written before to be stored.
const STORING: Duration = Duration::from_secs(2);

/// How long it is waited for what was written before to be looked at.
const LOOKING: Duration = Duration::from_secs(2);

/// How often one server may be probed or restarted on request.
const PACE: Duration = Duration::from_secs(1);

/// How often a service that runs nothing tries to become the one that does.
const TAKE_OVER: Duration = Duration::from_millis(500);

/// How long the end of all instances may take.
const ENDING: Duration = Duration::from_millis(3_500);

/// How many threads the sessions share.
const THREADS: usize = 2;

/// The instances of all servers.
pub struct Instances {
    pub(super) shared: Arc<Shared>,
    requests: mpsc::UnboundedSender<Request>,
    /// Until it is started.
    waiting: Mutex<Option<mpsc::UnboundedReceiver<Request>>>,
    runtime: Mutex<Option<Runtime>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    pub(super) next: AtomicU64,
    paces: Mutex<HashMap<(SettingsKey, Paced), Instant>>,
}

/// What may be asked of a server once a second.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Paced {
    Probe,
    Restart,
}

/// Why there is nothing to answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoInstance {
    /// Another service runs the instances.
    NotRunner,
    /// The core refuses it.
    Refused(Refusal),
    /// It is still being started; the start goes on.
    Starting,
    /// The policy of the server does not allow this tool.
    ToolNotAllowed,
    /// The policy is that tools are as they were accepted, and this one is not.
    ToolHeldBack,
    /// It was asked for a moment ago.
    TooOften,
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum CallError {
    /// There is no instance to ask.
    NoInstance(NoInstance),
    /// The instance did not answer as it should.
    Failed(Fault),
}

impl CallError {
    /// Every word for a call that was not made.
    const WORDS: [&'static str; 13] = [
        "not-the-runner",
        "starting",
        "tool-not-allowed",
        "tool-held-back",
        "too-often",
        "gone",
        "disabled",
        "unapproved",
        "unusable",
        "failed",
        "not-running",
        "stopping",
        "unchecked",
    ];

    /// Why a call was not made, in a word.
    fn as_str(&self) -> &'static str {
        let refusal = match self {
            Self::Failed(_) => return "unchecked",
            Self::NoInstance(NoInstance::NotRunner) => return "not-the-runner",
            Self::NoInstance(NoInstance::Starting) => return "starting",
            Self::NoInstance(NoInstance::ToolNotAllowed) => return "tool-not-allowed",
            Self::NoInstance(NoInstance::ToolHeldBack) => return "tool-held-back",
            Self::NoInstance(NoInstance::TooOften) => return "too-often",
            Self::NoInstance(NoInstance::Refused(refusal)) => refusal,
        };
        match refusal {
            Refusal::Gone => "gone",
            Refusal::Disabled => "disabled",
            Refusal::Unapproved(_) => "unapproved",
            Refusal::Unusable(_) => "unusable",
            Refusal::Failed(..) => "failed",
            Refusal::NotRunning => "not-running",
            Refusal::Stopping => "stopping",
        }
    }
}

impl Instances {
    /// The instances of this service. Nothing runs yet.
    pub fn new(
        service: Arc<Service>,
        state: Arc<dyn StateStore>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        metrics: InstanceMetrics,
    ) -> Self {
        metrics.expect_refusals(&CallError::WORDS);
        let (requests, waiting) = mpsc::unbounded_channel();
        Self {
            shared: Arc::new(Shared::new(service, state, clock, settings, metrics)),
            requests,
            waiting: Mutex::new(Some(waiting)),
            runtime: Mutex::default(),
            ended: Mutex::default(),
            next: AtomicU64::new(0),
            paces: Mutex::default(),
        }
    }

    /// Begins to run them, on threads of their own: a client that goes away must not end what others use. `tools` are
    /// made where they are first needed.
    ///
    /// # Errors
    ///
    /// Where the system gives no threads.
    pub fn start(&self, tools: impl FnOnce() -> io::Result<Tools> + Send + 'static) -> io::Result<()> {
        let Some(requests) = take(&self.waiting) else { return Ok(()) };
        if self.shared.settings.is_off {
            return Ok(());
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("instances")
            .enable_all()
            .build()?;
        let (end, ended) = oneshot::channel();
        runtime.spawn(run(Arc::clone(&self.shared), requests, tools, end));
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        *self.runtime.lock().unwrap_or_else(PoisonError::into_inner) = Some(runtime);
        Ok(())
    }

    /// Ends all of them, within a few seconds.
    pub async fn stop(&self) {
        self.requests.send(Request::Stop).ok();
        if let Some(ended) = take(&self.ended) {
            timeout(ENDING, ended).await.ok();
        }
        if let Some(runtime) = take(&self.runtime) {
            runtime.shutdown_background();
        }
    }

    /// Whether this service runs them.
    pub fn is_runner(&self) -> bool {
        self.shared.role() == Role::Runner
    }

    /// Says that settings or state have changed.
    pub fn wake(&self) {
        self.requests.send(Request::Wake).ok();
    }

    /// All of them, as this caller may see them.
    ///
    /// # Errors
    ///
    /// Where the settings can't be read.
    pub async fn list(&self, sight: Sight) -> Result<InstanceList<'static>, ServiceError> {
        let model = self.shared.service.newest().await?;
        let (views, runner) = (self.shared.views(&model), self.is_runner());
        let of = |(name, item): (&SettingsKey, &Arc<Item>)| {
            let view = views.get(name).map_or_else(|| unseen(name, item), |view| (**view).clone());
            let view = Instance { events: None, runner, ..view };
            shown(self.with_last_line(name, view), sight)
        };
        Ok(InstanceList { runner, instances: model.items().map(of).collect() })
    }

    /// One of them, with its events.
    ///
    /// # Errors
    ///
    /// Where there is no such server, or the settings can't be read.
    pub async fn get(&self, name: &SettingsKey, sight: Sight) -> Result<Instance<'static>, ServiceError> {
        let model = self.shared.service.newest().await?;
        let item = model.item(name).ok_or(ServiceError::UnknownServer)?;
        let view = match self.shared.role() {
            Role::Off => Some(self.shared.off(&model, name, item)),
            Role::Spectator | Role::Runner => self.shared.view(name).map(|view| (*view).clone()),
        };
        let view = view.unwrap_or_else(|| unseen(name, item));
        let view = Instance { runner: self.is_runner(), ..view };
        Ok(shown(self.with_last_line(name, view), sight))
    }

    /// What the program of a server writes to stderr.
    pub fn log(&self, name: &SettingsKey) -> Option<Arc<Log>> {
        self.shared.log(name)
    }

    /// What happens to the instances.
    pub fn feed(&self) -> Feed {
        Feed::new(Arc::clone(&self.shared))
    }

    /// Calls a tool: its result as it came, and how many milliseconds it took. It starts the instance where nothing runs.
    ///
    /// # Errors
    ///
    /// Where nothing can be asked, or does not answer.
    pub async fn call(
        &self,
        name: &SettingsKey,
        tool: String,
        arguments: Bytes,
    ) -> Result<(Bytes, u64), CallError> {
        let admitted = self.admit(name, &tool).await;
        let (lease, runtime) = admitted.inspect_err(|error| self.shared.metrics.refused(error.as_str()))?;
        let watch = self.shared.metrics.call();
        // Where the client goes away this future is dropped, and the call is cancelled.
        let task = AbortOnDrop(runtime.spawn(async move {
            let deadline = Instant::now() + lease.patience;
            let (answered, outcome) = lease.live.call(&tool, &arguments, deadline).await;
            let ms = outcome.ms;
            watch.end(outcome.fault.as_ref().map(|fault| fault.kind));
            lease.end(outcome);
            answered.map(|result| (result, ms))
        }));
        task.outcome().await.map_err(CallError::Failed)
    }

    /// Has an instance ready for a call of this tool, which the policy of the server allows.
    async fn admit(&self, name: &SettingsKey, tool: &str) -> Result<(Lease, Handle), CallError> {
        if !self.shared.service.policy_now(name).tools.offers(tool) {
            return Err(CallError::NoInstance(NoInstance::ToolNotAllowed));
        }
        let lease = self.demand(name).await.map_err(CallError::NoInstance)?;
        if let Err(error) = self.refuse_tool(name, tool).await {
            lease.release();
            return Err(error);
        }
        let runtime = self.runtime().ok_or(CallError::NoInstance(NoInstance::NotRunner))?;
        Ok((lease, runtime))
    }

    /// Probes an instance that runs, now.
    ///
    /// # Errors
    ///
    /// Where nothing runs, or it was asked for a moment ago.
    pub async fn probe(&self, name: &SettingsKey, sight: Sight) -> Result<ProbeResult, NoInstance> {
        self.refuse(name).await?;
        self.keep_pace(name, Paced::Probe)?;
        let (outcome, _) = self.probe_stored(name).await?;
        let view = self.shared.view(name).ok_or(NoInstance::Refused(Refusal::Gone))?;
        let health = shown((*view).clone(), sight).health;
        let Outcome { fault: own, ms } = outcome;
        Ok(ProbeResult { ok: own.is_none(), ms, fault: own.as_ref().map(|own| sight.fault(own)), health })
    }

    /// A probe of what is approved by now, also where that was a moment ago.
    pub(super) async fn probe_stored(&self, name: &SettingsKey) -> Result<Probed, NoInstance> {
        self.approved(async || self.probe_now(name).await).await
    }

    pub(super) async fn probe_now(&self, name: &SettingsKey) -> Result<Probed, NoInstance> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (send, receive) = oneshot::channel();
        self.requests.send(Request::Probe(name.clone(), id, send)).map_err(|_| NoInstance::NotRunner)?;
        match receive.await {
            Ok(probed) => probed.map_err(NoInstance::Refused),
            Err(_) => Err(NoInstance::NotRunner),
        }
    }

    /// Ends the wait for the next attempt, or starts again what runs.
    ///
    /// # Errors
    ///
    /// Where another service runs it, or it was asked for a moment ago.
    pub fn restart(&self, name: &SettingsKey) -> Result<(), NoInstance> {
        if self.shared.role() == Role::Spectator {
            return Err(NoInstance::NotRunner);
        }
        self.keep_pace(name, Paced::Restart)?;
        if self.shared.role() == Role::Off {
            return Ok(());
        }
        self.requests.send(Request::Restart(name.clone())).map_err(|_| NoInstance::NotRunner)
    }

    /// Whether the policy offers this tool, and where tools are pinned whether it is as it was accepted. Judged when there
    /// is an instance: by then the settings were looked at, so that a server that another program has renamed has its
    /// policy under this name, and while it started the policy may have changed.
    pub(super) async fn refuse_tool(&self, name: &SettingsKey, tool: &str) -> Result<(), CallError> {
        let rules = self.shared.service.policy_now(name).tools;
        if !rules.offers(tool) {
            return Err(CallError::NoInstance(NoInstance::ToolNotAllowed));
        }
        if !rules.pinned {
            return Ok(());
        }
        let known = self.known_of(name).await?;
        match Offer::of(rules, Some(&known.run)).admits(tool, &known.listing) {
            true => Ok(()),
            false => Err(CallError::NoInstance(NoInstance::ToolHeldBack)),
        }
    }

    /// What the instance offers that runs now.
    async fn known_of(&self, name: &SettingsKey) -> Result<Known, CallError> {
        match self.known(name, Feature::Tools, Freshness::Cached).await {
            Ok(Known { fault: Some(fault), .. }) | Err(NotKnown::Failed(fault)) => {
                Err(CallError::Failed(fault))
            }
            // It is of another start, or has ended.
            Ok(Known { is_stale: true, .. }) | Err(NotKnown::NeverListed) => {
                Err(CallError::Failed(has_ended()))
            }
            Ok(known) => Ok(known),
        }
    }

    /// Whether this service runs a server of this name, if that may run.
    pub(super) async fn refuse(&self, name: &SettingsKey) -> Result<(), NoInstance> {
        match self.shared.role() {
            Role::Runner => Ok(()),
            Role::Spectator => Err(NoInstance::NotRunner),
            Role::Off => {
                let model = self.shared.service.newest().await.map_err(|_| NoInstance::NotRunner)?;
                Err(NoInstance::Refused(match model.item(name) {
                    None => Refusal::Gone,
                    Some(item) if !item.is_enabled() => Refusal::Disabled,
                    Some(_) => Refusal::Unapproved(UnapprovedReason::RunOff),
                }))
            }
        }
    }

    fn keep_pace(&self, name: &SettingsKey, asked: Paced) -> Result<(), NoInstance> {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.retain(|_, at| at.elapsed() < PACE);
        match paces.insert((name.clone(), asked), Instant::now()) {
            Some(at) => {
                paces.insert((name.clone(), asked), at);
                Err(NoInstance::TooOften)
            }
            None => Ok(()),
        }
    }

    /// Has the reconciler look at a write of this server that it may not have seen yet, which was answered just now: what
    /// ran before is not what the server is.
    pub(super) async fn catch_up(&self, name: &SettingsKey) {
        let Ok(model) = self.shared.service.newest().await else { return };
        let view = self.shared.view(name);
        let is_seen = model.item(name).map(|item| item.tag()) == view.as_ref().map(|view| &view.etag);
        if is_seen || !self.is_runner() {
            return;
        }
        let (done, looked) = oneshot::channel();
        if self.requests.send(Request::Look(done)).is_ok() {
            timeout(LOOKING, looked).await.ok();
        }
    }

    pub(super) async fn demand(&self, name: &SettingsKey) -> Result<Lease, NoInstance> {
        self.refuse(name).await?;
        self.approved(async || self.demand_once(name).await).await
    }

    /// What comes of asking, which is done again where it fails for want of an approval: that counts when it is stored,
    /// which is a moment after the write that made it was answered.
    async fn approved<T>(&self, ask: impl AsyncFn() -> Result<T, NoInstance>) -> Result<T, NoInstance> {
        match ask().await {
            Err(NoInstance::Refused(Refusal::Unapproved(_))) => {
                timeout(STORING, self.shared.state.write(Vec::new())).await.ok();
                ask().await
            }
            answer => answer,
        }
    }

    async fn demand_once(&self, name: &SettingsKey) -> Result<Lease, NoInstance> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (send, receive) = oneshot::channel();
        self.requests.send(Request::Demand(name.clone(), id, send)).map_err(|_| NoInstance::NotRunner)?;
        let _waiting = Waiting { id, requests: &self.requests };
        match timeout(PATIENCE, receive).await {
            Ok(Ok(answer)) => answer.map_err(NoInstance::Refused),
            Ok(Err(_)) => Err(NoInstance::NotRunner),
            Err(_) => Err(NoInstance::Starting),
        }
    }

    /// The last line of its program's stderr, while it starts.
    fn with_last_line(&self, name: &SettingsKey, view: Instance<'static>) -> Instance<'static> {
        let is_starting = view.state == InstanceState::Starting;
        let log = is_starting.then(|| self.shared.log(name)).flatten();
        Instance { last_line: log.and_then(|log| log.last_line()), ..view }
    }

    pub(super) fn runtime(&self) -> Option<Handle> {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        runtime.as_ref().map(|runtime| runtime.handle().clone())
    }
}

/// A client that waits. The reconciler learns when it waits no longer; where it has what it waited for, that changes
/// nothing.
struct Waiting<'a> {
    id: DemandId,
    requests: &'a mpsc::UnboundedSender<Request>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.requests.send(Request::GiveUp(self.id)).ok();
    }
}

/// A task that ends with the future that waits for it.
struct AbortOnDrop<T>(JoinHandle<Result<T, Fault>>);

impl<T> AbortOnDrop<T> {
    async fn outcome(mut self) -> Result<T, Fault> {
        (&mut self.0).await.unwrap_or_else(|_| Err(Fault::of_ours()))
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Becomes the runner as soon as no other service is it, and runs the instances until it is stopped.
async fn run(
    shared: Arc<Shared>,
    mut requests: mpsc::UnboundedReceiver<Request>,
    tools: impl FnOnce() -> io::Result<Tools> + Send + 'static,
    end: oneshot::Sender<()>,
) {
    shared.state.opened().await;
    let Some(lock) = take_over(&shared, &mut requests).await else { return };
    // What the one before us stored last is seen before anything is started: an approval that was withdrawn, an attempt that
    // failed. What others store is known only some time later else.
    shared.state.write(Vec::new()).await;
    match tools() {
        Ok(tools) => {
            shared.role.send_replace(Role::Runner);
            tracing::debug!("instances: ready");
            let tools = Arc::new(tools);
            shared.set_tools(Arc::clone(&tools));
            Reconciler::new(Arc::clone(&shared), tools).run(&mut requests).await;
        }
        Err(error) => tracing::error!(error = %error, "could not get ready to run servers"),
    }
    drop(lock);
    end.send(()).ok();
}

/// Waits for the lock. Nothing where the service stops before.
async fn take_over(shared: &Shared, requests: &mut mpsc::UnboundedReceiver<Request>) -> Option<RunLock> {
    let mut is_said = false;
    loop {
        match shared.state.try_run_lock() {
            Ok(Some(lock)) => return Some(lock),
            Ok(None) if !is_said => {
                tracing::info!("another service runs the servers of these settings");
                is_said = true;
            }
            Ok(None) => {}
            Err(error) if !is_said => {
                tracing::warn!(error = %error, "could not see whether another service runs the servers");
                is_said = true;
            }
            Err(_) => {}
        }
        let wait = sleep(TAKE_OVER);
        tokio::pin!(wait);
        loop {
            tokio::select! {
                () = &mut wait => break,
                request = requests.recv() => match request {
                    Some(Request::Stop) | None => return None,
                    // Dropping a request closes its channel, which is the answer.
                    Some(_) => {}
                },
            }
        }
    }
}

fn take<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::FaultKind;
    use super::super::core::{Now, UnapprovedReason};
    use super::*;

    #[test]
    fn every_reason_not_to_call_has_a_word_of_its_own() {
        let fault = || FaultKind::Policy.because("it must not");
        let now = Now { instant: Instant::now(), unix_ms: 0 };
        let refusals = [
            Refusal::Gone,
            Refusal::Disabled,
            Refusal::Unapproved(UnapprovedReason::NoApproval),
            Refusal::Unusable(fault()),
            Refusal::Failed(fault(), now),
            Refusal::NotRunning,
            Refusal::Stopping,
        ];
        let others = [
            NoInstance::NotRunner,
            NoInstance::Starting,
            NoInstance::ToolNotAllowed,
            NoInstance::ToolHeldBack,
            NoInstance::TooOften,
        ];
        let reasons = refusals.into_iter().map(NoInstance::Refused).chain(others).map(CallError::NoInstance);
        let words = reasons.chain([CallError::Failed(fault())]).map(|reason| reason.as_str());
        assert_eq!(words.collect::<BTreeSet<_>>(), BTreeSet::from(CallError::WORDS));
    }
}
