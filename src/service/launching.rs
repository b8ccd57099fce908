//! What a write means for approvals (DESIGN §13.3): a caller who may run servers approves what they leave, if they sent all
//! of it in clear or it was approved before. Judged with the write, kept after it. It does not know how it is kept.

use crate::model::SettingsKey;
use crate::model::config::Config;
use crate::model::merge::without_nulls;
use crate::secrets::Scope;
use crate::state::{Approval, Change, Premise, StateKey, UnixTime};

use super::access::Caller;
use super::commit::WriteContext;
use super::runnable::Approvable;
use super::server_write::{Operation, ServerWrite};
use super::state_context::StateContext;

/// A caller who may approve, and the key under which launches have digests.
pub(super) struct Approver<'a> {
    caller: &'a Caller,
    key: StateKey,
}

impl WriteContext {
    /// This caller, if what they write may be approved by it.
    pub(super) fn approver<'a>(&self, caller: &'a Caller) -> Option<Approver<'a>> {
        let may_run = caller.scopes.allow(Scope::Run) && self.state.can_approve();
        Some(Approver { caller, key: self.state.state_key().filter(|_| may_run)? })
    }
}

impl Approver<'_> {
    /// What is to be remembered of a write that makes `after` of `before`.
    pub(super) fn of_write(
        &self,
        rules: &StateContext<'_>,
        name: &SettingsKey,
        sent: &ServerWrite,
        before: Option<&Config>,
        after: &Config,
    ) -> Option<Change> {
        let after = self.approvable(rules, after)?;
        if let Some(whole) = self.sent_whole(rules, sent).filter(|whole| whole.launch == after.launch) {
            let mut approval = self.approval(after);
            approval.keep_health_check_of(&whole.members);
            return Some(Change::Approve { name: name.clone(), approval, premise: Premise::None });
        }
        let before = self.approvable(rules, before?)?;
        // What is not changed stays what it is.
        (before.launch != after.launch).then(|| self.approve(name, after, Premise::Approved(before.launch)))
    }

    /// What is to be remembered of a copy of this server.
    pub(super) fn of_copy(
        &self,
        rules: &StateContext<'_>,
        from: &SettingsKey,
        to: &SettingsKey,
        config: &Config,
    ) -> Option<Change> {
        let copy = self.approvable(rules, config)?;
        let premise = Premise::ApprovedOf(from.clone(), copy.launch);
        Some(self.approve(to, copy, premise))
    }

    fn approvable(&self, rules: &StateContext<'_>, config: &Config) -> Option<Approvable> {
        Approvable::of(config, rules.layout.dialect, &self.key)
    }

    /// What the request says by itself, where nothing of it is a mask or an encrypted value.
    fn sent_whole(&self, rules: &StateContext<'_>, sent: &ServerWrite) -> Option<Approvable> {
        let alone = match &sent.operation {
            Operation::Create(body) | Operation::Replace(body) => body.clone(),
            Operation::Merge(patch) => without_nulls(patch),
            // Its operations are about what is there.
            Operation::Patch(_) => return None,
        };
        let alone = Operation::Replace(alone).in_words(sent.words);
        // Nothing is restored for who may not see it, and nothing is there to be restored.
        let blind = StateContext { may_reveal: false, ..*rules };
        let merged = blind.merge(&alone, None).ok()?;
        if !merged.refusals.is_empty() {
            return None;
        }
        self.approvable(rules, &merged.config)
    }

    fn approve(&self, name: &SettingsKey, approvable: Approvable, premise: Premise) -> Change {
        Change::Approve { name: name.clone(), approval: self.approval(approvable), premise }
    }

    fn approval(&self, Approvable { launch, members }: Approvable) -> Approval {
        let (by, at) = (self.caller.name.to_string(), UnixTime::now());
        Approval { launch, located: None, by, at, members }
    }
}

/// What is to be remembered where this caller removes a server: what they could approve is not approved any more, should
/// another server of the name be the same.
pub(super) fn withdrawal(caller: &Caller, name: &SettingsKey) -> Option<Change> {
    caller.scopes.allow(Scope::Run).then(|| Change::Withdraw { name: name.clone() })
}
