//! What whoever follows the changes asks of a state: what it has beside another one, and who made it so. Secrets
//! are opened to be compared in here; none goes further. It refuses to know who is told.

use std::sync::Arc;

use tokio::sync::watch;

use crate::json::Pointer;
use crate::model::{Access, SettingsKey, config};
use crate::projection::differing;
use crate::store::{Departure, Snapshot, StoreError};

use super::access::Caller;
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
    /// differs as a whole. Where only the keys have changed, which changes tags, nothing does.
    pub fn differing_since(&self, before: &Self, key: &SettingsKey) -> Vec<Pointer> {
        let (Some(old), Some(new)) = (before.item(key), self.item(key)) else { return Vec::new() };
        if old.server.text == new.server.text {
            return Vec::new();
        }
        let (Ok(old), Ok(new)) = (&old.server.config, &new.server.config) else {
            return vec![Pointer::root()];
        };
        let old = config::open(old, before.snapshot.layout.sealing, &before.ring);
        let new = config::open(new, self.snapshot.layout.sealing, &self.ring);
        differing(&old, &new, self.snapshot.layout.dialect)
    }
}

impl Item {
    /// The name of the API key that wrote this state; none where another process did.
    pub fn by(&self) -> Option<&str> {
        self.server.author.as_ref().map(Caller::name_in)
    }
}
