//! Deleting a server.

use crate::model::Edit;
use crate::store::{Current, Names, OriginNote};

use super::commit::{Step, UseCase, WriteContext};
use super::effect::Effect;
use super::launching::withdrawal;
use super::permit::permitted;
use super::state_context::{State, StateContext};
use super::{Service, ServiceError, Write, Written};

impl Service {
    /// Deletes a server, a malformed one too.
    pub async fn delete(&self, write: Write) -> Result<Written, ServiceError> {
        let caller = write.caller.clone();
        let written = self.run(deletion(write)).await?;
        self.settle_withdrawal(&caller).await?;
        Ok(written)
    }

    /// What [`Service::delete`] would come to.
    pub async fn try_delete(&self, write: Write) -> Result<Written, ServiceError> {
        self.look(deletion(write)).await
    }
}

pub(super) fn deletion(write: Write) -> UseCase<Written> {
    let (names, author) = (Names::these([write.key.clone()]), Some(write.caller.author.clone()));
    UseCase::new(names, author, move |current, context| decide(current, &write, context))
}

fn decide(
    current: &Current<'_>,
    write: &Write,
    context: &WriteContext,
) -> Result<Step<Written>, ServiceError> {
    let keys = context.keys_for(current);
    let rules = StateContext::of(current, &keys, context, &write.caller);
    let (_, state) = permitted(current, write, &rules, context.options)?;
    let (remove, written) = removal(write, state, context);
    Ok(Step::Edit(vec![remove], written))
}

/// What removes a server that is in this state, and what it comes to.
pub(super) fn removal(write: &Write, state: State, context: &WriteContext) -> (Effect, Written) {
    let before = context.destinations().map(|destinations| destinations.at_state(&state.config));
    let origin = before.map(|before| OriginNote::Removed { name: write.key.clone(), before });
    let written =
        Written { is_created: false, before: Some(state.tag), after: None, is_verbatim: false, body: None };
    let remove = Effect::from(Edit::Remove { key: write.key.clone() });
    (remove.with_run(withdrawal(&write.caller, &write.key)).with_origin(origin), written)
}
