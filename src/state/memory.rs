//! A state store in memory: for a service that has no folder for its state. What it remembers ends with the process.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::watch;

use super::authors::AuthorBook;
use super::instances::ViewBook;
use super::{
    AuthorNote, Authorship, Change, Kept, ListId, Remembered, RunLock, StateKey, StateStore, Trouble,
};
use crate::model::{SettingsKey, StateDigest};

/// Remembers as long as it lives.
pub struct MemoryState {
    /// Never none.
    remembered: watch::Sender<Option<Arc<Remembered>>>,
    authors: Mutex<AuthorBook>,
    views: Mutex<ViewBook>,
    lists: Mutex<BTreeMap<ListId, Arc<str>>>,
    key: StateKey,
    can_approve: bool,
}

impl Default for MemoryState {
    fn default() -> Self {
        Self {
            remembered: watch::Sender::new(Some(Arc::default())),
            authors: Mutex::default(),
            views: Mutex::default(),
            lists: Mutex::default(),
            key: StateKey::random(),
            can_approve: true,
        }
    }
}

impl MemoryState {
    /// One in the place of a store that can't be used: nothing is approved, since a withdrawal could not be known.
    pub fn in_place_of_a_disk() -> Self {
        Self { can_approve: false, ..Self::default() }
    }

    fn now(&self) -> Arc<Remembered> {
        self.remembered.borrow().clone().unwrap_or_default()
    }

    fn author_book(&self) -> MutexGuard<'_, AuthorBook> {
        self.authors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn view_book(&self) -> MutexGuard<'_, ViewBook> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn watch(&self) -> watch::Receiver<Option<Arc<Remembered>>> {
        self.remembered.subscribe()
    }

    fn write(&self, changes: Vec<Change>) -> BoxFuture<'static, Kept> {
        self.remembered.send_modify(|remembered| {
            let now = Arc::make_mut(remembered.get_or_insert_default());
            for change in &changes {
                if self.can_approve { now.apply(change) } else { now.apply_unstored(change) }
            }
        });
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

    fn publish_instances(&self, views: Vec<(SettingsKey, Option<String>)>) {
        self.view_book().publish(views);
    }

    fn published_instances(&self) -> Vec<(SettingsKey, Arc<str>)> {
        self.view_book().published()
    }

    fn keep_list(&self, list: ListId, text: Arc<str>) {
        let now = self.now();
        let is_wanted = |id: &ListId| {
            now.runs.values().any(|run| [Some(run.generation), run.listed].contains(&Some(id.0)))
        };
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.insert(list, text);
        lists.retain(|id, _| is_wanted(id));
    }

    fn read_list(&self, list: ListId) -> BoxFuture<'static, Option<Arc<str>>> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        ready(lists.get(&list).cloned()).boxed()
    }

    fn try_run_lock(&self) -> io::Result<Option<RunLock>> {
        Ok(Some(RunLock::of_nobody_else()))
    }

    fn try_gateway_lock(&self) -> io::Result<Option<RunLock>> {
        Ok(Some(RunLock::of_nobody_else()))
    }

    fn can_approve(&self) -> bool {
        self.can_approve
    }

    fn troubles(&self) -> Vec<Trouble> {
        Vec::new()
    }

    fn close(&self, _: Instant) {}
}
