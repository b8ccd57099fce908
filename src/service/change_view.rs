//! What the event stream needs of a state: how it differs from another one, and who made it so. Secrets
//! are opened to be compared in here; none goes further. It does not know who reads the stream.

use std::sync::Arc;

use tokio::sync::watch;

use crate::json::Pointer;
use crate::model::{Access, Author, SettingsKey, config};
use crate::projection::{Secrets, differing};
use crate::store::{Snapshot, StoreError, Tombstone};

use super::{Item, ReadModel, Service};

/// Where two states of a server differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differing {
    /// For everybody: of the secrets all, as soon as one differs.
    pub places: Vec<Pointer>,
    /// Each secret by itself, if this list differs: for readers that may see secrets. `None` if either state
    /// is not known to be made by a key that may, since it may hold guesses.
    pub each_secret: Option<Vec<Pointer>>,
}

impl Service {
    /// Signals when this process has seen another state, by whichever program.
    pub fn changes(&self) -> watch::Receiver<Result<Arc<Snapshot>, StoreError>> {
        self.store.changes()
    }
}

impl ReadModel {
    /// Whether the document's servers may be written.
    pub fn access(&self) -> Access {
        self.snapshot.access()
    }

    /// Every server, sorted by name.
    pub fn items(&self) -> impl Iterator<Item = (&SettingsKey, &Arc<Item>)> {
        self.items.iter()
    }

    /// How this name left, if it is gone and a change of this process took it.
    pub fn tombstone(&self, key: &SettingsKey) -> Option<&Tombstone> {
        self.snapshot.tombstones.of(key)
    }

    /// Where a server of both states differs from what it was before. What could not be read, or can't be,
    /// differs as a whole. Where only the keys have changed, which changes tags, nothing does.
    pub fn differing_since(&self, before: &Self, key: &SettingsKey) -> Differing {
        let (Some(old), Some(new)) = (before.item(key), self.item(key)) else { return Differing::default() };
        if old.server.text == new.server.text {
            return Differing::default();
        }
        let (Ok(old_config), Ok(new_config)) = (&old.server.config, &new.server.config) else {
            return Differing { places: vec![Pointer::root()], each_secret: None };
        };
        let old_config = config::open(old_config, before.snapshot.layout.sealing, &before.ring);
        let new_config = config::open(new_config, self.snapshot.layout.sealing, &self.ring);
        let differing = |secrets| differing(&old_config, &new_config, self.snapshot.layout.dialect, secrets);
        let places = differing(Secrets::Together);
        let may_reveal = |item: &Item| item.server.author.as_ref().is_some_and(Author::may_reveal);
        let each_secret = (may_reveal(old) && may_reveal(new)).then(|| differing(Secrets::Each));
        Differing { each_secret: each_secret.filter(|each| *each != places), places }
    }

    /// The name of the API key that made a server what it was not before; none where another process did, or where
    /// only the keys have changed.
    pub fn made_by(&self, before: &Self, key: &SettingsKey) -> Option<&str> {
        let item = self.item(key)?;
        let is_made = before.item(key).is_none_or(|old| old.server.text != item.server.text);
        item.server.author.as_ref().filter(|_| is_made).map(Author::name)
    }
}
