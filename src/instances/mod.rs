//! Turns configurations into live sessions: what is approved is started, spoken to, watched and ended. It does not know
//! how it is called over HTTP, and writes no configuration.

mod clock;
pub mod core;
mod discovering;
mod discovery;
mod fault;
mod feed;
mod handle;
mod http_client;
mod keeper;
mod launch;
mod lease;
mod live;
mod platform;
mod process;
mod reconciler;
mod redaction;
mod references;
mod session;
mod shared;
mod stage;
mod starter;
mod supervisor;
mod survey;
mod testing;
mod trial;
mod view;

pub use crate::model::run_policy::Limits;
pub use clock::{Clock, SystemClock};
pub use core::Refusal;
pub use discovery::{Freshness, Known, Listing, NotKnown, Offer, fingerprint};
pub use fault::{Fault, FaultKind};
pub use feed::Feed;
pub use handle::{CallError, Instances, NoInstance};
pub use http_client::{HttpClient, LARGEST_BODY, Lookup};
pub use launch::{Program, Remote, Resolved, ResolvedLaunch};
pub use platform::own_program;
pub use process::{
    Child, Exit, Located, Log, LogFollower, LogLine, Process, ProcessSettings, Processes, SearchPath,
    Skipped, Start, WhySkipped,
};
pub use redaction::Redactor;
pub use references::{ReferenceSettings, References, VaultToken};
pub use session::{Item, List, ListKind, Notification, PeerInfo, Session, ToolAnswer, ToolList};
pub use shared::Settings;
pub use stage::{Stage, StageReport, hint};
pub use starter::Tools;
pub use supervisor::{Namespace, Order, run as supervise};
pub use trial::{Draft, TestCall, Tested};
pub use view::Sight;
