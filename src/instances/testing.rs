//! Tests of servers, stage by stage: of a stored one through its live instance, as probes and calls go; of a draft by an
//! instance of its own. It does not know who may ask for which.

use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::sync::oneshot;

use super::Fault;
use super::core::{Refusal, UnapprovedReason};
use super::discovery::{Freshness, Known, NotKnown};
use super::handle::{Instances, NoInstance};
use super::live::ms;
use super::shared::Role;
use super::stage::{Stage, StageReport};
use super::trial::{Draft, TestCall, Tested, forbidden, peer, tried};
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
        self.shared.known(self.runtime().as_ref(), name, feature, freshness).await
    }

    /// Tests a stored server through its live instance, which is started where it does not run. The stages of the start
    /// are those of the last one; the last stage is the probe of the server.
    ///
    /// # Errors
    ///
    /// Where there is nothing to test.
    pub async fn test(&self, name: &SettingsKey, call: Option<TestCall>) -> Result<Tested, NoInstance> {
        let began = Instant::now();
        let lease = match self.demand(name).await {
            Ok(lease) => lease,
            Err(NoInstance::Refused(Refusal::Failed(fault, _))) => {
                return Ok(self.failed_start(name, fault, began));
            }
            Err(NoInstance::Refused(Refusal::Unusable(fault))) => {
                let stage = StageReport { stage: Stage::Resolve, ms: Some(0), fault: Some(fault) };
                return Ok(Tested::of_stages(vec![stage]));
            }
            Err(error) => return Err(error),
        };
        let mut tested = Tested::of_stages(self.last_start(name));
        tested.peer = Some(peer(&lease.live));
        let (outcome, tool) = self.probe_now(name).await?;
        let stage = if tool.is_some() { Stage::CallTool } else { Stage::ListTools };
        let has_failed = outcome.fault.is_some();
        tested.stages.push(StageReport { stage, ms: Some(outcome.ms), fault: outcome.fault });
        if let Some(log) = self.shared.log(name) {
            tested.stderr = log.tail(super::starter::TAIL);
        }
        if !has_failed {
            let known = self.known(name, Feature::Tools, Freshness::Cached).await;
            tested.tools = known.ok().map(|known| known.listing);
        }
        match call.filter(|_| !has_failed) {
            Some(TestCall { tool, arguments }) => {
                let began = Instant::now();
                let fault = match self.refuse_tool(name, &tool, &lease).await {
                    Err(error) => {
                        lease.release();
                        Some(refused(error))
                    }
                    Ok(()) => {
                        let (answered, outcome) =
                            lease.live.call(&tool, &arguments, Instant::now() + lease.patience).await;
                        let fault = outcome.fault.clone().map(|fault| lease.live.redacted(fault));
                        tested.result = answered.ok();
                        lease.end(outcome);
                        fault
                    }
                };
                tested.stages.push(StageReport { stage: Stage::CallTool, ms: Some(ms(began)), fault });
            }
            None => lease.release(),
        }
        tested.ms = ms(began);
        Ok(tested)
    }

    /// Tests a draft by an instance of its own, which has ended when this is ready. `seat` is kept until it has ended, also
    /// where nobody waits any more.
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
        if stages.last().is_none_or(|last| last.fault.is_none()) {
            stages.push(StageReport { stage: Stage::Initialize, ms: None, fault: Some(fault) });
        }
        let view = self.shared.view(name);
        let stderr = view.and_then(|view| view.retry.as_ref().and_then(|retry| retry.stderr.clone()));
        Tested { ms: ms(began), stderr: stderr.unwrap_or_default(), ..Tested::of_stages(stages) }
    }
}

fn refused(error: super::CallError) -> Fault {
    match error {
        super::CallError::Failed(fault) => fault,
        super::CallError::NoInstance(_) => forbidden(
            "the run policy of the server does not allow this tool, or it has changed since it was accepted",
        ),
    }
}
