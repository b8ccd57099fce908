//! The contract of a state store: what it remembers is read from memory, and what is to be remembered is there at once
//! and stored then. It does not know where.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::{AuthorNote, Authorship, Change, ListId, Remembered, RunLock, StateKey};
use crate::model::{SettingsKey, StateDigest};

/// Where the service remembers what does not belong into the settings.
pub trait StateStore: Send + Sync {
    /// Opens the store, on a thread of its own.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread.
    fn start(&self) -> io::Result<()>;

    /// What is remembered, as this process knows it now; none until the store is open. Changes of other processes are
    /// in it within a second.
    fn peek(&self) -> Option<Arc<Remembered>>;

    /// The same, once the store is open. A store whose file can't be used is open too, with what is in memory.
    fn opened(&self) -> BoxFuture<'_, Arc<Remembered>>;

    /// What [`StateStore::peek`] gives, for who waits for it to change. It may say that of what has stayed the same.
    fn watch(&self) -> watch::Receiver<Option<Arc<Remembered>>>;

    /// Makes these changes, all of them or none. [`StateStore::peek`] has them before this returns; what is returned
    /// says when and whether they are stored. Where they are not they are kept in memory, and tried again.
    fn write(&self, changes: Vec<Change>) -> BoxFuture<'static, Kept>;

    /// Notes who made states of servers. [`StateStore::author_of`] has it before this returns. It is stored soon, and
    /// without waiting for the disk: a crash may lose the newest notes, and nothing else. It never waits.
    fn note_authors(&self, notes: Vec<AuthorNote>);

    /// Who made this state of this name, and when, if that is the newest state of it that was noted. Notes of other
    /// processes are known within a second.
    fn author_of(&self, name: &SettingsKey, state: &StateDigest) -> Option<Authorship>;

    /// Every name of which an author is known, with the author of its newest state.
    fn authors(&self) -> Vec<(SettingsKey, Authorship)>;

    /// The key under which digests of states are made. It is random, made with the store, and never changes.
    fn state_key(&self) -> Option<StateKey>;

    /// Publishes what other processes are shown of these names; none where nothing is any more.
    /// [`StateStore::published_instances`] has it before this returns. It is stored soon, without waiting for the disk. It
    /// never waits.
    fn publish_instances(&self, views: Vec<(SettingsKey, Option<String>)>);

    /// What was published. That of other processes is known within a second.
    fn published_instances(&self) -> Vec<(SettingsKey, Arc<str>)>;

    /// Keeps what a launch has listed, in the place of what it listed before. It is stored soon, without waiting for the
    /// disk. It never waits.
    fn keep_list(&self, list: ListId, text: Arc<str>);

    /// What a launch has listed, if that is kept: as long as a run says so, or is of that launch.
    fn read_list(&self, list: ListId) -> BoxFuture<'static, Option<Arc<str>>>;

    /// The lock of the process that runs servers; none where another one holds it. A store in memory gives it always.
    ///
    /// # Errors
    ///
    /// Where the system does not say whether it is free.
    fn try_run_lock(&self) -> io::Result<Option<RunLock>>;

    /// The lock of the process that calls gateways, in the same way.
    ///
    /// # Errors
    ///
    /// Where the system does not say whether it is free.
    fn try_gateway_lock(&self) -> io::Result<Option<RunLock>>;

    /// Whether what is said to be approved can be trusted, and an approval can be stored. Everything in doubt is not
    /// approved.
    fn can_approve(&self) -> bool;

    /// What keeps the store from storing what it should.
    fn troubles(&self) -> Vec<Trouble>;

    /// Stores what waits, and ends. What can't be stored by `deadline` is lost. Blocks.
    fn close(&self, deadline: Instant);
}

/// What has become of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// They are on disk.
    Stored,
    /// They are in memory, as all that this store remembers: no disk has anything else.
    InMemory,
    /// They are in memory. The disk may have something else, and will have them when it can be written.
    Pending,
}

/// Why what is remembered may not outlive the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// A newer version of the service has written it.
    Newer,
    /// It can't be opened.
    Unusable,
    /// It can be read, and not written.
    NotStored,
    /// It was damaged, and was put aside for a new one.
    Damaged,
}
