//! The one thread of a store that writes. It waits for the lock, runs everything that waits as one
//! batch, makes the outcome durable once, and only then answers. It decides nothing about servers.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::batch::{self, Decided};
use super::identity::Identity;
use super::lock;
use super::pace::{PAUSE, Pace};
use super::place::{Place, directory_of};
use super::queue::{Queue, Ticket};
use super::release::Release;
use super::replace::{Draft, sweep, sync_directory, sync_in_place};
use super::seam::Seam;
use super::version::{Spare, Version};
use super::view::{Observed, View};
use crate::store::{History, Provisioner, StoreError};

/// What the committer works with.
pub(super) struct Committer {
    place: Place,
    seam: Arc<dyn Seam>,
    provisioner: Option<Arc<dyn Provisioner>>,
    view: Arc<View>,
    queue: Arc<Queue>,
    pace: Pace,
    /// The version that this process knows to be durable, having made it so.
    durable: Option<(Identity, Arc<Version>)>,
    /// Whether a sync has failed since the last full replace. The kernel reports lost pages once and then
    /// calls them clean, so that only writing anew makes a version durable.
    is_suspect: bool,
    release: Release,
    /// For the next batch, if it finds this version.
    spare: Option<Spare>,
    /// Whether drafts may lie about: a crash before the start, a failure since.
    may_have_litter: bool,
}

impl Committer {
    pub(super) fn new(
        place: Place,
        seam: Arc<dyn Seam>,
        provisioner: Option<Arc<dyn Provisioner>>,
        view: Arc<View>,
        queue: Arc<Queue>,
        release: Release,
    ) -> Self {
        Self {
            place,
            seam,
            provisioner,
            view,
            queue,
            pace: Pace::default(),
            durable: None,
            is_suspect: false,
            release,
            spare: None,
            may_have_litter: true,
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
                // A defect of this room. Whoever was in the batch has been told that nobody knows.
                tracing::error!("the committer of the settings document panicked and goes on");
                self.after_failure();
                self.is_suspect = true;
                drop(self.queue.take());
            }
        }
    }

    fn round(&mut self) {
        let (place, seam) = (self.place.clone(), Arc::clone(&self.seam));
        let batch = lock::while_locked(&place, &*seam, |real| {
            self.pace.locked(Instant::now());
            let tickets = self.queue.take();
            // All may have given up while we waited for the lock.
            let replaced = (!tickets.is_empty()).then(|| self.view.refresh());
            let answers = replaced.as_ref().map(|observed| self.commit(real, observed, &tickets));
            (tickets, answers.unwrap_or_default(), replaced)
        });
        let (tickets, answers, replaced) = batch.unwrap_or_else(|error| {
            let error = self.explain(error);
            let tickets = self.queue.take();
            let answers = tickets.iter().map(|_| Err(error.clone())).collect();
            (tickets, answers, None)
        });
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

    /// Runs a batch on what was observed under the lock. An answer for each ticket.
    fn commit(
        &mut self,
        real: &Path,
        observed: &Observed,
        tickets: &[Ticket],
    ) -> Vec<Result<(), StoreError>> {
        let version = match &observed.outcome {
            Ok(version) => version,
            Err(error) => return tickets.iter().map(|_| Err(error.clone())).collect(),
        };
        if self.may_have_litter {
            self.may_have_litter = !sweep(real, &*self.seam);
        }
        let changes: Vec<_> = tickets.iter().map(|ticket| &ticket.change).collect();
        let (spare, history) = (self.spare.take(), self.view.history());
        let decided = batch::decide(version, spare, &history, &changes, self.provisioner.as_deref());
        drop(history);
        let Decided { copy, has_panicked } = decided;
        let must_write = copy.must_write && version.bytes.is_some();
        let outcome = match copy.is_edited {
            true => {
                let (next, history) = copy.finish();
                self.settle(real, observed, version, Arc::new(next), history, must_write)
            }
            false if must_write => self.replace(real, version, Arc::clone(version), History::default()),
            false => self.keep(real, observed, version),
        };
        if outcome.is_err() {
            self.after_failure();
        }
        let answer = |panicked: &bool| if *panicked { Err(StoreError::Panicked) } else { outcome.clone() };
        has_panicked.iter().map(answer).collect()
    }

    /// Makes the edited version durable.
    fn settle(
        &mut self,
        real: &Path,
        observed: &Observed,
        version: &Arc<Version>,
        next: Arc<Version>,
        history: History,
        must_write: bool,
    ) -> Result<(), StoreError> {
        if must_write || next.bytes != version.bytes {
            return self.replace(real, version, next, history);
        }
        self.keep(real, observed, version)?;
        let amended = self.view.amend(next, history);
        self.remember(&amended);
        Ok(())
    }

    /// Makes the version that is there durable, unless this process has done so.
    fn keep(&mut self, real: &Path, observed: &Observed, version: &Arc<Version>) -> Result<(), StoreError> {
        if version.bytes.is_none() {
            return Ok(());
        }
        if self.is_suspect {
            return self.replace(real, version, Arc::clone(version), History::default());
        }
        let is_durable = self.durable.as_ref().is_some_and(|(identity, durable)| {
            observed.witness.file() == Some(*identity) && Arc::ptr_eq(durable, version)
        });
        if !is_durable {
            sync_in_place(real, &*self.seam).inspect_err(|_| self.is_suspect = true)?;
            self.remember(observed);
        }
        Ok(())
    }

    fn replace(
        &mut self,
        real: &Path,
        version: &Version,
        next: Arc<Version>,
        history: History,
    ) -> Result<(), StoreError> {
        let bytes = next.bytes.as_deref().unwrap_or_default();
        let seam = Arc::clone(&self.seam);
        let existing = match fs::metadata(real) {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match version.bytes {
                None => None,
                Some(_) => return Err(StoreError::Vanished),
            },
            Err(error) => return Err(StoreError::Ownership(Arc::new(error))),
        };
        self.release.hold(real);
        let draft = Draft::write(real, bytes, existing.as_ref(), &*seam)?;
        let observed =
            self.view.exchange(next, history, || draft.rename(), |renamed| renamed.metadata.as_ref())?;
        if let Err(error) = sync_directory(directory_of(real), &*seam) {
            self.is_suspect = true;
            self.view.refresh();
            return Err(StoreError::OutcomeUnknown(Arc::new(error)));
        }
        self.is_suspect = false;
        self.remember(&observed);
        Ok(())
    }

    fn remember(&mut self, observed: &Observed) {
        let version = observed.outcome.as_ref().ok();
        self.durable = observed.witness.file().zip(version.cloned());
    }

    fn after_failure(&mut self) {
        self.may_have_litter = true;
        self.durable = None;
    }

    /// Where the lock file can't be used because its folder is gone, that is what there is to say.
    fn explain(&self, error: io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => match &self.view.refresh().outcome {
                Err(gone) => gone.clone(),
                Ok(_) => StoreError::Lock(Arc::new(error)),
            },
            _ => StoreError::Lock(Arc::new(error)),
        }
    }
}
