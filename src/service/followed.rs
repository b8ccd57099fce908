//! What whoever follows the changes asks of a state: what it has beside another one, and who made it so. Secrets
//! are opened to be compared in here; none goes further. It refuses to know who is told.

use std::sync::Arc;

use tokio::sync::watch;

use crate::json::Pointer;
use crate::model::{Access, Author, SettingsKey, config};
use crate::projection::{Secrets, differing};
use crate::store::{Departure, Snapshot, StoreError};

use super::{Item, Projected, Service};

impl Service {
    /// Tells when this process has seen another state, whoever made it.
    pub fn changes(&self) -> watch::Receiver<Result<Arc<Snapshot>, StoreError>> {
        self.store.changes()
    }
}

impl Projected {
    /// Whether the document's servers may be written.
    pub fn access(&self) -> &Access {
        &self.snapshot.layout.access
    }

    /// Every server, sorted by name.
    pub fn items(&self) -> impl Iterator<Item = (&SettingsKey, &Arc<Item>)> {
        self.items.iter()
    }

    /// How this name left, if it is gone and a change of this process took it.
    pub fn departure(&self, key: &SettingsKey) -> Option<&Departure> {
        self.snapshot.departures.of(key)
    }

    /// Where a server of both states differs from what it was before. What could not be read, or can't be,
    /// differs as a whole. Where only the keys have changed, which changes tags, nothing does. Of secrets none is told
    /// apart from the others, unless whoever made the later state may see them anyway.
    pub fn differing_since(&self, before: &Self, key: &SettingsKey) -> Vec<Pointer> {
        let (Some(old), Some(new)) = (before.item(key), self.item(key)) else { return Vec::new() };
        if old.server.text == new.server.text {
            return Vec::new();
        }
        let may_reveal = new.server.author.as_ref().is_some_and(Author::may_reveal);
        let secrets = if may_reveal { Secrets::Each } else { Secrets::Together };
        let (Ok(old), Ok(new)) = (&old.server.config, &new.server.config) else {
            return vec![Pointer::root()];
        };
        let old = config::open(old, before.snapshot.layout.sealing, &before.ring);
        let new = config::open(new, self.snapshot.layout.sealing, &self.ring);
        differing(&old, &new, self.snapshot.layout.dialect, secrets)
    }

    /// The name of the API key that made a server what it was not before; none where another process did, or where
    /// only the keys have changed.
    pub fn made_by(&self, before: &Self, key: &SettingsKey) -> Option<&str> {
        let item = self.item(key)?;
        let is_made = before.item(key).is_none_or(|old| old.server.text != item.server.text);
        item.server.author.as_ref().filter(|_| is_made).map(Author::name)
    }
}
