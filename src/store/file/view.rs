//! What this process has seen of the document: one immutable observation, swapped whole, for any number
//! of readers. An older observation never replaces a newer one: whoever reads to publish, or renames,
//! does so holding one mutex.

use std::fs::Metadata;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::identity::Identity;
use super::place::Place;
use super::reading::{self, Reading, Witness};
use super::seam::Seam;
use super::version::Version;
use crate::document::NewDocument;
use crate::store::{History, Names, Snapshot, StoreError};

type Seen = Result<Arc<Snapshot>, StoreError>;

/// What was found at the document's place at one moment.
pub(super) struct Observed {
    /// The version that was there, or why there was none that could be used.
    pub(super) outcome: Result<Arc<Version>, StoreError>,
    /// What shows whether it is still so.
    pub(super) witness: Witness,
    /// The newest version that could be used: what is alike in the next one is taken from here.
    last: Arc<Version>,
    /// Whether there ever was a document.
    is_known: bool,
}

impl Observed {
    fn seen(&self) -> Seen {
        self.outcome.as_ref().map(|version| Arc::clone(&version.snapshot)).map_err(Clone::clone)
    }
}

/// The observation and those who follow it.
pub(super) struct View {
    place: Place,
    new: NewDocument,
    seam: Arc<dyn Seam>,
    current: ArcSwap<Observed>,
    /// Held by whoever publishes, from before the look at the disk.
    ledger: Mutex<Ledger>,
    /// How many readings have begun.
    readings: AtomicU64,
    changes: watch::Sender<Seen>,
}

#[derive(Default)]
struct Ledger {
    history: History,
    /// The number of the newest reading that was published.
    newest_reading: u64,
    /// Where the document is read into. Kept, since fresh memory costs more than the reading.
    buffer: Vec<u8>,
}

impl View {
    /// Looks at the document once.
    pub(super) fn open(place: Place, new: NewDocument, seam: Arc<dyn Seam>) -> Self {
        let nothing = Arc::new(Version::absent(new));
        let before = Observed {
            outcome: Ok(Arc::clone(&nothing)),
            witness: Witness::None,
            last: nothing,
            is_known: false,
        };
        let (changes, _) = watch::channel(before.seen());
        let view = Self {
            place,
            new,
            seam,
            current: ArcSwap::from_pointee(before),
            ledger: Mutex::default(),
            readings: AtomicU64::new(0),
            changes,
        };
        view.refresh();
        view
    }

    /// What is current, if one `stat` can tell.
    pub(super) fn peek(&self) -> Option<Seen> {
        let observed = self.current.load();
        observed.witness.still_stands(&self.place, &*self.seam).then(|| observed.seen())
    }

    /// What is current. A reading that began after this call began is as good as an own one, so readers
    /// who wait for each other share.
    pub(super) fn read(&self) -> Seen {
        if let Some(seen) = self.peek() {
            return seen;
        }
        let begun = self.readings.load(Ordering::SeqCst);
        let mut ledger = self.ledger();
        if begun < ledger.newest_reading {
            return self.current.load().seen();
        }
        self.look(&mut ledger).seen()
    }

    /// Reads the document whatever a `stat` might say.
    pub(super) fn refresh(&self) -> Arc<Observed> {
        self.look(&mut self.ledger())
    }

    /// Replaces the document, and publishes what it then is, so that no reader can see the one without the other.
    /// `replace` tells what the new document looks like, where the system could tell.
    pub(super) fn exchange<E>(
        &self,
        version: Arc<Version>,
        history: History,
        replace: impl FnOnce() -> Result<Option<Metadata>, E>,
    ) -> Result<Arc<Observed>, E> {
        let mut ledger = self.ledger();
        let metadata = replace()?;
        let identity = metadata.map(|metadata| self.seam.identity(Identity::of(&metadata)));
        Ok(self.adopt(&mut ledger, version, Witness::young(identity), history))
    }

    /// Publishes a version with the same bytes as the current one.
    pub(super) fn amend(&self, version: Arc<Version>, history: History) -> Arc<Observed> {
        let mut ledger = self.ledger();
        let witness = self.current.load().witness;
        self.adopt(&mut ledger, version, witness, history)
    }

    /// A copy of the history, for a batch to add to.
    pub(super) fn history(&self) -> History {
        self.ledger().history.clone()
    }

    /// The past of these names, for whoever only looks.
    pub(super) fn history_of(&self, names: &Names) -> History {
        self.ledger().history.of(names)
    }

    pub(super) fn follow(&self) -> watch::Receiver<Seen> {
        self.changes.subscribe()
    }

    fn adopt(
        &self,
        ledger: &mut Ledger,
        version: Arc<Version>,
        witness: Witness,
        history: History,
    ) -> Arc<Observed> {
        ledger.history.absorb(history);
        let is_known = version.bytes.is_some();
        self.publish(Observed { outcome: Ok(Arc::clone(&version)), witness, last: version, is_known })
    }

    fn look(&self, ledger: &mut Ledger) -> Arc<Observed> {
        let number = self.readings.fetch_add(1, Ordering::SeqCst) + 1;
        let before = self.current.load_full();
        let reading = reading::read(&self.place, &*self.seam, &mut ledger.buffer);
        let after = self.judge(&before, reading, &ledger.buffer);
        if let Ok(version) = &after.outcome
            && !Arc::ptr_eq(version, &before.last)
        {
            version.record_replaced(&before.last, &mut ledger.history);
            ledger.history.settle();
        }
        ledger.newest_reading = number;
        self.publish(after)
    }

    fn judge(&self, before: &Observed, reading: Reading, bytes: &[u8]) -> Observed {
        let last = Arc::clone(&before.last);
        let failed = |error, is_known| Observed {
            outcome: Err(error),
            witness: Witness::None,
            last: Arc::clone(&before.last),
            is_known,
        };
        match reading {
            Reading::Found { witness } => self.understand(before, bytes, witness),
            Reading::Missing { witness } if before.is_known => {
                Observed { witness, ..failed(StoreError::Vanished, true) }
            }
            Reading::Missing { witness } => {
                Observed { outcome: Ok(Arc::clone(&last)), witness, last, is_known: false }
            }
            Reading::NoDirectory if before.is_known => failed(StoreError::Vanished, true),
            Reading::NoDirectory => failed(StoreError::NoDirectory, false),
            Reading::Failed(error) => {
                // What can't be read is there all the same.
                let is_there = self.place.path().symlink_metadata().is_ok();
                failed(StoreError::Read(Arc::new(error)), before.is_known || is_there)
            }
        }
    }

    fn understand(&self, before: &Observed, bytes: &[u8], witness: Witness) -> Observed {
        let last = &before.last;
        let version = match last.bytes.as_deref() == Some(bytes) {
            true => Ok(Arc::clone(last)),
            false => Version::read(bytes, self.new, last).map(Arc::new),
        };
        let last = Arc::clone(version.as_ref().unwrap_or(last));
        Observed { outcome: version.map_err(StoreError::Unreadable), witness, last, is_known: true }
    }

    fn publish(&self, observed: Observed) -> Arc<Observed> {
        let observed = Arc::new(observed);
        self.current.store(Arc::clone(&observed));
        self.changes.send_if_modified(|known| {
            let seen = observed.seen();
            let is_news = !is_same(known, &seen);
            *known = seen;
            is_news
        });
        observed
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same(one: &Seen, other: &Seen) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => Arc::ptr_eq(one, other),
        (Err(one), Err(other)) => one.to_string() == other.to_string(),
        _ => false,
    }
}
