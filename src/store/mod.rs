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
mod names;
mod note;
mod queue;
mod size;
mod snapshot;
mod tokens;
mod tombstones;
mod version;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

pub use self::change::{Answer, Change, Committed, Decide, Decision, Head};
pub use self::current::{Batch, Current, Facts};
pub use self::error::{StoreError, StoreErrorKind};
pub use self::history::History;
pub use self::names::Names;
pub use self::note::{NotNoted, Note, NoteKeeper, OriginNote};
pub use self::size::LARGEST;
pub use self::snapshot::Snapshot;
pub use self::tokens::Tokens;
pub use self::tombstones::{Tombstone, Tombstones};

/// Makes the key file, where that is allowed, while the store holds its lock (DESIGN §5.5).
pub trait Provisioner: Send + Sync {
    /// Tries to have a key; the change is asked again whatever comes of it.
    fn provision(&self, facts: &Facts<'_>);
}

/// What a store is asked for. The work goes on without being waited for; what is dropped may be given up.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// A state, or why no usable one exists.
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
