//! Rows of the state store that belong to a change: what the service remembers of it and the document has no place
//! for. They are kept exactly if the change is made. It does not know where and how they are kept.

use std::time::SystemTime;

use crate::model::{Author, SettingsKey, StateDigest};
use crate::state::Change;

/// One such row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Who made the present state of a server, and when.
    Author {
        /// Which server.
        name: SettingsKey,
        /// Which state.
        state: StateDigest,
        /// Who.
        author: Author,
        /// When.
        at: SystemTime,
    },
    /// What is remembered of running a server changes.
    Run(Change),
    /// No server has this name any more.
    Gone {
        /// Which name.
        name: SettingsKey,
        /// Since when.
        at: SystemTime,
    },
}

/// Keeps notes. A store without one drops them.
pub trait NoteKeeper: Send + Sync {
    /// Takes the notes of a batch that is durable, in the order of its changes. It must not wait: the store holds its
    /// lock. Losing them fails no change.
    fn keep(&self, notes: Vec<Note>);
}
