//! What a change decides on: the servers that it asks for by name, and a few facts about the whole state that any store
//! can tell. What is the same for a whole batch is looked up once.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::history::History;
use super::snapshot::Snapshot;
use super::tokens::Tokens;
use crate::json::Object;
use crate::model::{Access, Layout, Outside, ReadOnlyReason, SettingsKey, StoredServer};

/// The state on which a change decides: that of the batch it is in, all earlier changes applied.
pub struct Current<'a> {
    snapshot: &'a Snapshot,
    past: Option<&'a History>,
    batch: &'a Batch,
}

/// What holds of a state as a whole.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    snapshot: &'a Snapshot,
    batch: &'a Batch,
}

/// What the decisions of one batch look up once for all of them.
#[derive(Default)]
pub struct Batch(RefCell<Option<Arc<dyn Any + Send + Sync>>>);

impl<'a> Current<'a> {
    /// This state, and where they were asked for, those before it.
    pub fn new(snapshot: &'a Snapshot, past: Option<&'a History>, batch: &'a Batch) -> Self {
        Self { snapshot, past, batch }
    }

    /// One server.
    pub fn server(&self, key: &SettingsKey) -> Option<&'a Arc<StoredServer>> {
        self.snapshot.servers.get(key)
    }

    /// Every server, for a change that asks for [everything](super::Names::everything).
    pub fn servers(&self) -> &'a BTreeMap<SettingsKey, Arc<StoredServer>> {
        &self.snapshot.servers
    }

    /// The sections outside the servers, for a change that [asks](super::Names::and_outside) for them.
    pub fn outside(&self) -> &'a Outside {
        &self.snapshot.outside
    }

    /// The states that a name had before its present one, newest first, as far as this process saw them; `None` until
    /// they were asked for by [`Decision::NeedPast`](super::Decision::NeedPast).
    pub fn past(&self, key: &SettingsKey) -> Option<Box<[Arc<StoredServer>]>> {
        Some(self.past?.states(key).cloned().collect())
    }

    /// What holds of the state as a whole.
    pub fn facts(&self) -> Facts<'a> {
        Facts { snapshot: self.snapshot, batch: self.batch }
    }
}

impl<'a> Facts<'a> {
    /// The facts of this state.
    pub fn of(snapshot: &'a Snapshot, batch: &'a Batch) -> Self {
        Self { snapshot, batch }
    }

    /// How the servers may be used.
    pub fn access(&self) -> Access {
        self.snapshot.access()
    }

    /// Why nothing may be written at all, servers or not.
    pub fn read_only(&self) -> Option<ReadOnlyReason> {
        self.snapshot.read_only()
    }

    /// Which members servers have, and what of them is encrypted.
    pub fn layout(&self) -> &'a Layout {
        &self.snapshot.layout
    }

    /// Whether this server can be held under this name.
    pub fn can_hold(&self, key: &SettingsKey, config: Option<&Object>) -> bool {
        self.snapshot.layout.can_hold(key, config)
    }

    /// Whether there is no server.
    pub fn is_empty(&self) -> bool {
        self.snapshot.servers.is_empty()
    }

    /// What all encrypted values of the state say about these keys. `judge` is asked where that is not known yet; it
    /// must depend on nothing but the keys and the state.
    pub fn any_token<K: Any + Send + Sync>(
        &self,
        keys: &Arc<K>,
        judge: impl FnOnce(&Snapshot) -> Tokens,
    ) -> Tokens {
        self.snapshot.tokens.of(keys, || judge(self.snapshot))
    }

    /// What `look` finds, looked up once for the batch. One type of value is kept: the use-cases agree on it.
    pub fn once<T: Any + Send + Sync>(&self, look: impl FnOnce() -> T) -> Arc<T> {
        let known = self.batch.0.borrow().clone();
        if let Some(found) = known.and_then(|known| known.downcast::<T>().ok()) {
            return found;
        }
        let found = Arc::new(look());
        *self.batch.0.borrow_mut() = Some(Arc::clone(&found) as _);
        found
    }
}

impl Batch {
    /// Has everything looked up again.
    pub(super) fn forget(&self) {
        self.0.borrow_mut().take();
    }
}
