//! A write whose precondition failed: it has been done already, or it is in conflict. Which of them, and
//! what the client needs to merge, is worked out when the exclusive section is over: of many writers to one
//! server all but one come here, and nobody else is to wait for them.

use std::sync::Arc;

use crate::model::plain_names::PlainNames;
use crate::model::reference::ReferenceRules;
use crate::projection::Verdict;

use super::state_context::{State, StateContext};
use super::tag_cache::CachedState;
use super::update_request::Update;
use super::{Conflict, ServiceError, Written, replay};

/// All that there is to know of such a write.
pub(super) struct FailedWrite {
    pub(super) update: Arc<Update>,
    pub(super) verdict: Verdict,
    /// The state that the precondition was judged against, with those before it; none where none was.
    pub(super) judged: Option<Arc<CachedState>>,
    pub(super) plain_names: Arc<PlainNames>,
    pub(super) references: Arc<ReferenceRules>,
}

impl FailedWrite {
    /// Whether it may have been done already: then the states before the judged one are needed.
    pub(super) fn may_be_retry(&self) -> bool {
        self.verdict == Verdict::IfMatchFailed && self.update.write.precondition.if_none_match.is_absent()
    }

    /// What it has come to.
    pub(super) fn outcome(self) -> Result<Written, ServiceError> {
        let may_be_retry = self.may_be_retry();
        let Self { update, verdict, judged, plain_names, references } = self;
        let Some(judged) = judged else { return Err(Conflict::with_nothing(verdict).into()) };
        let (write, sent) = (&update.write, &update.change);
        let may_reveal = write.caller.may_reveal();
        let (layout, ring) = (&judged.layout, &judged.ring);
        let (plain_names, references) = (Some(&*plain_names), &*references);
        let rules = StateContext { layout, ring, may_reveal, plain_names, references };
        let state = rules.state(&judged.key, &judged.server);
        let is_retry = may_be_retry && replay::is_retry(&update, &rules, &state, &judged);
        match state {
            State { tag, config: Ok(config) } if is_retry => {
                Ok(Written::unchanged(&judged.key, &config, tag, &update))
            }
            state => Err(rules.conflict(verdict, state, Some(sent))),
        }
    }
}
