//! Reading: from the projection of the newest state, which is there already unless the state changed.

use std::sync::Arc;

use crate::store::Snapshot;

use super::{ReadModel, Service, ServiceError};

impl Service {
    /// The newest state, if it can be told without waiting; else [`Service::load`] tells it.
    pub fn peek(&self) -> Option<Result<Arc<ReadModel>, ServiceError>> {
        if self.keys.is_look_due() {
            return None;
        }
        match self.store.peek()? {
            Ok(snapshot) => {
                let projected = self.projected.load_full()?;
                projected.is_of(&snapshot, &self.keys.ring()).then(|| Ok(projected))
            }
            Err(error) => Some(Err(error.into())),
        }
    }

    /// The newest state. Blocks on file reads and on decryption.
    pub fn load(&self) -> Result<Arc<ReadModel>, ServiceError> {
        self.keys.refresh();
        Ok(self.project(self.store.read()?))
    }

    /// The newest state, and whether anything can be written, looked at anew. Blocks as [`Service::load`] does.
    pub fn recheck(&self) -> Result<Arc<ReadModel>, ServiceError> {
        Ok(self.project(self.store.recheck()?))
    }

    fn project(&self, snapshot: Arc<Snapshot>) -> Arc<ReadModel> {
        let ring = self.keys.ring();
        let known = self.projected.load_full();
        match known {
            Some(projected) if projected.is_of(&snapshot, &ring) => projected,
            known => {
                let projected = Arc::new(ReadModel::new(snapshot, ring, known.as_deref()));
                self.projected.store(Some(Arc::clone(&projected)));
                projected
            }
        }
    }
}
