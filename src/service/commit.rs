//! How a use-case decides inside the store's exclusive section, or only looks what it would decide, and gets its answer
//! out of there.

use std::sync::Arc;
use std::time::Instant;

use crate::model::Author;
use crate::model::plain_names::PlainNames;
use crate::model::reference::ReferenceRules;
use crate::secrets::Keys;
use crate::state::StateStore;
use crate::store::{Answer, Change, Current, Decision, Names, Snapshot};

use super::effect::{Effect, edits, notes};
use super::key_rules::BatchKeys;
use super::origins::Destinations;
use super::tag_cache::TagCache;
use super::{Options, Service, ServiceError};

/// What a use-case decided, with its answer.
pub(super) enum Step<T> {
    /// Do this and answer that.
    Edit(Vec<Effect>, T),
    /// Nothing is to be changed; answer this.
    Keep(T),
    /// Do this, if anything, and write in any case; let it be too large where `judged` would be; answer this.
    Rewrite { effects: Vec<Effect>, judged: Vec<Effect>, answer: T },
    /// Nothing is to be changed; the answer is worked out when the exclusive section is over.
    Later(Later<T>),
    /// Nothing is to be done, for this reason.
    Refuse(ServiceError),
    /// A key, or the word that it may be used, is needed; where that can't be had, this is the reason to
    /// refuse.
    NeedKey(ServiceError),
    /// The states before the current one are needed.
    NeedPast,
}

/// An answer that is worked out by the task that waits for it.
pub(super) type Later<T> = Box<dyn FnOnce() -> Result<T, ServiceError> + Send>;

/// What every decision rests on beside the request and the state.
#[derive(Clone)]
pub(super) struct WriteContext {
    pub(super) keys: Arc<Keys>,
    pub(super) tag_cache: Arc<TagCache>,
    pub(super) plain_names: Arc<PlainNames>,
    pub(super) references: Arc<ReferenceRules>,
    pub(super) options: Options,
    pub(super) state: Arc<dyn StateStore>,
}

impl WriteContext {
    /// The keys as they are for the batch. Looked at under the lock: what is sealed now must be sealed with the newest
    /// key that there is.
    pub(super) fn keys_for(&self, current: &Current<'_>) -> Arc<BatchKeys> {
        current.facts().once(|| BatchKeys::newest(&self.keys))
    }

    /// The same where no condition is required.
    pub(super) fn lenient(&self) -> Self {
        Self { options: Options { require_preconditions: false, ..self.options }, ..self.clone() }
    }

    /// What identifies where servers lead, under the key of the state; none while the state is not open.
    pub(super) fn destinations(&self) -> Option<Destinations> {
        self.state.state_key().map(Destinations::new)
    }
}

impl<T: Send + 'static> Step<T> {
    /// The same in the store's words. Only [`answer`] of the same type gets the answer out.
    fn into_decision(self, author: Option<&Author>) -> Decision {
        let notes = |effects: &[Effect]| author.map_or_else(Vec::new, |author| notes(effects, author));
        match self {
            Self::Edit(effects, value) => {
                Decision::Edit { notes: notes(&effects), edits: edits(effects), answer: known(Ok(value)) }
            }
            Self::Rewrite { effects, judged, answer } => Decision::Rewrite {
                notes: notes(&effects),
                edits: edits(effects),
                judged: edits(judged),
                answer: known(Ok(answer)),
            },
            Self::Keep(value) => Decision::Keep(known(Ok(value))),
            Self::Later(later) => Decision::Keep(Box::new(later)),
            Self::Refuse(reason) => Decision::Keep(known::<T>(Err(reason))),
            Self::NeedKey(reason) => Decision::NeedKey(known::<T>(Err(reason))),
            Self::NeedPast => Decision::NeedPast,
        }
    }
}

fn known<T: Send + 'static>(result: Result<T, ServiceError>) -> Answer {
    let later: Later<T> = Box::new(move || result);
    Box::new(later)
}

fn answer<T: 'static>(answer: Answer) -> Result<T, ServiceError> {
    match answer.downcast::<Later<T>>() {
        Ok(later) => later(),
        Err(_) => Err(ServiceError::Undecided),
    }
}

/// What a caller wants: which names it may touch, in whose name, and how it decides.
pub(super) struct UseCase<T> {
    names: Names,
    author: Option<Author>,
    decide: Box<Decide<T>>,
}

type Decide<T> = dyn Fn(&Current<'_>, &WriteContext) -> Result<Step<T>, ServiceError> + Send + Sync;

impl<T: Send + 'static> UseCase<T> {
    pub(super) fn new(
        names: Names,
        author: Option<Author>,
        decide: impl Fn(&Current<'_>, &WriteContext) -> Result<Step<T>, ServiceError> + Send + Sync + 'static,
    ) -> Self {
        Self { names, author, decide: Box::new(decide) }
    }

    /// The same where a rule that needs what is outside the servers allows it.
    pub(super) fn if_also(self, allows: fn(&Current<'_>, &WriteContext) -> Result<(), ServiceError>) -> Self {
        let Self { names, author, decide } = self;
        Self::new(names.and_outside(), author, move |current, context| {
            allows(current, context).and_then(|()| decide(current, context))
        })
    }

    fn into_change(self, context: WriteContext) -> Change {
        let Self { names, author, decide } = self;
        let (deadline, by) = (Instant::now() + context.options.lock_timeout, author.clone());
        let decide = move |current: &Current<'_>| {
            decide(current, &context).unwrap_or_else(Step::Refuse).into_decision(by.as_ref())
        };
        Change { names, author, deadline, decide: Box::new(decide) }
    }
}

impl Service {
    /// Has it decide exclusively. The answer is given when the outcome is durable.
    pub(super) async fn run<T: Send + 'static>(&self, case: UseCase<T>) -> Result<T, ServiceError> {
        self.commit(self.writes.clone(), case).await.map(|(answer, _)| answer)
    }

    /// The same in another context, with the state that the batch has left.
    pub(super) async fn commit<T: Send + 'static>(
        &self,
        context: WriteContext,
        case: UseCase<T>,
    ) -> Result<(T, Arc<Snapshot>), ServiceError> {
        // What is known of where servers came from is carried on. Only at the start it is not known yet.
        if case.author.is_some() && self.state.peek().is_none() {
            self.remembered().await.ok();
        }
        let committed = self.store.commit(case.into_change(context)).await?;
        Ok((answer(committed.answer)?, committed.snapshot))
    }

    /// Has it decide on the newest state: no edit is made, no key, and no lock is waited for.
    pub(super) async fn look<T: Send + 'static>(&self, case: UseCase<T>) -> Result<T, ServiceError> {
        answer(self.store.examine(case.into_change(self.writes.clone())).await?.answer)
    }

    /// Creates a key, if there is no key and one may be created, before the first tag is returned: a key that
    /// comes later changes every tag.
    pub async fn prepare_keys(&self) {
        if self.writes.keys.can_seal() {
            return;
        }
        let case = UseCase::new(Names::everything(), None, |current, context| {
            let can_seal = context.keys_for(current).ring.can_seal();
            Ok(if can_seal { Step::Keep(()) } else { Step::NeedKey(ServiceError::KeyMissing) })
        });
        if let Err(error) = self.run(case).await {
            tracing::warn!("no key to encrypt with: {error}");
        }
    }
}
