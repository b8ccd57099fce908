//! A write whose precondition failed: it has been done already, or it is in conflict. Which of them, and
//! what the client needs to merge, is worked out when the exclusive section is over: of many writers to one
//! server all but one come here, and nobody else is to wait for them.

use std::sync::Arc;

use crate::model::{Layout, StoredServer};
use crate::projection::Verdict;
use crate::secrets::KeyRing;
use crate::store::Current;

use super::update::{Rulebook, State, Update};
use super::{ServiceError, Written, retry};

/// All that there is to know of such a write.
pub(super) struct FailedWrite {
    update: Arc<Update>,
    verdict: Verdict,
    layout: Layout,
    ring: Arc<KeyRing>,
    /// The state that the precondition was judged against.
    server: Option<Arc<StoredServer>>,
    /// Those before it, newest first.
    past: Vec<Arc<StoredServer>>,
}

impl FailedWrite {
    /// Takes what it needs of the current state.
    pub(super) fn new(
        update: Arc<Update>,
        verdict: Verdict,
        current: &Current<'_>,
        ring: Arc<KeyRing>,
    ) -> Self {
        let key = update.write.name.key();
        let past = current.history.states(key).cloned().collect();
        let server = current.snapshot.servers.get(key).cloned();
        Self { verdict, layout: current.snapshot.layout.clone(), ring, server, past, update }
    }

    /// What it has come to.
    pub(super) fn outcome(self) -> Result<Written, ServiceError> {
        let Self { update, verdict, layout, ring, server, past } = self;
        let (write, sent) = (&update.write, &update.body);
        let rules = Rulebook { layout: &layout, ring: &ring, may_reveal: write.caller.may_reveal() };
        let key = write.name.key();
        let state = server.as_ref().map(|server| rules.state(key, server));
        let is_retry = verdict == Verdict::IfMatchFailed
            && write.precondition.if_none_match.is_absent()
            && retry::is_retry(&update, &rules, state.as_ref(), server.as_deref(), &past);
        match state {
            Some(State { tag, config: Ok(config) }) if is_retry => {
                Ok(Written::unchanged(key, &config, tag, &update))
            }
            state => Err(rules.conflict(verdict, state, Some(sent))),
        }
    }
}
