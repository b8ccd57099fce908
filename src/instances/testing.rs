//! Tests of servers, stage by stage: of a stored one through its live instance, as probes and calls go; of a draft by an
//! instance of its own. It does not know who may ask for which.

use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::sync::oneshot;

use super::core::{Outcome, Refusal, UnapprovedReason};
use super::discovery::{Freshness, Known, NotKnown, Offer, withheld};
use super::handle::{Instances, NoInstance};
use super::live::{Live, has_ended, ms};
use super::reconciler::Probed;
use super::shared::Role;
use super::stage::{Stage, StageReport};
use super::trial::{Draft, TestCall, Tested, tried};
use super::{Fault, FaultKind};
use crate::model::{Feature, SettingsKey};

impl Instances {
    /// What a server offers. Nothing is started; a running instance is asked where that is not known well enough.
    ///
    /// # Errors
    ///
    /// Where nothing is known.
    pub async fn known(
        &self,
        name: &SettingsKey,
        feature: Feature,
        freshness: Freshness,
    ) -> Result<Known, NotKnown> {
        self.catch_up(name).await;
        self.shared.known(self.runtime().as_ref(), name, feature, freshness).await
    }

    /// Which of its tools may be called.
    pub fn offer(&self, name: &SettingsKey) -> Offer {
        let remembered = self.shared.state.peek();
        let run = remembered.as_ref().and_then(|remembered| remembered.runs.get(name));
        Offer::of(self.shared.service.policy_now(name).tools, run.map(|run| &**run))
    }

    /// Tests a stored server through its live instance, which is started where it does not run. The stages of the start
    /// are those of the last one; the last stage is the probe of the server. None where it would have to be started and
    /// the caller may not have that (`may_run`).
    ///
    /// # Errors
    ///
    /// Where there is nothing to test.
    pub async fn test(
        &self,
        name: &SettingsKey,
        call: Option<TestCall>,
        may_run: bool,
    ) -> Result<Option<Tested>, NoInstance> {
        let began = Instant::now();
        if !may_run && self.needs_approval(name).await {
            self.refuse(name).await?;
            // A probe starts nothing. What runs may be called by those who may call, as by any call.
            match self.probe_stored(name).await {
                Ok(probed) if call.is_none() => {
                    let live = self.shared.running(name).and_then(|(attempt, _)| self.shared.live(attempt));
                    return Ok(Some(self.probed(name, live.as_deref(), probed, began).await));
                }
                Ok(_) => {}
                Err(NoInstance::Refused(Refusal::NotRunning)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let lease = match self.demand(name).await {
            Ok(lease) => lease,
            Err(NoInstance::Refused(Refusal::Failed(fault, _))) => {
                return Ok(Some(self.failed_start(name, fault, began)));
            }
            Err(NoInstance::Refused(Refusal::Unusable(fault))) => {
                let stage = StageReport { stage: Stage::Resolve, ms: Some(0), fault: Some(fault) };
                return Ok(Some(Tested::of_stages(vec![stage])));
            }
            Err(error) => return Err(error),
        };
        let probed = match self.probe_now(name).await {
            // It has ended between its start and the probe.
            Err(NoInstance::Refused(Refusal::NotRunning)) => {
                (Outcome { fault: Some(has_ended()), ms: 0 }, None)
            }
            probed => probed?,
        };
        let mut tested = self.probed(name, Some(&lease.live), probed, began).await;
        let has_failed = tested.stages.last().is_some_and(|last| last.fault.is_some());
        match call.filter(|_| !has_failed) {
            Some(TestCall { tool, arguments }) => {
                let began = Instant::now();
                let fault = match self.refuse_tool(name, &tool).await {
                    Err(error) => {
                        lease.release();
                        Some(refused(error))
                    }
                    Ok(()) => {
                        let watch = self.shared.metrics.call();
                        let (answered, outcome) =
                            lease.live.call(&tool, &arguments, Instant::now() + lease.patience).await;
                        let fault = match outcome.fault.clone() {
                            Some(fault) => Some(lease.live.explained(fault).await),
                            None => None,
                        };
                        tested.result = answered.ok();
                        watch.end(fault.as_ref().map(|fault| fault.kind));
                        lease.end(outcome);
                        fault
                    }
                };
                tested.stages.push(StageReport { stage: Stage::CallTool, ms: Some(ms(began)), fault });
            }
            None => lease.release(),
        }
        tested.ms = ms(began);
        Ok(Some(tested))
    }

    /// The stages of the last start, with this probe as the last one.
    async fn probed(
        &self,
        name: &SettingsKey,
        live: Option<&Live>,
        probed: Probed,
        began: Instant,
    ) -> Tested {
        let (outcome, tool) = probed;
        let mut tested = Tested::of_stages(self.last_start(name));
        tested.offer = self.offer(name);
        tested.peer = live.map(Live::peer);
        let stage = if tool.is_some() { Stage::CallTool } else { Stage::ListTools };
        let has_failed = outcome.fault.is_some();
        let fault = match (outcome.fault, live) {
            (Some(fault), Some(live)) => Some(live.explained(fault).await),
            (fault, _) => fault,
        };
        tested.stages.push(StageReport { stage, ms: Some(outcome.ms), fault });
        if let Some(log) = self.shared.log(name) {
            tested.stderr = log.tail(super::starter::TAIL);
        }
        if !has_failed {
            let known = self.known(name, Feature::Tools, Freshness::Cached).await;
            tested.tools = known.ok().map(|known| known.listing);
        }
        tested.ms = ms(began);
        tested
    }

    /// Whether somebody must have approved what this server starts, or what is resolved for it.
    async fn needs_approval(&self, name: &SettingsKey) -> bool {
        let (Ok(model), Some(key)) = (self.shared.service.newest().await, self.shared.state.state_key())
        else {
            return true;
        };
        model.runnable(name, &key).is_none_or(|runnable| runnable.needs_approval)
    }

    /// Tests a draft by an instance of its own, which has ended when this is ready. `seat` is dropped when it has, also
    /// where the answer is not waited for.
    ///
    /// # Errors
    ///
    /// Where another service runs the servers.
    pub async fn try_draft(
        &self,
        draft: Draft,
        call: Option<TestCall>,
        seat: impl Send + 'static,
    ) -> Result<Tested, NoInstance> {
        match self.shared.role() {
            Role::Runner => {}
            Role::Spectator => return Err(NoInstance::NotRunner),
            Role::Off => return Err(NoInstance::Refused(Refusal::Unapproved(UnapprovedReason::RunOff))),
        }
        let (Some(runtime), Some(tools)) = (self.runtime(), self.shared.tools()) else {
            return Err(NoInstance::NotRunner);
        };
        let began = Instant::now();
        // No name of a server has this form.
        let key = format!("/test/{}", self.next.fetch_add(1, Ordering::Relaxed));
        let (given_up, _waits) = oneshot::channel();
        let at_ms = self.shared.now().unix_ms;
        // It goes on until nothing is left of the instance where the client goes away.
        let tested = runtime.spawn(async move {
            let tested = tried(tools, key, draft, call, at_ms, given_up).await;
            drop(seat);
            tested
        });
        let tested = tested.await.map_err(|_| NoInstance::NotRunner)?;
        Ok(Tested { ms: ms(began), ..tested })
    }

    fn last_start(&self, name: &SettingsKey) -> Vec<StageReport> {
        self.shared.last_start(name).map(|stages| stages.to_vec()).unwrap_or_default()
    }

    /// How the last start failed, whatever it was wanted for. What an earlier process knew of it has no stages.
    fn failed_start(&self, name: &SettingsKey, fault: Fault, began: Instant) -> Tested {
        let mut stages = self.last_start(name);
        let is_before = matches!(
            fault.kind,
            FaultKind::Resolution | FaultKind::Spawn | FaultKind::Connect | FaultKind::Policy
        );
        match stages.last().map(|last| last.fault.as_ref()) {
            Some(Some(own)) if *own == fault => {}
            // It was initialized, and ended before it answered anything else.
            Some(None) if !is_before => {
                stages.push(StageReport { stage: Stage::ListTools, ms: None, fault: Some(fault) });
            }
            // It is of a start that another process has made, or of one that was not made for this reason.
            _ => stages = vec![StageReport { stage: stage_of(fault.kind), ms: None, fault: Some(fault) }],
        }
        let view = self.shared.view(name);
        let stderr = view.and_then(|view| view.retry.as_ref().and_then(|retry| retry.stderr.clone()));
        Tested { ms: ms(began), stderr: stderr.unwrap_or_default(), ..Tested::of_stages(stages) }
    }
}

/// In which stage a start fails with such a fault.
fn stage_of(kind: FaultKind) -> Stage {
    match kind {
        FaultKind::Resolution => Stage::Resolve,
        FaultKind::Spawn => Stage::Spawn,
        FaultKind::Connect | FaultKind::Policy => Stage::Connect,
        _ => Stage::Initialize,
    }
}

fn refused(error: super::CallError) -> Fault {
    match error {
        super::CallError::Failed(fault) => fault,
        super::CallError::NoInstance(_) => withheld(),
    }
}
