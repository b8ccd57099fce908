//! A store in memory: a document, its past, and nothing that outlives the process. It decides and splices as the file store
//! does, and knows no disk and no lock. Tests of the service without a disk use it, and `serve --in-memory`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Instant;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::batch::{self, Askable, Decided};
use super::queue::{Queue, TakenChange};
use super::version::Version;
use super::{Change, Committed, Head, History, LARGEST, NoteKeeper, Pending, Seen, Snapshot, Store};
use crate::blocking;
use crate::document::{NewDocument, Unreadable};
use crate::metrics::{CommitOutcome, StoreMetrics};

/// How many changes may wait.
const QUEUE_BOUND: usize = 1_024;

/// A document in memory, on which any number of stores can be opened.
#[derive(Clone)]
pub struct MemoryPlace(Arc<Place>);

struct Place {
    /// Held while a batch is decided: nobody else can write then.
    held: Mutex<Held>,
    published: ArcSwap<Published>,
    changes: watch::Sender<Seen>,
}

#[derive(Clone)]
struct Held {
    version: Arc<Version>,
    history: History,
    /// How many changes were written, those that say nothing new among them.
    writes: usize,
}

/// What readers see.
struct Published {
    version: Arc<Version>,
    head: Head,
}

/// How a store in memory is opened.
pub struct MemoryStoreOptions {
    /// How many bytes the document may have after a change.
    pub largest: usize,
    /// Who keeps what is to be remembered of changes.
    pub notes: Option<Arc<dyn NoteKeeper>>,
    /// Takes the measures of commits.
    pub metrics: StoreMetrics,
}

impl Default for MemoryStoreOptions {
    fn default() -> Self {
        Self { largest: LARGEST, notes: None, metrics: StoreMetrics::default() }
    }
}

/// A store on a document in memory.
pub struct MemoryStore(Arc<Committer>);

struct Committer {
    place: MemoryPlace,
    queue: Arc<Queue>,
    /// Held by the thread that commits what waits.
    turn: Mutex<()>,
    options: MemoryStoreOptions,
}

impl MemoryPlace {
    /// Where there is no document yet; the first change makes one like this.
    pub fn new(new: NewDocument) -> Self {
        Self::of(Held { version: Arc::new(Version::absent(new)), history: History::default(), writes: 0 })
    }

    /// A document that is there already.
    ///
    /// # Errors
    ///
    /// Where it makes no sense.
    pub fn holding(document: &[u8], new: NewDocument) -> Result<Self, Unreadable> {
        let version = Arc::new(Version::read(document, new, &Version::absent(new))?);
        Ok(Self::of(Held { version, history: History::default(), writes: 0 }))
    }

    /// Another place, which goes on from here by itself. Nothing has been written there yet.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::of(Held { writes: 0, ..self.held().clone() })
    }

    /// A store on it.
    pub fn open(&self, options: MemoryStoreOptions) -> MemoryStore {
        let queue = Queue::new(QUEUE_BOUND);
        MemoryStore(Arc::new(Committer { place: self.clone(), queue, turn: Mutex::default(), options }))
    }

    /// The document's bytes; none where there is no document yet.
    pub fn document(&self) -> Vec<u8> {
        self.held().version.bytes.clone().unwrap_or_default()
    }

    /// How many changes were written, those that say nothing new among them.
    pub fn writes(&self) -> usize {
        self.held().writes
    }

    fn of(held: Held) -> Self {
        let version = Arc::clone(&held.version);
        let (changes, _) = watch::channel(Ok(Arc::clone(&version.snapshot)));
        let published = ArcSwap::from_pointee(Published { version, head: Head::default() });
        Self(Arc::new(Place { held: Mutex::new(held), published, changes }))
    }

    /// Commits a batch: as one, and while nobody else can.
    fn commit(&self, taken: Vec<TakenChange>, options: &MemoryStoreOptions) {
        let place = &*self.0;
        let mut held = self.held();
        let began = Instant::now();
        let changes: Vec<_> = taken.iter().map(|taken| &taken.change).collect();
        let askable = Askable { provisioner: None, notes: options.notes.as_deref() };
        let Decided { copy, verdicts, notes, writes } =
            batch::decide(&held.version, None, &held.history, &changes, askable, options.largest);
        held.writes += writes;
        let outcome = if copy.is_edited { CommitOutcome::Written } else { CommitOutcome::Unchanged };
        if copy.is_edited {
            let (version, history) = copy.finish();
            held.version = Arc::new(version);
            held.history.absorb(history);
            let (version, head) = (Arc::clone(&held.version), place.published.load().head.next());
            let snapshot = Arc::clone(&version.snapshot);
            place.published.store(Arc::new(Published { version, head }));
            drop(place.changes.send_replace(Ok(snapshot)));
        }
        if let (Some(keeper), false) = (&options.notes, notes.is_empty()) {
            keeper.keep(notes);
        }
        options.metrics.committed(outcome, taken.len(), Some(began.elapsed()));
        let published = place.published.load_full();
        let outcome = Ok((Arc::clone(&published.version.snapshot), published.head));
        drop(held);
        for (taken, answer) in taken.into_iter().zip(verdicts.answers(&outcome)) {
            taken.answer(answer);
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Committer {
    /// Commits what waits, unless another thread does that already: the one that has the turn looks again before it
    /// leaves.
    fn commit_waiting(&self) {
        loop {
            let turn = match self.turn.try_lock() {
                Ok(turn) => turn,
                Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            let taken = self.queue.take();
            if !taken.is_empty() {
                self.place.commit(taken, &self.options);
            }
            drop(turn);
            if self.queue.is_empty() {
                return;
            }
        }
    }
}

impl Store for MemoryStore {
    fn peek(&self) -> Option<Seen> {
        Some(Ok(Arc::clone(&self.0.place.0.published.load().version.snapshot)))
    }

    fn read(&self) -> Pending<Arc<Snapshot>> {
        let snapshot = Arc::clone(&self.0.place.0.published.load().version.snapshot);
        Box::pin(async move { Ok(snapshot) })
    }

    fn examine(&self, change: Change) -> Pending<Committed> {
        let (place, largest) = (self.0.place.clone(), self.0.options.largest);
        Box::pin(blocking::run(move || {
            let published = place.0.published.load_full();
            let past = || place.held().history.of(&change.names);
            let version = &published.version;
            let state = (Arc::clone(&version.snapshot), published.head);
            change.examine(state, &version.document, past, largest)
        }))
    }

    fn commit(&self, change: Change) -> Pending<Committed> {
        let outcome = self.0.queue.submit(change);
        let committer = Arc::clone(&self.0);
        drop(blocking::run(move || committer.commit_waiting()));
        outcome
    }

    fn changes(&self) -> watch::Receiver<Seen> {
        self.0.place.0.changes.subscribe()
    }

    /// No change waits for longer than a batch takes.
    fn close(&self, _deadline: Instant) {
        self.0.queue.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::{self, Opener};

    #[test]
    fn a_memory_store_is_a_store() {
        conformance::holds(|| -> Opener<MemoryStore> {
            let place = MemoryPlace::new(NewDocument::Own);
            Box::new(move || place.open(MemoryStoreOptions::default()))
        });
    }

    #[test]
    fn a_memory_store_keeps_notes_with_their_changes() {
        conformance::keeps_notes(|notes| {
            let options = MemoryStoreOptions { notes: Some(notes), ..MemoryStoreOptions::default() };
            MemoryPlace::new(NewDocument::Own).open(options)
        });
    }
}
