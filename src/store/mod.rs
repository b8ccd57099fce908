//! Where the servers are kept: a small trait, so that a file and a database can be used alike.
//! A store knows no HTTP, no names that clients may use and no plaintext.

pub mod conformance;
pub mod file;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

pub use self::error::StoreError;
pub use self::history::History;
pub use self::tombstones::{Tombstone, Tombstones};
use crate::model::{
    Access, Author, Edit, Layout, Outside, PlaceReason, ReadOnlyReason, SettingsKey, StoredServer,
};

mod error;
mod history;
mod tombstones;

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
}

impl Snapshot {
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

/// The state on which a change decides: that of the batch it is in, all earlier changes applied.
pub struct Current<'a> {
    /// The state.
    pub snapshot: &'a Snapshot,
    /// The states that this process saw before it.
    pub history: &'a History,
}

/// What a change wants done.
#[derive(Debug)]
pub enum Decision {
    /// Do this, durably.
    Edit(Vec<Edit>),
    /// The state is already as wanted; make sure that it is durable.
    Keep,
    /// Do these edits, if there are any, and write even where they change nothing; and let it be too large where
    /// other edits would be. So a state that is already as wanted costs and fails as a change does.
    Rewrite {
        /// What to do.
        edits: Vec<Edit>,
        /// By what its size is judged.
        judged: Vec<Edit>,
    },
    /// Nothing is to be done; the change has kept its reason to itself. Answered, like every decision,
    /// when the batch is durable.
    Reject,
    /// A key is needed to seal a value. The store calls its [`Provisioner`] under its lock and asks again, once.
    NeedKey,
}

impl Decision {
    /// The edits by which the size of the outcome is judged.
    pub fn judged(&self) -> &[Edit] {
        match self {
            Self::Edit(judged) | Self::Rewrite { judged, .. } => judged,
            Self::Keep | Self::Reject | Self::NeedKey => &[],
        }
    }
}

/// One change, run exclusively.
pub struct Change {
    /// Which servers it may touch.
    pub names: Names,
    /// Who makes it.
    pub author: Option<Author>,
    /// When its waiting ends, if it has not been taken into a batch by then.
    pub deadline: Instant,
    /// Decides from the current state. Pure, but for the reason or answer that it keeps for its caller;
    /// it may be asked again on another state, and then its last decision counts.
    pub decide: Box<dyn Fn(&Current<'_>) -> Decision + Send + Sync>,
}

/// The servers that a change names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// These.
    These(Vec<SettingsKey>),
    /// All that there are.
    All,
}

/// Makes the key file, where that is allowed, while the store holds its lock (DESIGN §5.5).
pub trait Provisioner: Send + Sync {
    /// Tries to have a key; the change is asked again whatever comes of it.
    fn provision(&self, snapshot: &Snapshot);
}

/// The future of a commit.
pub type Commit = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// A place where servers are kept, shared with other processes.
pub trait Store: Send + Sync {
    /// The current state if that can be told without waiting (at most one `stat`), else nothing: then
    /// [`Store::read`] tells it.
    fn peek(&self) -> Option<Result<Arc<Snapshot>, StoreError>>;

    /// The current state. Blocks on file reads, never on a lock.
    fn read(&self) -> Result<Arc<Snapshot>, StoreError>;

    /// The current state, and whether anything can be written, looked at anew. Blocks on file reads, never on a lock.
    fn recheck(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.read()
    }

    /// Shows the newest state, and of the past that of these names, to whoever would decide on it. Blocks on
    /// file reads, never on a lock; nothing is changed. What is decided is judged as that of a change would be.
    fn examine(
        &self,
        names: &Names,
        look: &mut dyn FnMut(&Current<'_>) -> Decision,
    ) -> Result<(), StoreError>;

    /// Runs a change while nobody else can write. The future is ready when the outcome is durable, or when
    /// the change was given up at its deadline; it never blocks.
    fn commit(&self, change: Change) -> Commit;

    /// The newest state that this process has seen, whoever made it, as it comes.
    fn changes(&self) -> watch::Receiver<Result<Arc<Snapshot>, StoreError>>;

    /// Takes no more changes; those that still wait at `deadline` are given up.
    fn close(&self, deadline: Instant);
}
