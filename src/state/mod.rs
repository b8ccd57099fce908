//! What the service keeps beside the settings, in a folder that only its own account can enter: which services run, and
//! what is remembered of their use. It does not know what the settings say, and how the service is called.

mod authors;
mod bags;
#[cfg(test)]
mod conformance;
mod directory;
mod instances;
mod key;
mod lists;
mod memory;
mod origins;
mod remembered;
mod run_lock;
mod runs;
mod sealer;
mod services;
mod sqlite;
mod store;
mod time;

pub use authors::{AuthorNote, Authorship, Made};
pub use bags::{BagChange, Bags};
pub use directory::{StateDirectory, StateError};
pub use key::StateKey;
pub use lists::ListId;
pub use memory::MemoryState;
pub use origins::{
    Destination, EntryKey, EntryState, GatewayEntry, Leaving, OriginChange, OriginRow, Origins, Present,
    Reservation, SeenGateway,
};
pub use remembered::{Change, Remembered, Serving, Session, SessionId};
pub use run_lock::RunLock;
pub use runs::{
    AT_HEALTH_CHECK, Approval, Attempts, KnownTools, LocatedPath, Premise, Run, ToolDigests, Unapproved,
};
pub use sealer::{NoSealer, TextSealer};
pub use services::Services;
pub use sqlite::{Fate, ResealError, Resealed, SqliteState, check_reseal, reseal};
pub use store::{Kept, StateStore, Trouble};
pub use time::UnixTime;
