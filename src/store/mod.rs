//! Where the servers are kept: a small trait, so that a file and a database can be used alike.
//! A store knows no HTTP, no names that clients may use and no plaintext.

pub mod conformance;
pub mod file;
pub mod memory;

mod batch;
mod change;
mod current;
mod error;
mod history;
mod note;
mod queue;
mod size;
mod tokens;
mod tombstones;
mod version;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

pub use self::change::{Answer, Change, Committed, Decide, Decision, Head, Names};
pub use self::current::{Batch, Current, Facts};
pub use self::error::{StoreError, StoreErrorKind};
pub use self::history::History;
pub use self::note::{Note, NoteKeeper};
pub use self::size::LARGEST;
use self::tokens::TokenMemo;
pub use self::tokens::Tokens;
pub use self::tombstones::{Tombstone, Tombstones};
use crate::model::{Access, Layout, Outside, PlaceReason, ReadOnlyReason, SettingsKey, StoredServer};

/// Everything that a store held at one moment. Immutable once published.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the document's versions mean.
    pub layout: Layout,
    /// Every server under its name.
    pub servers: BTreeMap<SettingsKey, Arc<StoredServer>>,
    /// Everything else that the document says.
    pub outside: Arc<Outside>,
    /// How names left that are not there any more.
    pub tombstones: Tombstones,
    /// Why nothing can be written at the document's place, where that is known.
    pub place: Option<PlaceReason>,
    tokens: TokenMemo,
}

impl Snapshot {
    /// A state of which nothing else is known: no name has left it, and it may be written as its layout says.
    pub fn new(
        layout: Layout,
        servers: BTreeMap<SettingsKey, Arc<StoredServer>>,
        outside: Arc<Outside>,
    ) -> Self {
        let tombstones = Tombstones::default();
        Self { layout, servers, outside, tombstones, place: None, tokens: TokenMemo::default() }
    }

    /// How the servers may be used: what the document means, and what its place allows.
    pub fn access(&self) -> Access {
        match (&self.layout.access, self.place) {
            (Access::Writable, Some(reason)) => Access::ReadOnly(ReadOnlyReason::Place(reason)),
            (access, _) => access.clone(),
        }
    }

    /// Why nothing of the document may be written, servers or not.
    pub fn read_only(&self) -> Option<ReadOnlyReason> {
        match &self.layout.access {
            Access::ReadOnly(reason) => Some(*reason),
            Access::Writable | Access::NoCollection => self.place.map(ReadOnlyReason::Place),
        }
    }
}

/// Makes the key file, where that is allowed, while the store holds its lock (DESIGN §5.5).
pub trait Provisioner: Send + Sync {
    /// Tries to have a key; the change is asked again whatever comes of it.
    fn provision(&self, facts: &Facts<'_>);
}

/// What a store is asked for. The work goes on without being waited for; what is dropped may be given up.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// A state, or why there is none that can be used.
pub type Seen = Result<Arc<Snapshot>, StoreError>;

/// A place where servers are kept, shared with other processes. Every store holds the whole state in memory, so that
/// reads are of immutable snapshots. Nothing here blocks the thread that calls, or the runtime that waits.
pub trait Store: Send + Sync {
    /// The current state, if it is known without waiting; else [`Store::read`] gives it.
    fn peek(&self) -> Option<Seen>;

    /// The current state. It waits for no change.
    fn read(&self) -> Pending<Arc<Snapshot>>;

    /// The current state, with another look at whether anything can be written. It waits for no change.
    fn recheck(&self) -> Pending<Arc<Snapshot>> {
        self.read()
    }

    /// Has a change decide on the newest state, and drops what it decides: no edit is made, no key, no note. It waits
    /// for no other change. What comes of it is what would come of a commit, on the state that it was shown.
    fn examine(&self, change: Change) -> Pending<Committed>;

    /// Runs a change while nobody else can write. The change is in the queue when this returns. The future is ready when
    /// the outcome is durable, or when the change was given up at its deadline; it is given up too where the future is
    /// dropped before the change is taken.
    fn commit(&self, change: Change) -> Pending<Committed>;

    /// The newest state that this process has seen, as it comes, of all writers.
    fn changes(&self) -> watch::Receiver<Seen>;

    /// Takes no more changes; those that still wait at `deadline` are given up.
    fn close(&self, deadline: Instant);
}
