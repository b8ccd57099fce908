//! How a use-case decides inside the store's exclusive section and gets its answer out of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::model::{Author, Edit};
use crate::store::{Change, Current, Decision, Names};

use super::{Service, ServiceError};

/// What a use-case decided, with its answer.
pub(super) enum Step<T> {
    /// Do this and answer that.
    Edit(Vec<Edit>, T),
    /// Nothing is to be changed; answer this.
    Keep(T),
    /// Do these edits, if any, and write in any case; let it be too large where `judged` would be; answer this.
    Rewrite { edits: Vec<Edit>, judged: Vec<Edit>, answer: T },
    /// Nothing is to be changed; the answer is worked out when the exclusive section is over.
    Later(Later<T>),
    /// Nothing is to be done, for this reason.
    Refuse(ServiceError),
    /// A key, or the word that it may be used, is needed; where that can't be had, this is the reason to
    /// refuse.
    NeedKey(ServiceError),
}

/// An answer that is worked out by whoever waits for it.
pub(super) type Later<T> = Box<dyn FnOnce() -> Result<T, ServiceError> + Send>;

impl Service {
    /// Runs a decision exclusively. Its answer is given when the outcome is durable.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        names: Names,
        author: Option<Author>,
        decide: impl Fn(&Current<'_>) -> Step<T> + Send + Sync + 'static,
    ) -> Result<T, ServiceError> {
        let answer: Arc<Mutex<Option<Later<T>>>> = Arc::default();
        let slot = Arc::clone(&answer);
        let keys = Arc::clone(&self.keys);
        let decide = move |current: &Current<'_>| {
            let known = |result| -> Later<T> { Box::new(move || result) };
            // Under the lock: what is sealed now must be sealed with the newest key that there is.
            keys.refresh();
            let (decision, result) = match decide(current) {
                Step::Edit(edits, value) => (Decision::Edit(edits), known(Ok(value))),
                Step::Keep(value) => (Decision::Keep, known(Ok(value))),
                Step::Rewrite { edits, judged, answer } => {
                    (Decision::Rewrite { edits, judged }, known(Ok(answer)))
                }
                Step::Later(later) => (Decision::Keep, later),
                Step::Refuse(reason) => (Decision::Reject, known(Err(reason))),
                Step::NeedKey(reason) => (Decision::NeedKey, known(Err(reason))),
            };
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            decision
        };
        let deadline = Instant::now() + self.options.lock_timeout;
        self.store.commit(Change { names, author, deadline, decide: Box::new(decide) }).await?;
        let decided = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        decided.map_or(Err(ServiceError::Undecided), |decided| decided())
    }

    /// Has a key made where there is none and one may be made, before the first tag is told: a key that
    /// comes later changes every tag.
    pub async fn prepare_keys(&self) {
        if self.keys.can_seal() {
            return;
        }
        let keys = Arc::clone(&self.keys);
        let decide = move |_: &Current<'_>| {
            if keys.can_seal() { Step::Keep(()) } else { Step::NeedKey(ServiceError::KeyMissing) }
        };
        if let Err(error) = self.run(Names::All, None, decide).await {
            tracing::warn!("no key to encrypt with: {error}");
        }
    }
}
