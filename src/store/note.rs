//! Rows of the state store that belong to a change: what the service remembers of it and the document has no place
//! for. They are kept exactly if the change is made. It does not know where and how they are kept.

use std::time::SystemTime;

use crate::model::registration::Origin;
use crate::model::{Author, SettingsKey, StateDigest};
use crate::state::{Change, Destination, Present};

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
    /// What is known of where a server came from changes.
    Origin(OriginNote),
    /// No server has this name any more.
    Gone {
        /// Which name.
        name: SettingsKey,
        /// Since when.
        at: SystemTime,
    },
}

/// What a change means for what is known of where servers came from. It is known before the change is made, so that no
/// crash can lose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginNote {
    /// A server is new.
    New {
        /// Its name.
        name: SettingsKey,
        /// Where it leads.
        destination: Destination,
        /// Where it came from; none where it was configured here.
        origin: Option<Origin>,
    },
    /// A server leads elsewhere.
    Led {
        /// Its name.
        name: SettingsKey,
        /// Where it led.
        before: Present,
        /// Where it leads.
        after: Destination,
    },
    /// A server has another name.
    Renamed {
        /// Which one it had.
        from: SettingsKey,
        /// Which one it has.
        to: SettingsKey,
        /// Where it leads.
        at: Present,
    },
    /// A server is removed.
    Removed {
        /// Its name.
        name: SettingsKey,
        /// Where it led.
        before: Present,
    },
}

/// What must be known before a change is made can't be stored, so that the change is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what must be known before the change is made could not be stored")]
pub struct NotNoted;

/// Keeps notes. A store without one drops them.
pub trait NoteKeeper: Send + Sync {
    /// Stores what must be known before the changes of a batch are made: its [origins](Note::Origin), in the order of the
    /// changes. It may block, and for a short time only: the store holds its lock. They may not be made after it, or
    /// only later, with others.
    ///
    /// # Errors
    ///
    /// Where that could not be stored.
    fn prepare(&self, notes: &[Note]) -> Result<(), NotNoted>;

    /// Takes the notes of a batch that is durable, in the order of its changes. It must not wait: the store holds its
    /// lock. Losing them fails no change.
    fn keep(&self, notes: Vec<Note>);
}
