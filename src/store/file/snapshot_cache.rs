//! What this process has seen of the document: one immutable observation, swapped whole, for any number
//! of readers. An older observation never replaces a newer one: a thread that reads to publish, or renames,
//! does so holding one mutex.

use std::fs::Metadata;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::document_path::DocumentPath;
use super::error::FileError;
use super::failpoints::Failpoints;
use super::identity::Identity;
use super::reading::{self, Reading, Witness};
use super::writability::{self, Lesson};
use crate::document::{NewDocument, Unreadable};
use crate::model::PlaceReason;
use crate::store::version::Version;
use crate::store::{Head, History, Names, Seen, Snapshot, StoreError};

/// What was found at the document's place at one moment.
#[derive(Clone)]
pub(super) struct Observed {
    /// The version that was there, or why there was none that could be used.
    pub(super) outcome: Result<Arc<Version>, FileError>,
    /// What shows whether it is still so.
    pub(super) witness: Witness,
    /// The newest version that could be used: what is alike in the next one is taken from here.
    last: Arc<Version>,
    /// Whether there ever was a document.
    is_known: bool,
    /// Why nothing can be written there, where that is known.
    place: Option<PlaceReason>,
    /// The version as readers see it, where they see that it can't be written.
    marked: Option<Arc<Snapshot>>,
    /// The position of what readers see.
    pub(super) head: Head,
}

impl Observed {
    fn seen(&self) -> Seen {
        let version = self.outcome.as_ref().map_err(|error| error.clone())?;
        Ok(Arc::clone(self.marked.as_ref().unwrap_or(&version.snapshot)))
    }

    /// The state that a commit has left, and its position.
    pub(super) fn committed(&self) -> Result<(Arc<Snapshot>, Head), StoreError> {
        let version = self.outcome.as_ref().map_err(|error| error.clone())?;
        Ok((Arc::clone(&version.snapshot), self.head))
    }

    /// The same, with what readers see of it; `before` is what they saw last.
    fn marked(mut self, before: &Self) -> Self {
        let mark = |version: &Arc<Version>, reason| {
            let is_same = before.place == Some(reason)
                && before.outcome.as_ref().is_ok_and(|old| Arc::ptr_eq(&old.snapshot, &version.snapshot));
            let known = before.marked.as_ref().filter(|_| is_same).map(Arc::clone);
            known.unwrap_or_else(|| {
                Arc::new(Snapshot { place: Some(reason), ..Snapshot::clone(&version.snapshot) })
            })
        };
        self.marked =
            self.outcome.as_ref().ok().zip(self.place).map(|(version, reason)| mark(version, reason));
        self
    }
}

/// The observation and those who follow it.
pub(super) struct SnapshotCache {
    place: DocumentPath,
    new: NewDocument,
    /// How many bytes of a document are read at most.
    most: usize,
    failpoints: Arc<dyn Failpoints>,
    current: ArcSwap<Observed>,
    /// Held while a thread publishes, from before the look at the disk.
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
    /// What the last failed attempt to write has taught.
    lesson: Option<Lesson>,
    /// Whether a change of what may be written is logged: the command that opens the store reports how it is at the
    /// start.
    is_logging: bool,
}

impl SnapshotCache {
    /// Looks at the document once.
    pub(super) fn open(
        place: DocumentPath,
        new: NewDocument,
        failpoints: Arc<dyn Failpoints>,
        most: usize,
    ) -> Self {
        let nothing = Arc::new(Version::absent(new));
        let before = Observed {
            outcome: Ok(Arc::clone(&nothing)),
            witness: Witness::None,
            last: nothing,
            is_known: false,
            place: None,
            marked: None,
            head: Head::default(),
        };
        let (changes, _) = watch::channel(before.seen());
        let view = Self {
            place,
            new,
            most,
            failpoints,
            current: ArcSwap::from_pointee(before),
            ledger: Mutex::default(),
            readings: AtomicU64::new(0),
            changes,
        };
        view.refresh();
        view.check_place();
        view.ledger().is_logging = true;
        view
    }

    /// What is current, if one `stat` can tell. It can't where nothing could be written: that may have changed.
    pub(super) fn peek(&self) -> Option<Seen> {
        let observed = self.current.load();
        let is_known =
            observed.place.is_none() && observed.witness.is_unchanged(&self.place, &*self.failpoints);
        is_known.then(|| observed.seen())
    }

    /// What is current. A reading that began after this call began counts as an own one, so readers
    /// that wait for each other share.
    pub(super) fn read(&self) -> Seen {
        if let Some(seen) = self.peek() {
            return seen;
        }
        let begun = self.readings.load(Ordering::SeqCst);
        let mut ledger = self.ledger();
        let current = self.current.load();
        if begun < ledger.newest_reading {
            return current.seen();
        }
        if current.place.is_some() {
            self.judge_place(&mut ledger);
            if current.witness.is_unchanged(&self.place, &*self.failpoints) {
                return self.current.load().seen();
            }
        }
        self.look(&mut ledger).seen()
    }

    /// What is current: as readers see it, its position, and the version.
    pub(super) fn read_version(&self) -> Result<(Arc<Snapshot>, Head, Arc<Version>), StoreError> {
        self.read()?;
        let observed = self.current.load();
        Ok((observed.seen()?, observed.head, observed.outcome.clone()?))
    }

    /// Looks whether anything can be written at the place. Gives the reason why not if it is certain; one that an
    /// attempt has taught is for the next attempt to try.
    pub(super) fn check_place(&self) -> Option<PlaceReason> {
        self.judge_place(&mut self.ledger())
    }

    /// Remembers that nothing can be written, if a step that failed in this way says so. Gives the reason.
    pub(super) fn learn(&self, step: &str, error: &io::Error) -> Option<PlaceReason> {
        let mut ledger = self.ledger();
        let lesson = Lesson::of(step, error, writability::probe(&self.place))?;
        let reason = lesson.reason();
        ledger.lesson = Some(lesson);
        self.judge_place(&mut ledger);
        Some(reason)
    }

    /// Forgets what failed attempts have taught, since one has succeeded.
    pub(super) fn unlearn(&self) {
        let mut ledger = self.ledger();
        if ledger.lesson.take().is_some() {
            self.judge_place(&mut ledger);
        }
    }

    /// Reads the document whatever a `stat` might say.
    pub(super) fn refresh(&self) -> Arc<Observed> {
        self.look(&mut self.ledger())
    }

    /// Replaces the document, and publishes what it then is, so that no reader can see the one without the other.
    /// `replace` returns the metadata of the new document, if the system could give it.
    pub(super) fn exchange<E>(
        &self,
        version: Arc<Version>,
        history: History,
        replace: impl FnOnce() -> Result<Option<Metadata>, E>,
    ) -> Result<Arc<Observed>, E> {
        let mut ledger = self.ledger();
        let metadata = replace()?;
        let identity = metadata.map(|metadata| self.failpoints.identity(Identity::of(&metadata)));
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

    /// The past of these names, for callers that only look.
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
        let (is_known, place) = (version.bytes.is_some(), self.current.load().place);
        let outcome = Ok(Arc::clone(&version));
        let head = Head::default();
        self.publish(Observed { outcome, witness, last: version, is_known, place, marked: None, head })
    }

    fn judge_place(&self, ledger: &mut Ledger) -> Option<PlaceReason> {
        let probe = writability::probe(&self.place);
        let taught = ledger.lesson.as_ref().and_then(|lesson| lesson.holds(&probe));
        if taught.is_none() {
            ledger.lesson = None;
        }
        let place = probe.verdict.or(taught);
        let current = self.current.load_full();
        if place != current.place {
            match place {
                _ if !ledger.is_logging => {}
                Some(reason) => tracing::warn!("the settings document is read-only: {}", reason.text()),
                None => tracing::info!("the settings document can be written again"),
            }
            self.publish(Observed { place, ..Observed::clone(&current) });
        }
        probe.verdict
    }

    fn look(&self, ledger: &mut Ledger) -> Arc<Observed> {
        let number = self.readings.fetch_add(1, Ordering::SeqCst) + 1;
        let before = self.current.load_full();
        let reading = reading::read(&self.place, &*self.failpoints, &mut ledger.buffer, self.most);
        let after = self.judge(&before, reading, &ledger.buffer);
        if let Ok(version) = &after.outcome
            && !Arc::ptr_eq(version, &before.last)
        {
            version.record_replaced(&before.last, &mut ledger.history);
            ledger.history.settle();
        }
        ledger.newest_reading = number;
        self.publish(Observed { place: before.place, ..after })
    }

    fn judge(&self, before: &Observed, reading: Reading, bytes: &[u8]) -> Observed {
        let last = Arc::clone(&before.last);
        let failed = |error, is_known| Observed {
            outcome: Err(error),
            witness: Witness::None,
            last: Arc::clone(&before.last),
            is_known,
            place: None,
            marked: None,
            head: Head::default(),
        };
        match reading {
            Reading::Found { witness } => self.understand(before, bytes, witness),
            Reading::Missing { witness } if before.is_known => {
                Observed { witness, ..failed(FileError::Vanished, true) }
            }
            Reading::Missing { witness } => {
                Observed { outcome: Ok(Arc::clone(&last)), witness, ..failed(FileError::Vanished, false) }
            }
            Reading::TooLarge => {
                failed(FileError::Unreadable(Unreadable::TooLarge { most: self.most }), true)
            }
            Reading::Unlinked => failed(FileError::Unlinked, true),
            Reading::NoDirectory if before.is_known => failed(FileError::Vanished, true),
            Reading::NoDirectory => failed(FileError::NoDirectory, false),
            Reading::Failed(error) => {
                // What can't be read is there all the same.
                let is_there = self.place.path().symlink_metadata().is_ok();
                failed(FileError::Read(Arc::new(error)), before.is_known || is_there)
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
        let outcome = version.map_err(FileError::Unreadable);
        let head = Head::default();
        Observed { outcome, witness, last, is_known: true, place: None, marked: None, head }
    }

    /// Publishes what was observed, at the position that it has among what readers see.
    fn publish(&self, observed: Observed) -> Arc<Observed> {
        let before = self.current.load_full();
        let mut observed = observed.marked(&before);
        let (known, seen) = (before.seen(), observed.seen());
        let is_news = !is_same(&known, &seen);
        observed.head = if is_news { before.head.next() } else { before.head };
        let observed = Arc::new(observed);
        self.current.store(Arc::clone(&observed));
        self.changes.send_if_modified(|known| {
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
