//! Reading: from the read model of the newest state, which is there already unless the state changed.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::blocking;
use crate::model::reference::ReferenceRules;
use crate::secrets::Keys;
use crate::store::Snapshot;

use super::{ReadModel, Service, ServiceError};

/// The read model that was made last.
pub(super) struct ReadCache {
    keys: Arc<Keys>,
    references: Arc<ReferenceRules>,
    newest: ArcSwapOption<ReadModel>,
}

impl ReadCache {
    pub(super) fn new(keys: &Arc<Keys>, references: Arc<ReferenceRules>) -> Self {
        Self { keys: Arc::clone(keys), references, newest: ArcSwapOption::empty() }
    }

    /// The one of this state, if it is the last.
    fn known(&self, snapshot: &Arc<Snapshot>) -> Option<Arc<ReadModel>> {
        let known = self.newest.load_full()?;
        known.is_of(snapshot, &self.keys.ring()).then_some(known)
    }

    /// The one of this state, which is the last from now on. Blocks on decryption.
    pub(super) fn of(&self, snapshot: Arc<Snapshot>) -> Arc<ReadModel> {
        self.known(&snapshot).unwrap_or_else(|| {
            let (ring, references) = (self.keys.ring(), Arc::clone(&self.references));
            let previous = self.newest.load_full();
            let model = Arc::new(ReadModel::new(snapshot, ring, references, previous.as_deref()));
            self.newest.store(Some(Arc::clone(&model)));
            model
        })
    }
}

impl Service {
    /// The newest state, if it is known without waiting.
    fn peek(&self) -> Option<Result<Arc<ReadModel>, ServiceError>> {
        if self.reads.keys.is_look_due() {
            return None;
        }
        match self.store.peek()? {
            Ok(snapshot) => self.reads.known(&snapshot).map(Ok),
            Err(error) => Some(Err(error.into())),
        }
    }

    /// The newest state.
    pub async fn newest(&self) -> Result<Arc<ReadModel>, ServiceError> {
        match self.peek() {
            Some(seen) => seen,
            None => self.load().await,
        }
    }

    /// The newest state, with the newest keys.
    pub async fn load(&self) -> Result<Arc<ReadModel>, ServiceError> {
        let snapshot = self.store.read().await?;
        Ok(self.read_model(snapshot).await)
    }

    /// The newest state, with another look at whether anything can be written.
    pub async fn recheck(&self) -> Result<Arc<ReadModel>, ServiceError> {
        let snapshot = self.store.recheck().await?;
        Ok(self.read_model(snapshot).await)
    }

    /// Keys are looked at after the state was read: who seals with a new key has put it in the key file before.
    async fn read_model(&self, snapshot: Arc<Snapshot>) -> Arc<ReadModel> {
        let reads = Arc::clone(&self.reads);
        if reads.keys.are_settled()
            && let Some(known) = reads.known(&snapshot)
        {
            return known;
        }
        blocking::run(move || {
            reads.keys.refresh();
            reads.of(snapshot)
        })
        .await
    }
}
