//! The one thread of a store that writes. It waits for the lock, runs everything that waits as one
//! batch, makes the outcome durable once, and only then answers. It decides nothing about servers.

use std::fs::{self, Metadata};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::commit_metrics::CommitMetrics;
use super::deferred_close::DeferredClose;
use super::document_path::{DocumentPath, directory_of, sync_directory};
use super::error::{FileError, failed};
use super::exchange::Expected;
use super::failpoints::{Failpoints, Step};
use super::identity::Identity;
use super::lock;
use super::lock_fairness::{LockFairness, PAUSE};
use super::options::FileStoreOptions;
use super::replace::{Draft, NotReplaced, sweep, sync_in_place};
use super::snapshot_cache::{Observed, SnapshotCache};
use crate::metrics::StoreMetrics;
use crate::model::PlaceReason;
use crate::store::batch::{self, Askable, Decided};
use crate::store::queue::{Queue, TakenChange};
use crate::store::version::{Spare, Version};
use crate::store::{Committed, History, NoteKeeper, Provisioner, StoreError};

/// How often a batch is decided, each time on what another program, without the lock, has made of the document.
const ATTEMPTS: usize = 8;

type Answers = Vec<Result<Committed, StoreError>>;

/// The document is no longer the one on which the batch was decided. Nothing was written.
struct Overtaken;

/// What the committer works with.
pub(super) struct Committer {
    place: DocumentPath,
    failpoints: Arc<dyn Failpoints>,
    provisioner: Option<Arc<dyn Provisioner>>,
    notes: Option<Arc<dyn NoteKeeper>>,
    view: Arc<SnapshotCache>,
    queue: Arc<Queue>,
    pace: LockFairness,
    /// The version that this process knows to be durable, having made it so.
    durable: Option<(Identity, Arc<Version>)>,
    /// Whether a sync has failed since the last full replace. The kernel reports lost pages once and then
    /// calls them clean, so that only writing again makes a version durable.
    is_suspect: bool,
    release: DeferredClose,
    /// How many bytes the document may have.
    largest: usize,
    /// For the next batch, if it finds this version.
    spare: Option<Spare>,
    /// The measures of all batches.
    all_metrics: StoreMetrics,
    /// Those of the batch at hand.
    metrics: CommitMetrics,
    /// Whether drafts may lie about: a crash before the start, a failure since.
    may_have_leftovers: bool,
}

impl Committer {
    pub(super) fn new(
        place: DocumentPath,
        options: FileStoreOptions,
        view: Arc<SnapshotCache>,
        queue: Arc<Queue>,
        release: DeferredClose,
    ) -> Self {
        let FileStoreOptions { largest, provisioner, notes, metrics, failpoints, .. } = options;
        Self {
            place,
            failpoints,
            provisioner,
            notes,
            view,
            queue,
            pace: LockFairness::default(),
            durable: None,
            is_suspect: false,
            release,
            largest,
            spare: None,
            metrics: CommitMetrics::begin(metrics.clone()),
            all_metrics: metrics,
            may_have_leftovers: true,
        }
    }

    /// Commits until the queue is closed and empty.
    pub(super) fn run(mut self) {
        while self.queue.wait_for_work() {
            if self.pace.is_over(Instant::now()) {
                thread::sleep(PAUSE);
            }
            let round = catch_unwind(AssertUnwindSafe(|| self.round()));
            self.pace.unlocked(Instant::now());
            if round.is_err() {
                // A defect of this module. The changes of the batch were answered with an unknown outcome.
                tracing::error!("the committer of the settings document panicked and goes on");
                self.after_failure();
                self.is_suspect = true;
                drop(self.queue.take());
            }
        }
    }

    fn round(&mut self) {
        self.metrics = CommitMetrics::begin(self.all_metrics.clone());
        if let Some(reason) = self.view.check_place() {
            // A document that is gone or can't be read is the greater trouble.
            let error = self.view.read().err().unwrap_or(FileError::ReadOnly { reason, source: None }.into());
            let tickets = self.queue.take();
            self.metrics.end(tickets.len(), tickets.len());
            tickets.into_iter().for_each(|ticket| ticket.answer(Err(error.clone())));
            return;
        }
        let (place, failpoints) = (self.place.clone(), Arc::clone(&self.failpoints));
        let batch = lock::while_locked(&place, &*failpoints, |real| {
            let now = Instant::now();
            self.pace.locked(now);
            self.metrics.locked(now);
            let tickets = self.queue.take();
            // All may have given up while we waited for the lock.
            let (answers, replaced) = match tickets.is_empty() {
                true => (Answers::new(), None),
                false => self.commit(real, &tickets),
            };
            (tickets, answers, replaced)
        });
        let (tickets, answers, replaced) = batch.unwrap_or_else(|error| {
            let error = self.explain(error);
            let tickets = self.queue.take();
            let answers = all_failed(&tickets, error);
            (tickets, answers, None)
        });
        self.metrics.end(tickets.len(), answers.iter().filter(|answer| answer.is_err()).count());
        for (ticket, answer) in tickets.into_iter().zip(answers) {
            ticket.answer(answer);
        }
        // Not sooner: taking a big document apart takes time that nobody needs to wait for.
        self.release.let_go();
        drop(replaced);
        if self.queue.is_empty() {
            self.spare = self.durable.as_ref().map(|(_, version)| Spare::of(version));
        }
    }

    /// Runs a batch on what is there, and again where another program changes that meanwhile. Gives an answer for
    /// each ticket, and what was observed last.
    fn commit(&mut self, real: &Path, tickets: &[TakenChange]) -> (Answers, Option<Arc<Observed>>) {
        for _ in 0..ATTEMPTS {
            let observed = self.view.refresh();
            match self.commit_on(real, &observed, tickets) {
                Ok(answers) => return (answers, Some(observed)),
                Err(Overtaken) => self.after_failure(),
            }
            // Another file would need another lock.
            if !self.is_led_to(real) {
                break;
            }
        }
        (all_failed(tickets, FileError::Overtaken), None)
    }

    /// Runs a batch on what was observed under the lock. An answer for each ticket.
    fn commit_on(
        &mut self,
        real: &Path,
        observed: &Arc<Observed>,
        tickets: &[TakenChange],
    ) -> Result<Answers, Overtaken> {
        let version = match &observed.outcome {
            Ok(version) => version,
            Err(error) => return Ok(all_failed(tickets, error.clone())),
        };
        if self.may_have_leftovers {
            self.may_have_leftovers = !sweep(real, &*self.failpoints);
        }
        let changes: Vec<_> = tickets.iter().map(|ticket| &ticket.change).collect();
        let (spare, history) = (self.spare.take(), self.view.history());
        let askable = Askable { provisioner: self.provisioner.as_deref(), notes: self.notes.as_deref() };
        let began = Instant::now();
        let decided = batch::decide(version, spare, &history, &changes, askable, self.largest);
        self.metrics.decided(began.elapsed());
        drop(history);
        let Decided { copy, verdicts, notes, .. } = decided;
        let must_write = copy.must_write && version.bytes.is_some();
        let outcome = match copy.is_edited {
            true => {
                let (next, history) = copy.finish();
                self.settle(real, observed, version, Arc::new(next), history, must_write)
            }
            false if must_write => {
                self.replace(real, observed, version, Arc::clone(version), History::default())
            }
            false => self.keep(real, observed, version),
        };
        let outcome = match outcome {
            Ok(left) => left.committed(),
            Err(NotReplaced::Failed(error)) => Err(self.judge(error).into()),
            Err(NotReplaced::Overtaken) => return Err(Overtaken),
        };
        match (&outcome, &self.notes) {
            (Err(_), _) => self.after_failure(),
            (Ok(_), Some(keeper)) if !notes.is_empty() => keeper.keep(notes),
            (Ok(_), _) => {}
        }
        Ok(verdicts.answers(&outcome))
    }

    /// Makes the edited version durable. Gives what is there then, as do the next two.
    fn settle(
        &mut self,
        real: &Path,
        observed: &Arc<Observed>,
        version: &Arc<Version>,
        next: Arc<Version>,
        history: History,
        must_write: bool,
    ) -> Result<Arc<Observed>, NotReplaced> {
        if must_write || next.bytes != version.bytes {
            return self.replace(real, observed, version, next, history);
        }
        self.keep(real, observed, version)?;
        let amended = self.view.amend(next, history);
        self.remember(&amended);
        Ok(amended)
    }

    /// Makes the version that is there durable, unless this process has done so.
    fn keep(
        &mut self,
        real: &Path,
        observed: &Arc<Observed>,
        version: &Arc<Version>,
    ) -> Result<Arc<Observed>, NotReplaced> {
        if version.bytes.is_none() {
            return Ok(Arc::clone(observed));
        }
        if self.is_suspect {
            return self.replace(real, observed, version, Arc::clone(version), History::default());
        }
        let is_durable = self.durable.as_ref().is_some_and(|(identity, durable)| {
            observed.witness.file() == Some(*identity) && Arc::ptr_eq(durable, version)
        });
        if !is_durable {
            sync_in_place(real, &*self.failpoints).inspect_err(|_| self.is_suspect = true)?;
            self.remember(observed);
        }
        Ok(Arc::clone(observed))
    }

    fn replace(
        &mut self,
        real: &Path,
        observed: &Observed,
        version: &Version,
        next: Arc<Version>,
        history: History,
    ) -> Result<Arc<Observed>, NotReplaced> {
        let bytes = next.bytes.as_deref().unwrap_or_default();
        let length = bytes.len();
        let failpoints = Arc::clone(&self.failpoints);
        let existing = self
            .look(real, observed, version)
            .map_err(|error| FileError::Ownership(Arc::new(error)))?
            .ok_or(NotReplaced::Overtaken)?;
        self.release.hold(real);
        let draft = Draft::write(real, bytes, existing.as_ref(), &*failpoints)?;
        let expected = version.bytes.as_deref().zip(existing.as_ref());
        let expected = expected.map(|(bytes, metadata)| Expected { bytes, metadata });
        let mut has_leftovers = false;
        let place = || {
            // Writing the draft took most of the time that there is for others to come between.
            let step = Step::Look { path: real };
            failpoints
                .before(&step)
                .and_then(|()| self.look(real, observed, version))
                .map_err(|error| failed(&step, error))?
                .ok_or(NotReplaced::Overtaken)?;
            let placed = draft.place(expected.as_ref())?;
            has_leftovers = placed.has_leftovers;
            Ok::<_, NotReplaced>(placed.metadata)
        };
        let placed = self.view.exchange(next, history, place)?;
        self.may_have_leftovers |= has_leftovers;
        if let Err(error) = sync_directory(directory_of(real), &*failpoints) {
            self.is_suspect = true;
            self.view.refresh();
            return Err(FileError::OutcomeUnknown(Arc::new(error)).into());
        }
        self.is_suspect = false;
        self.metrics.wrote(length);
        self.view.unlearn();
        self.remember(&placed);
        Ok(placed)
    }

    /// What is in the document's place (nothing, where there was never a document); or nothing at all if it is not
    /// what was read.
    fn look(
        &self,
        real: &Path,
        observed: &Observed,
        version: &Version,
    ) -> io::Result<Option<Option<Metadata>>> {
        if !self.is_led_to(real) {
            return Ok(None);
        }
        let metadata = match fs::symlink_metadata(real) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(version.bytes.is_none().then_some(None));
            }
            metadata => metadata?,
        };
        let is_as_read = metadata.is_file()
            && version.bytes.as_ref().is_some_and(|bytes| {
                // Some file systems number a file again each time that they are asked.
                let identity = self.failpoints.identity(Identity::of(&metadata));
                let is_same = || fs::read(real).is_ok_and(|found| found == *bytes);
                let has_length = u64::try_from(bytes.len()) == Ok(metadata.len());
                observed.witness.file() == Some(identity) || (has_length && is_same())
            });
        Ok(is_as_read.then_some(Some(metadata)))
    }

    /// Whether the document's path still leads to this file.
    fn is_led_to(&self, real: &Path) -> bool {
        real == self.place.path() || self.place.real().is_ok_and(|now| now == real)
    }

    fn remember(&mut self, observed: &Observed) {
        let version = observed.outcome.as_ref().ok();
        self.durable = observed.witness.file().zip(version.cloned());
    }

    fn after_failure(&mut self) {
        self.may_have_leftovers = true;
        self.durable = None;
    }

    /// Where the lock file can't be used because its folder is gone, that is what there is to say.
    fn explain(&self, error: io::Error) -> FileError {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => match &self.view.refresh().outcome {
                Err(gone) => gone.clone(),
                Ok(_) => FileError::Lock(Arc::new(error)),
            },
            _ => self.judge(FileError::Lock(Arc::new(error))),
        }
    }

    /// Where a failure says that nothing can be written until somebody changes that, that is what there is to say.
    fn judge(&self, error: FileError) -> FileError {
        let (step, source) = match &error {
            FileError::Lock(source) => ("lock", source),
            FileError::Ownership(source) => ("own", source),
            FileError::Write { step, source } => (*step, source),
            _ => return error,
        };
        match self.view.learn(step, source) {
            None | Some(PlaceReason::Ownership) => error,
            Some(reason) => FileError::ReadOnly { reason, source: Some(Arc::clone(source)) },
        }
    }
}

/// That all of a batch ends with this.
fn all_failed(tickets: &[TakenChange], error: FileError) -> Answers {
    let error = StoreError::from(error);
    tickets.iter().map(|_| Err(error.clone())).collect()
}
