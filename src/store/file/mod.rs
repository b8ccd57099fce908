//! The store on a settings file that other processes write too: OpenHands, editors, other instances of
//! this service. Everything that blocks happens on a thread that may: the store's own committer, or one of the
//! caller's runtime; locks, drafts and identities are known in here only.

mod commit_metrics;
mod committer;
mod deferred_close;
mod document_path;
mod error;
mod exchange;
mod failpoints;
mod identity;
mod lock;
mod lock_fairness;
mod misplaced;
mod options;
mod reading;
mod replace;
mod snapshot_cache;
#[cfg(test)]
pub(crate) mod tests;
mod writability;

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use tokio::sync::watch;

pub use self::document_path::lock_file;
pub use self::error::FileError;
pub use self::failpoints::{Failpoints, NoFailpoints, Step};
pub use self::identity::Identity;
pub use self::misplaced::{Misplaced, check_place};
pub use self::options::FileStoreOptions;

use self::committer::Committer;
use self::deferred_close::DeferredClose;
use self::document_path::DocumentPath;
use self::snapshot_cache::SnapshotCache;
use crate::blocking;
use crate::store::queue::Queue;
use crate::store::size::most_read;
use crate::store::{Change, Committed, Pending, Seen, Snapshot, Store};

/// A store on a file.
pub struct FileStore {
    view: Arc<SnapshotCache>,
    queue: Arc<Queue>,
    largest: usize,
}

impl FileStore {
    /// Opens the store and looks at the document once. It waits for no lock, and a document that can't be
    /// used is no failure: it may be repaired while the service runs.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread.
    pub fn open(options: FileStoreOptions) -> io::Result<Self> {
        let FileStoreOptions { new, largest, queue_bound, .. } = options;
        let (place, failpoints) = (DocumentPath::new(&options.path), Arc::clone(&options.failpoints));
        if let Err(error) = place.make_directory(&*failpoints) {
            tracing::warn!(error = %error, "could not make the folder of the settings document");
        }
        let view = Arc::new(SnapshotCache::open(place.clone(), new, failpoints, most_read(largest)));
        let queue = Queue::new(queue_bound);
        let release = DeferredClose::start()?;
        let committer = Committer::new(place, options, Arc::clone(&view), Arc::clone(&queue), release);
        thread::Builder::new().name("committer".into()).spawn(move || committer.run())?;
        Ok(Self { view, queue, largest })
    }
}

impl Store for FileStore {
    fn peek(&self) -> Option<Seen> {
        self.view.peek()
    }

    fn read(&self) -> Pending<Arc<Snapshot>> {
        let view = Arc::clone(&self.view);
        Box::pin(blocking::run(move || view.read()))
    }

    fn recheck(&self) -> Pending<Arc<Snapshot>> {
        let view = Arc::clone(&self.view);
        Box::pin(blocking::run(move || {
            view.check_place();
            view.read()
        }))
    }

    fn examine(&self, change: Change) -> Pending<Committed> {
        let (view, largest) = (Arc::clone(&self.view), self.largest);
        Box::pin(blocking::run(move || {
            let (snapshot, head, version) = view.read_version()?;
            let past = || view.history_of(&change.names);
            change.examine((snapshot, head), &version.document, past, largest)
        }))
    }

    fn commit(&self, change: Change) -> Pending<Committed> {
        self.queue.submit(change)
    }

    fn changes(&self) -> watch::Receiver<Seen> {
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
