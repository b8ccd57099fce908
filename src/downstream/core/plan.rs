//! The decisions: which names need a call, what a list says of the rows, and when to look again. It does not know how a
//! step is carried out.

use std::collections::{BTreeMap, BTreeSet};

use super::made::{Ask, Digest, Made};
use crate::model::SettingsKey;
use crate::state::EntryState;

/// What is to be under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aim {
    /// The request that waits for it. For each one a gateway is called at once.
    pub ask: Ask,
    /// What is to be registered; none where nothing is to be there.
    pub forward: Option<Forward>,
}

/// A registration as a gateway is given it.
#[derive(Clone, PartialEq, Eq)]
pub struct Forward {
    /// Which provider of the gateway serves it.
    pub provider_id: String,
    /// Where the MCP server is. It may hold a secret.
    pub url: String,
    /// What identifies the two with the name.
    pub digest: Digest,
}

/// What a gateway lists: the digest of each, none where it has what no call of ours leaves.
pub type Listed = BTreeMap<SettingsKey, Option<Digest>>;

/// One thing to do for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is to be registered.
    Register(Forward),
    /// What is there of us is to be removed.
    Unregister,
    /// Nothing was made: the row is to be removed.
    Forget,
}

/// What is to be done now, at most one step a name, and when there will be more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps, each with the request that it is for.
    pub steps: Vec<(SettingsKey, Ask, Step)>,
    /// When a step that has to wait is due. Milliseconds of Unix time.
    pub next_ms: Option<i64>,
}

/// What is to be done. A gateway that could not be reached was reached again at `recovered_ms`: what failed before for
/// that reason is tried at once.
pub fn plan(
    aims: &BTreeMap<SettingsKey, Aim>,
    made: &BTreeMap<SettingsKey, Made>,
    recovered_ms: i64,
    now_ms: i64,
) -> Plan {
    let mut plan = Plan::default();
    for (name, ask, step) in needed(aims, made) {
        let due = made.get(name).map_or(now_ms, |row| due(row, &ask, recovered_ms, now_ms));
        if due <= now_ms {
            plan.steps.push((name.clone(), ask, step));
        } else {
            plan.next_ms = Some(plan.next_ms.map_or(due, |next| next.min(due)));
        }
    }
    plan
}

/// The names for which somebody may wait: what is asked for them was not tried yet, or nothing is said of how it went.
pub fn demands(
    aims: &BTreeMap<SettingsKey, Aim>,
    made: &BTreeMap<SettingsKey, Made>,
) -> Vec<(SettingsKey, Ask)> {
    let is_new = |(name, ask, step): &(&SettingsKey, Ask, Step)| {
        let is_open = |row: &Made| row.ask != *ask || row.failure.is_none();
        *step != Step::Forget && made.get(*name).is_none_or(is_open)
    };
    needed(aims, made).filter(is_new).map(|(name, ask, _)| (name.clone(), ask)).collect()
}

/// What a list that was made while no call was under way says of the rows: the rows that change.
pub fn observe(
    aims: &BTreeMap<SettingsKey, Aim>,
    made: &BTreeMap<SettingsKey, Made>,
    listed: &Listed,
    reached_ms: i64,
    now_ms: i64,
) -> Vec<(SettingsKey, Option<Made>)> {
    let mut changes = Vec::new();
    for (name, row) in made {
        let aim = aims.get(name);
        let there = listed.get(name).copied().flatten();
        let is_ours = row.has(there);
        let change = match row.state {
            // The gateway lost its memory, or a late call has removed or replaced it.
            EntryState::Confirmed if there != row.newest() => {
                if !listed.contains_key(name) && aim.is_none_or(|aim| aim.forward.is_none()) {
                    Some(row.clone().gone(&ask(aim), now_ms))
                } else {
                    Some(row.clone().doubted(now_ms))
                }
            }
            // What failed was asked for no longer.
            EntryState::Confirmed
                if row.failure.is_some()
                    && step(aim.and_then(|aim| aim.forward.as_ref()), Some(row)).is_none() =>
            {
                Some(Made { failure: None, failures: 0, ask: ask(aim), ..row.clone() })
            }
            EntryState::Confirmed if 1 < row.digests.len() && row.is_settled(reached_ms, now_ms) => {
                Some(Made { digests: row.newest().into_iter().collect(), ..row.clone() })
            }
            // A call that was given up was carried out late.
            EntryState::Gone if is_ours => Some(row.clone().doubted(now_ms)),
            EntryState::Gone if row.is_settled(reached_ms, now_ms) => {
                changes.push((name.clone(), None));
                None
            }
            _ => None,
        };
        changes.extend(change.map(|row| (name.clone(), Some(row))));
    }
    changes
}

/// What is listed and no row claims.
pub fn unknown(made: &BTreeMap<SettingsKey, Made>, listed: &Listed) -> BTreeSet<SettingsKey> {
    let is_unknown = |(name, there): &(&SettingsKey, &Option<Digest>)| {
        !made.get(*name).is_some_and(|row| row.has(**there))
    };
    listed.iter().filter(is_unknown).map(|(name, _)| name.clone()).collect()
}

/// Every name for which something is to be done, now or later.
fn needed<'a>(
    aims: &'a BTreeMap<SettingsKey, Aim>,
    made: &'a BTreeMap<SettingsKey, Made>,
) -> impl Iterator<Item = (&'a SettingsKey, Ask, Step)> {
    let names: BTreeSet<&SettingsKey> = aims.keys().chain(made.keys()).collect();
    names.into_iter().filter_map(|name| {
        let aim = aims.get(name);
        let step = step(aim.and_then(|aim| aim.forward.as_ref()), made.get(name))?;
        Some((name, ask(aim), step))
    })
}

fn step(forward: Option<&Forward>, row: Option<&Made>) -> Option<Step> {
    let Some(forward) = forward else {
        return match row {
            None => None,
            Some(row) if row.digests.is_empty() => Some(Step::Forget),
            Some(row) => (row.state != EntryState::Gone).then_some(Step::Unregister),
        };
    };
    let register = Some(Step::Register(forward.clone()));
    match row {
        None => register,
        Some(row) if row.newest() == Some(forward.digest) => {
            if row.state == EntryState::Confirmed {
                None
            } else {
                register
            }
        }
        // Another content is replaced by removing it first.
        Some(row) if row.state == EntryState::Gone || row.digests.is_empty() => register,
        Some(_) => Some(Step::Unregister),
    }
}

fn due(row: &Made, ask: &Ask, recovered_ms: i64, now_ms: i64) -> i64 {
    let was_silence = row.failure.as_ref().is_some_and(|failure| failure.kind.is_silence());
    if row.ask != *ask || (was_silence && row.at_ms < recovered_ms) { now_ms } else { row.next(now_ms) }
}

/// A name of which nothing is asked is to be absent.
fn ask(aim: Option<&Aim>) -> Ask {
    aim.and_then(|aim| aim.ask.clone())
}

/// Without the URL, which may hold a secret.
impl std::fmt::Debug for Forward {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Forward").field("provider_id", &self.provider_id).finish_non_exhaustive()
    }
}
