//! Carries out one step at a gateway: writes the row, makes the calls, writes what came of them. It may end between any two
//! of these and be done again. It does not decide which step.

use super::core::{Ask, Digest, Forward, Made, Step};
use super::{Base, Failure, FailureKind, Gateway, Rows, ToolGroup};
use crate::model::SettingsKey;

/// How often something of ours that is in the way is removed within one step.
const MOST_REPLACEMENTS: usize = 2;

/// Where a step is carried out.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) base: &'a Base,
    pub(super) gateway: &'a dyn Gateway,
    pub(super) rows: &'a dyn Rows,
    /// Milliseconds of Unix time.
    pub(super) now: &'a (dyn Fn() -> i64 + Sync),
    /// A number from 0 to 1.
    pub(super) jitter: fn() -> f64,
}

/// What has come of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// It is to be tried again.
    Failed(FailureKind),
    /// A row could not be stored, so that nothing may be called.
    NotStored,
}

/// The digest of what a gateway has; none of what no call of ours leaves.
pub(super) fn digest(rows: &dyn Rows, group: &ToolGroup) -> Option<Digest> {
    if group.has_args { None } else { rows.digest(&group.id, &group.provider_id, group.url.as_deref()) }
}

impl Place<'_> {
    /// Carries out a step for a request. `row` is the row of the name, if there is one.
    pub(super) async fn perform(
        &self,
        name: &SettingsKey,
        row: Option<&Made>,
        ask: &Ask,
        step: &Step,
    ) -> Outcome {
        match (step, row) {
            (Step::Register(forward), row) => self.register(name, row, ask, forward).await,
            (Step::Unregister, Some(row)) => self.unregister(name, row, ask).await,
            (Step::Forget | Step::Unregister, _) => self.write(name, None, Outcome::Done).await,
        }
    }

    /// Writes that an attempt failed.
    pub(super) async fn fail(
        &self,
        name: &SettingsKey,
        row: Option<&Made>,
        ask: &Ask,
        failure: Failure,
    ) -> Outcome {
        let kind = failure.kind;
        let row = Made::failed(row, ask, failure, (self.now)(), (self.jitter)());
        self.write(name, Some(row), Outcome::Failed(kind)).await
    }

    async fn register(
        &self,
        name: &SettingsKey,
        row: Option<&Made>,
        ask: &Ask,
        forward: &Forward,
    ) -> Outcome {
        // A gateway takes what it has already as if it were new, and from the claim on it counts as ours.
        if row.is_none_or(|row| row.digests.is_empty()) {
            match self.gateway.read(name.as_str()).await {
                Ok(None) => {}
                Ok(Some(_)) => return self.fail(name, row, ask, Failure::in_the_way(self.base)).await,
                Err(failure) => return self.fail(name, row, ask, failure).await,
            }
        }
        let mut row = Made::attempting(row, forward.digest, ask, (self.now)());
        if self.write(name, Some(row.clone()), Outcome::Done).await != Outcome::Done {
            return Outcome::NotStored;
        }
        let failure = match self.put(name, &row, forward).await {
            Ok(()) => {
                let row = row.confirmed(ask, (self.now)());
                return self.write(name, Some(row), Outcome::Done).await;
            }
            Err(failure) => failure,
        };
        let may_have_left_something = matches!(failure.kind, FailureKind::Refused(_));
        if may_have_left_something {
            let remnant = self.rows.digest(name.as_str(), &forward.provider_id, None);
            remnant.into_iter().for_each(|remnant| row.claim_remnant(remnant));
        }
        let outcome = self.fail(name, Some(&row), ask, failure).await;
        if may_have_left_something && outcome != Outcome::NotStored {
            // Where this fails the row remains, and with it the claim.
            drop(self.take_away(name, &row).await);
        }
        outcome
    }

    /// Registers, and replaces what is in the way if it is ours.
    async fn put(&self, name: &SettingsKey, row: &Made, forward: &Forward) -> Result<(), Failure> {
        let mut left = MOST_REPLACEMENTS;
        loop {
            let put = self.gateway.register(name.as_str(), &forward.provider_id, &forward.url).await;
            let failure = match put {
                Err(failure) if failure.kind == FailureKind::AlreadyExists && 0 < left => failure,
                other => return other,
            };
            left -= 1;
            let found = self.gateway.read(name.as_str()).await?;
            match found.map(|group| digest(self.rows, &group)) {
                None => {}
                Some(there) if there == Some(forward.digest) => return Ok(()),
                Some(there) if row.has(there) => self.gateway.unregister(name.as_str()).await?,
                Some(_) => return Err(failure),
            }
        }
    }

    async fn unregister(&self, name: &SettingsKey, row: &Made, ask: &Ask) -> Outcome {
        match self.take_away(name, row).await {
            Ok(()) => {
                let row = row.clone().gone(ask, (self.now)());
                self.write(name, Some(row), Outcome::Done).await
            }
            Err(failure) => self.fail(name, Some(row), ask, failure).await,
        }
    }

    /// Removes what is there, if it is ours.
    async fn take_away(&self, name: &SettingsKey, row: &Made) -> Result<(), Failure> {
        match self.gateway.read(name.as_str()).await? {
            Some(group) if row.has(digest(self.rows, &group)) => self.gateway.unregister(name.as_str()).await,
            _ => Ok(()),
        }
    }

    async fn write(&self, name: &SettingsKey, row: Option<Made>, then: Outcome) -> Outcome {
        let is_stored = self.rows.record(self.base, vec![(name.clone(), row)]).await;
        if is_stored { then } else { Outcome::NotStored }
    }
}
