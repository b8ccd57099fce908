//! A change of the state: how it decides, and what comes of it. The same for every store.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use super::current::Current;
use super::names::Names;
use super::note::Note;
use super::snapshot::Snapshot;
use crate::model::{Author, Edit};

/// One change, run exclusively.
pub struct Change {
    /// What it may touch.
    pub names: Names,
    /// Who makes it.
    pub author: Option<Author>,
    /// When its waiting ends, if it has not been taken into a batch by then.
    pub deadline: Instant,
    /// Decides from the current state. Pure; it may be asked again on another state, and then its last decision counts.
    /// It may take time, so that a store asks it on a thread that may block.
    pub decide: Decide,
}

/// How a change decides.
pub type Decide = Box<dyn Fn(&Current<'_>) -> Decision + Send + Sync>;

/// What a change answers to its caller; only these two know the type.
pub type Answer = Box<dyn Any + Send>;

/// What a change wants done.
#[derive(Debug)]
pub enum Decision {
    /// Do this, durably.
    Edit {
        /// What to do.
        edits: Vec<Edit>,
        /// What is to be remembered of it.
        notes: Vec<Note>,
        /// What to answer then.
        answer: Answer,
    },
    /// Do these edits, if there are any, and write even where they change nothing; and let it be too large where
    /// other edits would be. So a state that is already as wanted costs and fails as a change does.
    Rewrite {
        /// What to do.
        edits: Vec<Edit>,
        /// By what its size is judged.
        judged: Vec<Edit>,
        /// What is to be remembered of it.
        notes: Vec<Note>,
        /// What to answer then.
        answer: Answer,
    },
    /// Nothing is to be done: the state is already as wanted, or what was asked is refused. The answer is given when the
    /// state on which it rests is durable.
    Keep(Answer),
    /// A key is needed to seal a value. The store has one [provided](super::Provisioner) under its lock and asks again,
    /// once. Where there is still none, this is the answer.
    NeedKey(Answer),
    /// The states before the current one are needed. The store asks again with them, once.
    NeedPast,
}

impl Decision {
    /// To do this. There is nothing to remember of it, and no answer.
    pub fn edit(edits: Vec<Edit>) -> Self {
        Self::Edit { edits, notes: Vec::new(), answer: Box::new(()) }
    }

    /// To do nothing. There is no answer.
    pub fn keep() -> Self {
        Self::Keep(Box::new(()))
    }

    /// What the change answers.
    pub(super) fn into_answer(self) -> Answer {
        match self {
            Self::Edit { answer, .. } | Self::Rewrite { answer, .. } => answer,
            Self::Keep(answer) | Self::NeedKey(answer) => answer,
            Self::NeedPast => Box::new(()),
        }
    }

    /// The edits that are to be made, and those by which the size of the outcome is judged.
    pub(super) fn edits(&self) -> (&[Edit], &[Edit]) {
        match self {
            Self::Edit { edits, .. } => (edits, edits),
            Self::Rewrite { edits, judged, .. } => (edits, judged),
            Self::Keep(_) | Self::NeedKey(_) | Self::NeedPast => (&[], &[]),
        }
    }
}

/// What a commit has come to.
#[derive(Debug)]
pub struct Committed {
    /// The state that the whole batch has left: other changes may be in it too, and nothing of it is undone.
    pub snapshot: Arc<Snapshot>,
    /// The position of this state.
    pub head: Head,
    /// What the change answers.
    pub answer: Answer,
}

/// A position among the states that one store has seen: a later state has a greater one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head(u64);

impl Head {
    /// The next position.
    #[must_use]
    pub(super) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}
