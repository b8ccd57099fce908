//! What a renaming and a copy have in common: a server, a condition on it, and a name that no server may have yet.
//! What becomes of the server is for each of them to decide.

use crate::model::ServerName;
use crate::store::{Current, Names};

use super::commit::{Step, UseCase, WriteContext};
use super::{Service, ServiceError, Write, Written};

/// A request to give a server, or a copy of it, a name.
pub(super) struct NewName {
    /// The server that is there, and the condition on it.
    pub(super) write: Write,
    pub(super) to: ServerName,
    /// Whether the answer has the tag.
    pub(super) shows_tag: bool,
}

/// What becomes of such a request on a state.
pub(super) type Decide = fn(&Current<'_>, &NewName, &WriteContext) -> Result<Step<Written>, ServiceError>;

impl NewName {
    /// The use-case, which decides like this.
    fn decided_by(self, decide: Decide) -> UseCase<Written> {
        let names = Names::these([self.write.key.clone(), self.to.key().clone()]);
        let author = Some(self.write.caller.author.clone());
        UseCase::new(names, author, move |current, context| decide(current, &self, context))
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
        self.run(NewName { write, to, shows_tag: true }.decided_by(decide)).await
    }

    /// Decides on the newest state, and drops what was decided.
    pub(super) async fn try_give_name(
        &self,
        write: Write,
        to: ServerName,
        decide: Decide,
    ) -> Result<Written, ServiceError> {
        let shows_tag = write.caller.may_reveal();
        self.look(NewName { write, to, shows_tag }.decided_by(decide)).await
    }
}
