//! Turns configurations into live sessions: what is approved is started, spoken to, watched and ended. It does not know
//! how it is called over HTTP, and writes no configuration.

mod clock;
pub mod core;
mod fault;
mod http_client;
mod launch;
mod platform;
mod process;
mod redaction;
mod references;
mod session;
mod supervisor;

pub use clock::{Clock, SystemClock};
pub use fault::{Fault, FaultKind};
pub use http_client::{HttpClient, LARGEST_BODY};
pub use launch::{Program, Remote, Resolved, ResolvedLaunch};
pub use platform::Limits;
pub use process::{
    Child, Exit, Located, Log, LogFollower, LogLine, Process, ProcessSettings, Processes, SearchPath,
    Skipped, Start, WhySkipped,
};
pub use redaction::Redactor;
pub use references::{ReferenceSettings, References, VaultToken};
pub use session::{Item, List, ListKind, Notification, PeerInfo, Session, ToolAnswer, ToolList};
pub use supervisor::{Namespace, Order, run as supervise};
