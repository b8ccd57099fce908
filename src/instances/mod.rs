//! Turns configurations into live sessions: what is approved is started, spoken to, watched and ended. It does not know
//! how it is called over HTTP, and writes no configuration.

mod clock;
mod fault;
mod http_client;
mod launch;
mod session;

pub use clock::{Clock, SystemClock};
pub use fault::{Fault, FaultKind};
pub use http_client::{HttpClient, LARGEST_BODY, Lookup};
pub use launch::{Program, Remote, Resolved, ResolvedLaunch};
pub use session::{Item, List, ListKind, Notification, PeerInfo, Session, ToolAnswer, ToolList};
