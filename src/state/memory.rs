//! A state store in memory: for a service that has no folder for its state. What it remembers ends with the process.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::{Change, Kept, Remembered, StateKey, StateStore, Trouble};

/// Remembers as long as it lives.
pub struct MemoryState {
    remembered: Mutex<Arc<Remembered>>,
    key: StateKey,
}

impl Default for MemoryState {
    fn default() -> Self {
        Self { remembered: Mutex::default(), key: StateKey::random() }
    }
}

impl MemoryState {
    fn now(&self) -> Arc<Remembered> {
        Arc::clone(&self.remembered.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl StateStore for MemoryState {
    fn start(&self) -> io::Result<()> {
        Ok(())
    }

    fn peek(&self) -> Option<Arc<Remembered>> {
        Some(self.now())
    }

    fn opened(&self) -> BoxFuture<'_, Arc<Remembered>> {
        ready(self.now()).boxed()
    }

    fn write(&self, changes: Vec<Change>) -> BoxFuture<'static, Kept> {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Arc::make_mut(&mut remembered);
        changes.iter().for_each(|change| now.apply(change));
        ready(Kept::InMemory).boxed()
    }

    fn state_key(&self) -> Option<StateKey> {
        Some(self.key.clone())
    }

    fn troubles(&self) -> Vec<Trouble> {
        Vec::new()
    }

    fn close(&self, _: Instant) {}
}
