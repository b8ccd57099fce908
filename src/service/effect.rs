//! What a decision does: edits of the document, each with the state that it makes, and what is to be remembered of them:
//! who made which state, and which names are gone.

use std::time::SystemTime;

use crate::model::{Author, Edit, StateDigest};
use crate::state::{BagChange, Change, UnixTime};
use crate::store::{Note, OriginNote};

/// An edit, and what identifies the state that it makes of the server that it names: nothing where the server is gone,
/// or is what it was before.
#[derive(Clone)]
pub(super) struct Effect {
    edit: Edit,
    state: Option<StateDigest>,
    /// What is to be remembered of running the server.
    run: Option<Change>,
    /// What it means for what is known of where the server came from.
    origin: Option<OriginNote>,
    /// What it means for what the server keeps for other clients.
    bags: Option<BagChange>,
}

impl Effect {
    /// An edit that makes a state.
    pub(super) fn makes(state: StateDigest, edit: Edit) -> Self {
        Self { state: Some(state), ..Self::from(edit) }
    }

    /// The same, and what is to be remembered of running the server.
    pub(super) fn with_run(self, run: Option<Change>) -> Self {
        Self { run, ..self }
    }

    /// The same, and what it means for what is known of where the server came from.
    pub(super) fn with_origin(self, origin: Option<OriginNote>) -> Self {
        Self { origin, ..self }
    }

    /// The same, and what it means for what the server keeps for other clients.
    pub(super) fn with_bags(self, bags: Option<BagChange>) -> Self {
        Self { bags, ..self }
    }
}

impl From<Edit> for Effect {
    /// An edit that makes no state.
    fn from(edit: Edit) -> Self {
        Self { edit, state: None, run: None, origin: None, bags: None }
    }
}

/// The edits alone.
pub(super) fn edits(effects: Vec<Effect>) -> Vec<Edit> {
    effects.into_iter().map(|effect| effect.edit).collect()
}

/// What is to be remembered of these effects where this author has them.
pub(super) fn notes(effects: &[Effect], author: &Author) -> Vec<Note> {
    let at = SystemTime::now();
    let made = |Effect { edit, state, run, origin, bags }: &Effect| {
        let (gone, made) = match edit {
            Edit::Put { key, .. } => (None, Some(key)),
            Edit::Rename { from, to } => (Some(from), Some(to)),
            Edit::Remove { key } => (Some(key), None),
            Edit::Outside { .. } | Edit::Reseal { .. } => (None, None),
        };
        let gone = gone.map(|name| Note::Gone { name: name.clone(), at });
        let made = made.zip(*state).map(|(name, state)| Note::Author {
            name: name.clone(),
            state,
            author: author.clone(),
            at,
        });
        // A server that moves takes along what is remembered; what is withdrawn is so before it is gone.
        let moved = match edit {
            Edit::Rename { from, to } => Some(Change::Move { from: from.clone(), to: to.clone() }),
            Edit::Remove { key } => Some(Change::Drop { name: key.clone(), at: UnixTime::now() }),
            Edit::Put { .. } | Edit::Outside { .. } | Edit::Reseal { .. } => None,
        };
        let bags = bags.clone().map(Change::Bags);
        let runs = run.clone().into_iter().chain(bags).chain(moved).map(Note::Run);
        let origin = origin.clone().map(Note::Origin);
        gone.into_iter().chain(made).chain(runs).chain(origin)
    };
    effects.iter().flat_map(made).collect()
}
