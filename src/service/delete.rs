//! Deleting a server.

use std::sync::Arc;

use crate::model::Edit;
use crate::secrets::Keys;
use crate::store::{Current, Names};

use super::commit::Step;
use super::permit::permitted;
use super::update::StateContext;
use super::{Options, Service, ServiceError, Write, Written};

impl Service {
    /// Deletes a server, a malformed one too.
    pub async fn delete(&self, write: Write) -> Result<Written, ServiceError> {
        let (keys, options) = (Arc::clone(&self.keys), self.options);
        let names = Names::These(vec![write.key.clone()]);
        let author = Some(write.caller.author.clone());
        self.run(names, author, move |current| {
            decide(current, &write, &keys, options).unwrap_or_else(Step::Refuse)
        })
        .await
    }

    /// What [`Service::delete`] would come to. Blocks on file reads and on decryption.
    pub fn try_delete(&self, write: &Write) -> Result<Written, ServiceError> {
        let names = Names::These(vec![write.key.clone()]);
        self.look(&names, |current| {
            decide(current, write, &self.keys, self.options).unwrap_or_else(Step::Refuse)
        })
    }
}

pub(super) fn decide(
    current: &Current<'_>,
    write: &Write,
    keys: &Keys,
    options: Options,
) -> Result<Step<Written>, ServiceError> {
    let (layout, ring) = (&current.snapshot.layout, keys.ring());
    let may_reveal = write.caller.may_reveal();
    let rules = StateContext { layout, ring: &ring, may_reveal, plain_names: None };
    let (_, state) = permitted(current, write, &rules, options)?;
    let written =
        Written { is_created: false, before: Some(state.tag), after: None, is_verbatim: false, body: None };
    Ok(Step::Edit(vec![Edit::Remove { key: write.key.clone() }], written))
}
