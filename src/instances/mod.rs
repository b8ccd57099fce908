//! Turns configurations into live sessions: what is approved is started, spoken to, watched and ended. It does not know
//! how it is called over HTTP, and writes no configuration.

mod clock;
pub mod core;
mod fault;
mod launch;
mod references;

pub use clock::{Clock, SystemClock};
pub use fault::{Fault, FaultKind};
pub use launch::{Program, Remote, Resolved, ResolvedLaunch};
pub use references::{ReferenceSettings, References, VaultToken};
