//! What a request body makes of a state: merged, then judged by the rules for configurations. And what a conflict
//! shows of the state that the body would have changed.

use std::collections::HashSet;

use crate::json::{Object, Rules, check_limits};
use crate::model::config::Config;
use crate::model::merge::{Merged, Refusal};
use crate::model::secret_binding::refused;
use crate::model::state::touched_members;
use crate::model::validate::{Violation, validate};
use crate::model::{Dialect, SettingsKey};
use crate::projection::{EntityTag, Verdict, view};
use crate::secrets::Exposure;

use super::server_write::{ServerWrite, Words};
use super::state_context::{State, StateContext};
use super::{Conflict, ServiceError};

impl StateContext<'_> {
    /// What a sent body makes of a state, if it may.
    pub(super) fn apply(&self, sent: &ServerWrite, before: Option<&Config>) -> Result<Config, ServiceError> {
        let stored = before;
        let before = sent.in_its_words(stored);
        let before = before.as_deref();
        let merged = self.merge(sent, before)?;
        self.check_limits(before, &merged.config)?;
        let dialect = match sent.words {
            Words::Own => self.layout.dialect,
            // OpenHands' words have no others than the known members, whatever the document could hold.
            Words::OpenHands => Dialect::Closed,
        };
        let mut violations = validate(before, &merged.config, dialect, self.may_reveal);
        // The value in a refused place is not the one that was meant.
        let is_refused = |violation: &Violation| {
            merged.refusals.iter().any(|Refusal { pointer, .. }| {
                violation.pointer == *pointer || violation.pointer.is_below(pointer)
            })
        };
        violations.retain(|violation| !is_refused(violation));
        if !violations.is_empty() {
            return Err(ServiceError::Invalid(violations));
        }
        if !merged.refusals.is_empty() {
            return Err(ServiceError::Refused(merged.refusals));
        }
        let bound = before.map_or_else(Vec::new, |before| {
            refused(before, &merged.config, self.layout.dialect, self.may_reveal)
        });
        if !bound.is_empty() {
            return Err(ServiceError::BoundSecrets(bound));
        }
        Ok(self.in_words_of_document(sent, merged.config, stored))
    }

    /// Whether a sent body makes this of a state, and may. The tag is compared first: what lost a race
    /// gets no further, and the rules cost more than the merge.
    pub(super) fn gives(
        &self,
        key: &SettingsKey,
        tag: &EntityTag,
        sent: &ServerWrite,
        before: Option<&Config>,
    ) -> bool {
        let gives_tag = |merged: Merged| {
            let config = self.in_words_of_document(sent, merged.config, before);
            merged.refusals.is_empty() && self.tag(key, &config) == *tag
        };
        let merged = self.merge(sent, sent.in_its_words(before).as_deref());
        merged.is_ok_and(gives_tag) && self.apply(sent, before).is_ok()
    }

    /// A merge can break a limit that its parts keep. What the write leaves alone is not judged.
    fn check_limits(&self, before: Option<&Config>, after: &Config) -> Result<(), ServiceError> {
        let touched: HashSet<&str> =
            touched_members(before, after, self.may_reveal).map(|(name, _)| name).collect();
        let shown: Object = view(after, Exposure::Redacted)
            .into_iter()
            .filter(|(name, _)| touched.contains(name.as_str()))
            .collect();
        check_limits(&shown.into(), &Rules::BODY).map_err(ServiceError::BeyondLimits)
    }

    /// The failed precondition with all that a client needs to merge.
    pub(super) fn conflict(
        &self,
        verdict: Verdict,
        state: State,
        sent: Option<&ServerWrite>,
    ) -> ServiceError {
        let mut conflict = Conflict { current_tag: Some(state.tag), ..Conflict::with_nothing(verdict) };
        if let Ok(config) = state.config {
            conflict.current = Some(view(&config, Exposure::Redacted).into());
            conflict.changed = sent.map(|sent| self.differences(sent, &config));
        }
        conflict.into()
    }
}
