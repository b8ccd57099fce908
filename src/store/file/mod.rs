//! The store on a settings file that other processes write too: OpenHands, editors, other instances of
//! this service. Everything blocking happens in [`Store::read`], for the caller's thread, or in the
//! store's own committer thread; locks, drafts and identities are known in here only.

mod batch;
mod committer;
mod deferred_close;
mod document_path;
mod exchange;
mod failpoints;
mod identity;
mod lock;
mod lock_fairness;
mod misplaced;
mod queue;
mod reading;
mod replace;
mod size;
mod snapshot_cache;
#[cfg(test)]
mod tests;
mod version;
mod writability;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use tokio::sync::watch;

pub use self::document_path::lock_file;
pub use self::failpoints::{Failpoints, NoFailpoints, Step};
pub use self::identity::Identity;
pub use self::misplaced::{Misplaced, check_place};

use self::committer::Committer;
use self::deferred_close::DeferredClose;
use self::document_path::DocumentPath;
use self::queue::Queue;
use self::size::{exceeds, most_read};
use self::snapshot_cache::SnapshotCache;
use crate::document::NewDocument;
use crate::store::{Change, Commit, Current, Decision, Names, Provisioner, Snapshot, Store, StoreError};

/// How many bytes a document may have where nothing else is chosen.
pub const LARGEST: usize = 64 << 20;

/// How a file store is opened.
pub struct FileStoreOptions {
    /// The document; a link is followed.
    pub path: PathBuf,
    /// What a document looks like that this store creates.
    pub new: NewDocument,
    /// How many bytes the document may have after a change. One that is larger is read up to twice as many.
    pub largest: usize,
    /// How many changes may wait.
    pub queue_bound: usize,
    /// Who makes a key when a change needs one.
    pub provisioner: Option<Arc<dyn Provisioner>>,
    /// Who stands between the store and the disk.
    pub failpoints: Arc<dyn Failpoints>,
}

impl FileStoreOptions {
    /// The options of production, for this document.
    pub fn new(path: impl Into<PathBuf>, new: NewDocument) -> Self {
        let (path, largest, failpoints) = (path.into(), LARGEST, Arc::new(NoFailpoints));
        Self { path, new, largest, queue_bound: 1_024, provisioner: None, failpoints }
    }
}

/// A store on a file.
pub struct FileStore {
    view: Arc<SnapshotCache>,
    queue: Arc<Queue>,
    largest: usize,
}

impl FileStore {
    /// Opens the store and looks at the document once. It waits for no lock, and a document that can't be
    /// used is no failure: it may be mended while the service runs.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread.
    pub fn open(options: FileStoreOptions) -> io::Result<Self> {
        let FileStoreOptions { path, new, largest, queue_bound, provisioner, failpoints } = options;
        let place = DocumentPath::new(&path);
        if let Err(error) = place.make_directory(&*failpoints) {
            tracing::warn!(error = %error, "could not make the folder of the settings document");
        }
        let view =
            Arc::new(SnapshotCache::open(place.clone(), new, Arc::clone(&failpoints), most_read(largest)));
        let queue = Queue::new(queue_bound);
        let release = DeferredClose::start()?;
        let committer = Committer::new(
            place,
            failpoints,
            provisioner,
            Arc::clone(&view),
            Arc::clone(&queue),
            release,
            largest,
        );
        thread::Builder::new().name("committer".into()).spawn(move || committer.run())?;
        Ok(Self { view, queue, largest })
    }

    /// [`Store::commit`] for a thread that may block; it needs no runtime.
    ///
    /// # Errors
    ///
    /// As those of [`Store::commit`].
    pub fn commit_blocking(&self, change: Change) -> Result<(), StoreError> {
        self.queue.submit_blocking(change)
    }
}

impl Store for FileStore {
    fn peek(&self) -> Option<Result<Arc<Snapshot>, StoreError>> {
        self.view.peek()
    }

    fn read(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.view.read()
    }

    fn recheck(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.view.check_place();
        self.view.read()
    }

    fn examine(
        &self,
        names: &Names,
        look: &mut dyn FnMut(&Current<'_>) -> Decision,
    ) -> Result<(), StoreError> {
        let (snapshot, version) = self.view.read_version()?;
        let history = self.view.history_of(names);
        let decision = look(&Current { snapshot: &snapshot, history: &history });
        match exceeds(&version.document, decision.judged(), self.largest) {
            true => Err(StoreError::TooLarge { largest: self.largest }),
            false => Ok(()),
        }
    }

    fn commit(&self, change: Change) -> Commit {
        self.queue.submit(change)
    }

    fn changes(&self) -> watch::Receiver<Result<Arc<Snapshot>, StoreError>> {
        self.view.follow()
    }

    fn close(&self, deadline: Instant) {
        self.queue.close();
        // The committer may sit in a lock that another process never gives back, so somebody else must
        // watch the clock.
        let queue = Arc::clone(&self.queue);
        let watch = thread::Builder::new().name("closer".into()).spawn(move || queue.drain(deadline));
        if watch.is_err() {
            self.queue.drain(Instant::now());
        }
    }
}

/// Changes that wait are still committed; the committer ends when none is left.
impl Drop for FileStore {
    fn drop(&mut self) {
        self.queue.close();
    }
}
