//! A state store in memory: for a service that has no folder for its state. What it remembers ends with the process.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::authors::AuthorBook;
use super::{AuthorNote, Authorship, Change, Kept, Remembered, StateKey, StateStore, Trouble};
use crate::model::{SettingsKey, StateDigest};

/// Remembers as long as it lives.
pub struct MemoryState {
    remembered: Mutex<Arc<Remembered>>,
    authors: Mutex<AuthorBook>,
    key: StateKey,
}

impl Default for MemoryState {
    fn default() -> Self {
        Self { remembered: Mutex::default(), authors: Mutex::default(), key: StateKey::random() }
    }
}

impl MemoryState {
    fn now(&self) -> Arc<Remembered> {
        Arc::clone(&self.remembered.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn author_book(&self) -> MutexGuard<'_, AuthorBook> {
        self.authors.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn note_authors(&self, notes: Vec<AuthorNote>) {
        let mut book = self.author_book();
        book.note(notes);
        // Where nothing is kept, what is noted is as stored as it will be.
        let notes = book.unstored();
        book.settle(&notes, &self.key);
    }

    fn author_of(&self, name: &SettingsKey, state: &StateDigest) -> Option<Authorship> {
        self.author_book().author_of(name, state, Some(&self.key))
    }

    fn authors(&self) -> Vec<(SettingsKey, Authorship)> {
        self.author_book().authors()
    }

    fn state_key(&self) -> Option<StateKey> {
        Some(self.key.clone())
    }

    fn troubles(&self) -> Vec<Trouble> {
        Vec::new()
    }

    fn close(&self, _: Instant) {}
}
