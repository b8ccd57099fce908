//! Whether a write that sends no configuration may go on: the document's state, the server's, the condition.

use std::sync::Arc;

use crate::model::StoredServer;
use crate::projection::Verdict;
use crate::store::Current;

use super::state_context::{State, StateContext};
use super::update::check_access;
use super::{Options, ServiceError, Write};

/// The server that the write names, as it is stored and as the condition has found it.
pub(super) fn permitted<'a>(
    current: &Current<'a>,
    write: &Write,
    rules: &StateContext<'_>,
    options: Options,
) -> Result<(&'a Arc<StoredServer>, State), ServiceError> {
    check_access(&current.facts())?;
    let key = &write.key;
    let server = current.server(key).ok_or(ServiceError::UnknownServer)?;
    if options.require_preconditions && write.precondition.is_absent() {
        return Err(ServiceError::PreconditionRequired);
    }
    let state = rules.state(key, server);
    match write.precondition.judge(Some(&state.tag)) {
        Verdict::Holds => Ok((server, state)),
        verdict => Err(rules.conflict(verdict, state, None)),
    }
}
