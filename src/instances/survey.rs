//! Compares what the settings say with what is remembered: which launches are new, which names are gone or have changed,
//! and what is wanted of each server. Pure: it does not know how either was read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::core::{Permission, ProbePlan, StartMode, UnapprovedReason, Wanted};
use super::{Fault, FaultKind};
use crate::json::{Json, to_compact};
use crate::model::run_policy::{self, HealthCheckPolicy, Policy};
use crate::model::{LaunchDigest, SettingsKey};
use crate::service::Runnable;
use crate::state::{AT_HEALTH_CHECK, Change, LocatedPath, Remembered, Run, Unapproved, UnixTime};

/// How long a start may take of a launch that has run before: it need not download anything.
const START: Duration = Duration::from_secs(60);

/// The same of one that never has.
const FIRST_START: Duration = Duration::from_secs(300);

/// One server as it was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// What its configuration says.
    pub(super) runnable: Arc<Runnable>,
    /// Where its command was found; nothing where it has none or was not found.
    pub(super) located: Option<LocatedPath>,
}

/// What is to be remembered of what was seen, in this order.
pub(super) fn changes(
    seen: &BTreeMap<SettingsKey, Seen>,
    remembered: &Remembered,
    now: UnixTime,
) -> Vec<Change> {
    let is_there = |name: &SettingsKey| seen.contains_key(name);
    let mut gone: BTreeMap<&SettingsKey, &Run> = remembered
        .runs
        .iter()
        .filter(|(name, run)| run.gone.is_none() && !is_there(name))
        .map(|(name, run)| (name, &**run))
        .collect();
    let mut changes = Vec::new();
    let mut moved: BTreeMap<&SettingsKey, (&SettingsKey, LaunchDigest)> = BTreeMap::new();
    for (name, server) in seen {
        let Ok(launch) = server.runnable.launch else { continue };
        if remembered.runs.get(name).is_some_and(|run| run.gone.is_none()) {
            continue;
        }
        // A name that is new with the launch of one that is gone: it was renamed, by whatever program.
        let from = gone.iter().find(|(_, run)| run.launch == launch).map(|(from, _)| *from);
        match from {
            Some(from) => {
                gone.remove(from);
                moved.insert(name, (from, launch));
                changes.push(Change::Move { from: from.clone(), to: name.clone() });
            }
            // Of two such names one was renamed and one is new, and nothing says which: what the policy forbids stays
            // forbidden under both.
            None => {
                let same = moved.values().find(|(_, own)| *own == launch).map(|(from, _)| *from);
                if let Some(policy) = same.and_then(|from| remembered.policies.get(from)) {
                    let (name, policy) = (name.clone(), Some(policy.clone()));
                    changes.push(Change::SetPolicy { name, expected: None, policy });
                }
            }
        }
    }
    changes.extend(gone.into_keys().map(|name| Change::Drop { name: name.clone(), at: now }));
    for (name, Seen { runnable, located }) in seen {
        let Ok(launch) = runnable.launch else { continue };
        let run = remembered.runs.get(name).filter(|_| !moved.contains_key(name));
        let is_known = run.is_some_and(|run| {
            run.gone.is_none() && run.launch == launch && (located.is_none() || run.located == *located)
        });
        if !is_known {
            changes.push(Change::Observe { name: name.clone(), launch, located: located.clone() });
        }
        if let (Some(run), Some(located)) = (run, located)
            && run.approval.as_ref().is_some_and(|own| own.launch == launch && own.located.is_none())
        {
            changes.push(Change::Bind { name: name.clone(), launch, located: located.clone() });
        }
    }
    changes
}

/// What is wanted of a server.
pub(super) fn wanted(
    Seen { runnable, located }: &Seen,
    run: Option<&Run>,
    policy: &Policy,
    may_trust: bool,
) -> Wanted {
    let idle = if runnable.keeps_alive { u64::from(policy.idle_seconds) } else { 0 };
    let first = if run.is_some_and(|run| run.has_run) { START } else { FIRST_START };
    Wanted {
        generation: run.map_or(0, |run| run.generation),
        etag: runnable.etag.as_str().to_owned(),
        permission: permission(runnable, located.as_ref(), run, may_trust),
        is_process: runnable.command.is_some(),
        start: match policy.start {
            run_policy::StartMode::OnDemand => StartMode::OnDemand,
            run_policy::StartMode::Always => StartMode::Always,
        },
        idle: Duration::from_secs(idle),
        start_timeout: policy
            .start_timeout_seconds
            .map_or(first, |seconds| Duration::from_secs(seconds.into())),
        probe: probe(runnable, run, policy),
    }
}

/// Whether it is approved; nothing where it needs no approval.
pub(super) fn approved(
    Seen { runnable, located }: &Seen,
    run: Option<&Run>,
    may_trust: bool,
) -> Option<bool> {
    let launch = runnable.launch.as_ref().ok().filter(|_| runnable.needs_approval)?;
    Some(may_trust && run.is_some_and(|run| run.approval_of(launch, located.as_ref()).is_ok()))
}

fn permission(
    runnable: &Runnable,
    located: Option<&LocatedPath>,
    run: Option<&Run>,
    may_trust: bool,
) -> Permission {
    if !runnable.is_enabled {
        return Permission::Disabled;
    }
    let launch: &LaunchDigest = match &runnable.launch {
        Ok(launch) => launch,
        Err(pointer) => {
            // On the wire: the wording stays.
            let message = format!(
                "the member `{}` of the configuration is missing, has a wrong type, or holds a secret that no key opens",
                pointer.as_str()
            );
            return Permission::Unusable(FaultKind::Resolution.because(message));
        }
    };
    if !runnable.needs_approval {
        return Permission::Allowed;
    }
    let unapproved = match run.filter(|_| may_trust).map(|run| run.approval_of(launch, located)) {
        Some(Ok(())) => return Permission::Allowed,
        None | Some(Err(Unapproved::NoApproval)) => UnapprovedReason::NoApproval,
        Some(Err(Unapproved::LaunchChanged)) => UnapprovedReason::LaunchChanged,
        Some(Err(Unapproved::PathChanged)) => UnapprovedReason::PathChanged,
    };
    Permission::Unapproved(unapproved)
}

/// The policy decides; where it does not, a health check of the configuration does, which was approved with the launch.
fn probe(runnable: &Runnable, run: Option<&Run>, policy: &Policy) -> ProbePlan {
    let check = match &policy.health_check {
        HealthCheckPolicy::Absent => runnable.health_check.as_ref().and_then(|(check, digest)| {
            let launch = runnable.launch.as_ref().ok()?;
            run.filter(|run| run.approves_member(launch, AT_HEALTH_CHECK, digest)).map(|_| check)
        }),
        HealthCheckPolicy::Default => None,
        HealthCheckPolicy::Tool(check) => Some(check),
    };
    check.map_or_else(ProbePlan::default, |check| ProbePlan {
        tool: Some(check.tool.clone()),
        arguments: to_compact(&Json::Object(check.arguments.clone())),
        interval: Duration::from_secs(check.interval_seconds.into()),
        timeout: Duration::from_secs(check.timeout_seconds.into()),
        threshold: check.failure_threshold,
    })
}

/// What was stored of a fault by its word. A word that is not known is of a newer version.
pub(super) fn stored_fault(kind: &str, message: &str) -> Fault {
    let kind = FaultKind::ALL.into_iter().find(|own| own.as_str() == kind);
    kind.unwrap_or(FaultKind::Protocol).because(message)
}
