//! Deleting a server.

use std::sync::Arc;

use crate::model::Edit;
use crate::projection::Verdict;
use crate::secrets::Keys;
use crate::store::{Current, Names};

use super::commit::Step;
use super::update::{Rulebook, check_access};
use super::{Options, Service, ServiceError, Write, Written};

impl Service {
    /// Deletes a server, a malformed one too.
    pub async fn delete(&self, write: Write) -> Result<Written, ServiceError> {
        let (keys, options) = (Arc::clone(&self.keys), self.options);
        let names = Names::These(vec![write.name.key().clone()]);
        let author = Some(write.caller.author.clone());
        self.run(names, author, move |current| {
            decide(current, &write, &keys, options).unwrap_or_else(Step::Refuse)
        })
        .await
    }
}

pub(super) fn decide(
    current: &Current<'_>,
    write: &Write,
    keys: &Keys,
    options: Options,
) -> Result<Step<Written>, ServiceError> {
    let snapshot = current.snapshot;
    check_access(&snapshot.layout)?;
    let key = write.name.key();
    let server = snapshot.servers.get(key).ok_or(ServiceError::UnknownServer)?;
    if options.require_preconditions && write.precondition.is_absent() {
        return Err(ServiceError::PreconditionRequired);
    }
    let ring = keys.ring();
    let rules = Rulebook { layout: &snapshot.layout, ring: &ring, may_reveal: write.caller.may_reveal() };
    let state = rules.state(key, server);
    match write.precondition.judge(Some(&state.tag)) {
        Verdict::Holds => {
            let written = Written { is_created: false, before: Some(state.tag), after: None, body: None };
            Ok(Step::Edit(vec![Edit::Remove { key: key.clone() }], written))
        }
        verdict => Err(rules.conflict(verdict, Some(state), None)),
    }
}
