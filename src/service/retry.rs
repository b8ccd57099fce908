//! Recognises a write that is sent again because its answer was lost (law L8), by its effect: applied to
//! the state that its `If-Match` names, it gives exactly the current state.

use std::sync::Arc;

use crate::model::StoredServer;
use crate::store::Current;

use super::Write;
use super::update::{Body, Rulebook, State};

/// Whether this write has been done already.
pub(super) fn is_retry(
    current: &Current<'_>,
    write: &Write,
    sent: &Body,
    rules: &Rulebook<'_>,
    state: Option<&State>,
    server: Option<&Arc<StoredServer>>,
) -> bool {
    let (Some(state), Some(server)) = (state, server) else { return false };
    // Else a caller who may not see secrets could test guesses against what somebody else wrote.
    if !rules.may_reveal && server.author.as_ref() != Some(&write.caller.author) {
        return false;
    }
    let key = write.name.key();
    let gives_current = |before: Option<&State>| {
        let before = before.and_then(|before| before.config.as_ref().ok());
        rules.apply(sent, before).is_ok_and(|after| rules.tag(key, &after) == state.tag)
    };
    // A whole configuration without masks says by itself what it gives.
    if matches!(sent, Body::Whole(_)) && gives_current(None) {
        return true;
    }
    current
        .history
        .states(key)
        .map(|server| rules.state(key, server))
        .any(|before| write.precondition.if_match.names_strongly(&before.tag) && gives_current(Some(&before)))
}
