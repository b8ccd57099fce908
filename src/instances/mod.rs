//! Turns configurations into live sessions: what is approved is started, spoken to, watched and ended. It does not know
//! how it is called over HTTP, and writes no configuration.

mod clock;
mod fault;
mod launch;
mod platform;
mod process;
mod redaction;
mod supervisor;

pub use clock::{Clock, SystemClock};
pub use fault::{Fault, FaultKind};
pub use launch::{Program, Remote, Resolved, ResolvedLaunch};
pub use platform::{Limits, own_program};
pub use process::{
    Child, Exit, Located, Log, LogFollower, LogLine, Process, ProcessSettings, Processes, SearchPath,
    Skipped, Start, WhySkipped,
};
pub use redaction::Redactor;
pub use supervisor::{Namespace, Order, run as supervise};
