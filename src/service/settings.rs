//! OpenHands' own settings routes (OPENHANDS §5). The store, the decisions and the laws are those of
//! the servers' own resources. What differs: the words, that no condition is required since its clients know
//! none, and that every answer shows the whole settings as the commit left them.

use std::sync::Arc;

use bytes::Bytes;

use crate::blocking;
use crate::model::SettingsKey;
use crate::projection::EntityTag;
use crate::secrets::Exposure;
use crate::store::{Current, Snapshot};

use super::commit::{UseCase, WriteContext};
use super::delete::deletion;
use super::settings_answer::outside;
use super::update::check_access;
use super::update_request::Update;
use super::{ServerWrite, Service, ServiceError, Write, Written};

/// What a write has come to.
pub struct Settled {
    /// What has become of the server.
    pub written: Written,
    /// What has become of each server that was written, where there may be several.
    pub servers: Vec<WrittenServer>,
    /// The settings as the commit left them, redacted: what was committed with the write is in them too.
    pub shown: Result<Bytes, ServiceError>,
}

/// One of several servers that were written together.
#[derive(Clone, Debug)]
pub struct WrittenServer {
    /// Which.
    pub key: SettingsKey,
    /// Its tag before, if it was there.
    pub before: Option<EntityTag>,
    /// Its tag now, if it is there.
    pub after: Option<EntityTag>,
}

impl Service {
    /// Creates or patches a server.
    pub async fn update_in_settings(
        &self,
        write: Write,
        change: ServerWrite,
    ) -> Result<Settled, ServiceError> {
        let update = Update::new(write, change);
        let author = update.author(&self.writes.keys.ring());
        self.write_in_settings(update.by(author)).await
    }

    /// Deletes a server, a malformed one too.
    pub async fn delete_in_settings(&self, write: Write) -> Result<Settled, ServiceError> {
        let caller = write.caller.clone();
        let settled = self.write_in_settings(deletion(write)).await?;
        self.settle_withdrawal(&caller).await?;
        Ok(settled)
    }

    async fn write_in_settings(&self, case: UseCase<Written>) -> Result<Settled, ServiceError> {
        let (written, state) = self.commit(self.writes.lenient(), case.if_also(showable)).await?;
        Ok(self.settled(written, Vec::new(), state).await)
    }

    /// What was written, and the state that its commit left.
    pub(super) async fn settled(
        &self,
        written: Written,
        servers: Vec<WrittenServer>,
        state: Arc<Snapshot>,
    ) -> Settled {
        let reads = Arc::clone(&self.reads);
        let shown = blocking::run(move || reads.of(state).settings(Exposure::Redacted)).await;
        Settled { written, servers, shown }
    }
}

/// Whether the answer can be given that a write has. It must be known before the write is made.
fn showable(current: &Current<'_>, context: &WriteContext) -> Result<(), ServiceError> {
    let (facts, keys) = (current.facts(), context.keys_for(current));
    check_access(&facts)?;
    outside(current.outside(), facts.layout().sealing, &keys.ring).map(drop)
}
