//! What a renaming and a copy have in common: a server, a condition on it, and a name that no server may have yet.
//! What becomes of the server is for each of them to decide.

use std::sync::Arc;

use crate::model::ServerName;
use crate::secrets::Keys;
use crate::store::{Current, Names};

use super::commit::Step;
use super::{Options, Service, ServiceError, Write, Written};

/// A request to give a server, or a copy of it, a name.
pub(super) struct NewName {
    /// The server that is there, and the condition on it.
    pub(super) write: Write,
    pub(super) to: ServerName,
    /// Whether the answer has the tag.
    pub(super) shows_tag: bool,
}

/// What becomes of such a request on a state.
pub(super) type Decide = fn(&Current<'_>, &NewName, &Keys, Options) -> Result<Step<Written>, ServiceError>;

impl NewName {
    fn names(&self) -> Names {
        Names::These(vec![self.write.key.clone(), self.to.key().clone()])
    }
}

impl Service {
    /// Decides under the store's lock, and makes it durable.
    pub(super) async fn give_name(
        &self,
        write: Write,
        to: ServerName,
        decide: Decide,
    ) -> Result<Written, ServiceError> {
        let (keys, options) = (Arc::clone(&self.keys), self.options);
        let author = Some(write.caller.author.clone());
        let request = NewName { write, to, shows_tag: true };
        self.run(request.names(), author, move |current| {
            decide(current, &request, &keys, options).unwrap_or_else(Step::Refuse)
        })
        .await
    }

    /// Decides on the newest state, and drops what was decided. Blocks on file reads and on decryption.
    pub(super) fn try_give_name(
        &self,
        write: Write,
        to: ServerName,
        decide: Decide,
    ) -> Result<Written, ServiceError> {
        let shows_tag = write.caller.may_reveal();
        let request = NewName { write, to, shows_tag };
        self.look(&request.names(), |current| {
            decide(current, &request, &self.keys, self.options).unwrap_or_else(Step::Refuse)
        })
    }
}
