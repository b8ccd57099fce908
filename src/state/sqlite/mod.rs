//! The state store as an SQLite database, shared by every process on the settings file. Callers never wait for it on
//! their own thread. Where the file can't be used the store works on in memory, and says so.

mod bag_rows;
mod connection;
mod error;
mod file_system;
mod files;
mod keeper;
mod lists;
mod opening;
mod origin_rows;
mod rows;
mod run_rows;
mod schema;
mod sealed;
mod shared;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::watch;

use self::keeper::Keeper;
use self::opening::Setup;
pub use self::sealed::{Fate, ResealError, Resealed, check_reseal, reseal};
use self::shared::Shared;
use super::{
    AuthorNote, Authorship, Change, Kept, ListId, Remembered, RunLock, StateDirectory, StateKey, StateStore,
    TextSealer, Trouble, run_lock,
};
use crate::model::{SettingsKey, StateDigest};

/// A state store in the folder for the state.
pub struct SqliteState {
    folder: PathBuf,
    setup: Setup,
    shared: Arc<Shared>,
    /// Closed when the thread has ended.
    ended: Mutex<Option<Receiver<()>>>,
}

impl SqliteState {
    /// A store that is opened when it is started.
    pub fn new(directory: &StateDirectory) -> Self {
        Self::with_setup(directory.path().to_owned(), Setup::OWN)
    }

    /// Whether a service has begun one in this folder.
    pub fn is_in(directory: &StateDirectory) -> bool {
        directory.path().join(files::DATABASE).exists()
    }

    /// The same with this to encrypt texts; else they are not stored.
    #[must_use]
    pub fn sealed_by(mut self, sealer: Arc<dyn TextSealer>) -> Self {
        self.setup.sealer = Some(sealer);
        self
    }

    /// A store in any folder.
    #[cfg(test)]
    pub(super) fn in_folder(folder: &std::path::Path) -> Self {
        Self::with_setup(folder.to_owned(), Setup::OWN).sealed_by(Arc::new(tests::Spelled))
    }

    /// The same where the file system is another machine's.
    #[cfg(test)]
    pub(super) fn in_remote_folder(folder: &std::path::Path) -> Self {
        let setup = Setup { is_local: |_| false, ..Setup::OWN };
        Self::with_setup(folder.to_owned(), setup).sealed_by(Arc::new(tests::Spelled))
    }

    fn with_setup(folder: PathBuf, setup: Setup) -> Self {
        Self { folder, setup, shared: Arc::default(), ended: Mutex::default() }
    }
}

impl StateStore for SqliteState {
    fn start(&self) -> io::Result<()> {
        let keeper = Keeper::new(&self.folder, self.setup.clone(), Arc::clone(&self.shared));
        let (end, ended) = mpsc::channel::<()>();
        thread::Builder::new().name("state".to_owned()).spawn(move || {
            keeper.run();
            drop(end);
        })?;
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        Ok(())
    }

    fn peek(&self) -> Option<Arc<Remembered>> {
        self.shared.now()
    }

    fn opened(&self) -> BoxFuture<'_, Arc<Remembered>> {
        let mut seen = self.shared.seen();
        async move {
            match seen.wait_for(Option::is_some).await {
                Ok(remembered) => remembered.clone().unwrap_or_default(),
                // The sender lives as long as we do.
                Err(_) => Arc::default(),
            }
        }
        .boxed()
    }

    fn watch(&self) -> watch::Receiver<Option<Arc<Remembered>>> {
        self.shared.seen()
    }

    fn write(&self, changes: Vec<Change>) -> BoxFuture<'static, Kept> {
        let stored = self.shared.push(changes);
        // A thread that is gone answers nobody.
        async move { stored.await.unwrap_or(Kept::Pending) }.boxed()
    }

    fn note_authors(&self, notes: Vec<AuthorNote>) {
        self.shared.note_authors(notes);
    }

    fn author_of(&self, name: &SettingsKey, state: &StateDigest) -> Option<Authorship> {
        self.shared.author_of(name, state)
    }

    fn authors(&self) -> Vec<(SettingsKey, Authorship)> {
        self.shared.authors()
    }

    fn state_key(&self) -> Option<StateKey> {
        self.shared.key()
    }

    fn publish_instances(&self, views: Vec<(SettingsKey, Option<String>)>) {
        self.shared.publish_instances(views);
    }

    fn published_instances(&self) -> Vec<(SettingsKey, Arc<str>)> {
        self.shared.published_instances()
    }

    fn keep_list(&self, list: ListId, text: Arc<str>) {
        self.shared.keep_list(list, text);
    }

    fn read_list(&self, list: ListId) -> BoxFuture<'static, Option<Arc<str>>> {
        match self.shared.read_list(list) {
            Ok(text) => ready(Some(text)).boxed(),
            // A thread that is gone answers nobody.
            Err(read) => async move { read.await.ok().flatten() }.boxed(),
        }
    }

    fn try_run_lock(&self) -> io::Result<Option<RunLock>> {
        RunLock::try_in(&self.folder, run_lock::RUN)
    }

    fn try_gateway_lock(&self) -> io::Result<Option<RunLock>> {
        RunLock::try_in(&self.folder, run_lock::GATEWAYS)
    }

    fn can_approve(&self) -> bool {
        self.shared.can_approve()
    }

    fn troubles(&self) -> Vec<Trouble> {
        self.shared.troubles().into_iter().collect()
    }

    fn close(&self, deadline: Instant) {
        let Some(ended) = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        self.shared.end();
        // An error says that the thread has ended.
        ended.recv_timeout(deadline.saturating_duration_since(Instant::now())).err();
    }
}

/// A store that is given up ends as one that is closed: what waits is stored.
impl Drop for SqliteState {
    fn drop(&mut self) {
        self.shared.end();
    }
}
