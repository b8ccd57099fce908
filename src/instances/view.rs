//! What an instance looks like to a client: made of what the core knows of it and of what is known of the running
//! session. What only some callers are shown is left out here, in one place.

use super::core::{self, Permission, Phase, Reading, UnapprovedReason};
use super::{Fault, FaultKind};
use crate::api::{
    Attention, HealthStatus, Instance, InstanceEvent, InstanceFault, InstanceHealth, InstanceRetry,
    InstanceState, LastHealth, PeerName,
};
use crate::model::SettingsKey;
use crate::projection::EntityTag;
use crate::service::Item;
use crate::state::Run;

/// What is known of an instance beside what the core knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    /// Whether its launch is approved; nothing where it needs no approval.
    pub(super) approved: Option<bool>,
    /// Whether its tools differ from those that are known.
    pub(super) drift: bool,
    /// The version of MCP that is spoken.
    pub(super) protocol_version: Option<String>,
    /// What the server calls itself, redacted.
    pub(super) server: Option<PeerName>,
}

/// What a caller is shown beside what every reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Errors of the operating system and addresses (`run`).
    pub details: bool,
    /// What programs write to stderr (`run` or `reveal`).
    pub output: bool,
}

impl Sight {
    /// What was wrong, as far as this is shown.
    pub fn fault(self, own: &Fault) -> InstanceFault {
        let mut shown = fault(own);
        self.leave_out(&mut shown);
        shown
    }

    fn leave_out(self, fault: &mut InstanceFault) {
        if !self.details {
            fault.detail = None;
        }
    }
}

/// The whole view, as the runner keeps and publishes it.
pub(super) fn view(
    name: &SettingsKey,
    etag: &EntityTag,
    instance: &core::Instance,
    beside: Beside,
) -> Instance<'static> {
    let (state, reason) = state(instance);
    let is_running = matches!(instance.phase, Phase::Running { .. });
    let retry = instance.retry.as_ref().filter(|_| state == InstanceState::Error).map(retry);
    let unusable = match &instance.wanted.permission {
        Permission::Unusable(fault) => Some(fault),
        _ => None,
    };
    Instance {
        name: name.as_str().to_owned().into(),
        state,
        reason,
        since_ms: instance.since_ms,
        attention: attention(instance, state, reason),
        health: health(&instance.health, unusable),
        retry,
        etag: etag.clone(),
        generation: instance.wanted.generation,
        approved: beside.approved,
        drift: beside.drift,
        protocol_version: beside.protocol_version.filter(|_| is_running),
        server: beside.server.filter(|_| is_running),
        running_since_ms: is_running.then_some(instance.since_ms),
        restarts: instance.starts.saturating_sub(1),
        calls: instance.calls,
        failed_calls: instance.failed_calls,
        runner: true,
        last_line: None,
        events: Some(instance.health.events().map(event).collect()),
    }
}

/// Of a server of which nothing is known yet: the runner has not looked at it, or there is no runner.
pub(super) fn unseen(name: &SettingsKey, item: &Item) -> Instance<'static> {
    let health = InstanceHealth {
        status: HealthStatus::Unknown,
        since_ms: 0,
        checked_at_ms: None,
        fault: None,
        last: None,
    };
    Instance {
        name: name.as_str().to_owned().into(),
        state: if item.is_enabled() { InstanceState::Idle } else { InstanceState::Disabled },
        reason: None,
        since_ms: 0,
        attention: Attention::None,
        health,
        retry: None,
        etag: item.tag().clone(),
        generation: 0,
        approved: None,
        drift: false,
        protocol_version: None,
        server: None,
        running_since_ms: None,
        restarts: 0,
        calls: 0,
        failed_calls: 0,
        runner: false,
        last_line: None,
        events: Some(Vec::new()),
    }
}

/// Of a server that this service does not run since it runs none.
pub(super) fn off(
    name: &SettingsKey,
    item: &Item,
    run: Option<&Run>,
    approved: Option<bool>,
) -> Instance<'static> {
    let view = unseen(name, item);
    let is_off = view.state == InstanceState::Idle;
    Instance {
        state: if is_off { InstanceState::Unapproved } else { view.state },
        reason: is_off.then_some(UnapprovedReason::RunOff),
        generation: run.map_or(0, |run| run.generation),
        drift: run.is_some_and(|run| run.has_drifted),
        approved,
        ..view
    }
}

/// The same as this caller may see it.
#[must_use]
pub(super) fn shown(mut instance: Instance<'static>, sight: Sight) -> Instance<'static> {
    if !sight.output {
        instance.last_line = None;
    }
    let mut faults: Vec<&mut InstanceFault> = Vec::new();
    if let Some(retry) = &mut instance.retry {
        if !sight.output {
            retry.stderr = None;
        }
        faults.push(&mut retry.fault);
    }
    faults.extend(instance.health.fault.as_mut());
    faults.extend(instance.health.last.as_mut().and_then(|last| last.fault.as_mut()));
    let events = instance.events.iter_mut().flatten();
    faults.extend(events.filter_map(|event| event.fault.as_mut()));
    faults.into_iter().for_each(|fault| sight.leave_out(fault));
    instance
}

/// What was wrong.
fn fault(fault: &Fault) -> InstanceFault {
    InstanceFault { kind: fault.kind, message: fault.message.clone(), detail: fault.detail.clone() }
}

fn state(instance: &core::Instance) -> (InstanceState, Option<UnapprovedReason>) {
    let state = match instance.phase {
        Phase::Dying { .. } | Phase::Stopping(_) => InstanceState::Stopping,
        // What runs is shown as running until it is being ended, which follows at once.
        Phase::Running { .. } => InstanceState::Running,
        Phase::Starting { .. } | Phase::Waiting(_) => InstanceState::Starting,
        Phase::Idle | Phase::Failed => match &instance.wanted.permission {
            Permission::Disabled => InstanceState::Disabled,
            Permission::Unapproved(reason) => return (InstanceState::Unapproved, Some(*reason)),
            Permission::Unusable(_) => InstanceState::Error,
            Permission::Allowed if instance.retry.is_some() => InstanceState::Error,
            Permission::Allowed => InstanceState::Idle,
        },
    };
    (state, None)
}

fn attention(instance: &core::Instance, state: InstanceState, reason: Option<UnapprovedReason>) -> Attention {
    let fault = match (&instance.wanted.permission, &instance.retry) {
        (Permission::Unusable(fault), _) => Some(fault),
        (_, Some(retry)) if state == InstanceState::Error => Some(&retry.fault),
        _ => instance.health.now.fault.as_ref(),
    };
    match (state, reason) {
        (InstanceState::Unapproved, Some(UnapprovedReason::RunOff)) => Attention::None,
        (InstanceState::Unapproved, _) => Attention::Approve,
        (InstanceState::Error | InstanceState::Running, _) => {
            fault.map_or(Attention::None, |fault| match fault.kind {
                FaultKind::Auth => Attention::Connect,
                FaultKind::Resolution
                | FaultKind::Policy
                | FaultKind::Spawn
                | FaultKind::JsonRpc
                | FaultKind::ToolError => Attention::Fix,
                _ => Attention::Retry,
            })
        }
        _ => Attention::None,
    }
}

/// The health. Where a configuration can't be used nothing else is true of it, whatever was seen before.
fn health(health: &core::Health, unusable: Option<&Fault>) -> InstanceHealth {
    let Reading { status, since_ms, checked_ms, fault: own } = &health.now;
    let last = health.last.as_ref().map(|(generation, reading)| LastHealth {
        status: reading.status,
        checked_at_ms: reading.checked_ms,
        fault: reading.fault.as_ref().map(fault),
        generation: *generation,
    });
    InstanceHealth {
        status: if unusable.is_some() { HealthStatus::Unhealthy } else { *status },
        since_ms: *since_ms,
        checked_at_ms: *checked_ms,
        fault: unusable.or(own.as_ref()).map(fault),
        last,
    }
}

fn retry(retry: &core::Retry) -> InstanceRetry {
    InstanceRetry {
        attempt_count: retry.count,
        last_attempt_at_ms: retry.last.unix_ms,
        next_retry_at_ms: retry.next.unix_ms,
        error: retry.fault.message.clone(),
        fault: fault(&retry.fault),
        stderr: Some(retry.stderr.clone()),
    }
}

fn event(event: &core::Event) -> InstanceEvent {
    InstanceEvent {
        n: event.n,
        at_ms: event.at_ms,
        kind: event.kind,
        status: event.status,
        generation: event.generation,
        ms: event.ms,
        fault: event.fault.as_ref().map(fault),
    }
}

/// An event as another process has published it.
pub(super) fn restored(event: InstanceEvent) -> core::Event {
    let fault = event.fault.map(|InstanceFault { kind, message, detail }| Fault { kind, message, detail });
    let InstanceEvent { n, at_ms, kind, status, generation, ms, .. } = event;
    core::Event { n, at_ms, generation, kind, fault, ms, status }
}
