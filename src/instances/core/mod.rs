//! What follows from what: which instances are started, ended and probed, when a failed one is tried again, and how
//! healthy each is. Pure: it is given what happens and what time it is, and says what to do. It knows no process, no
//! connection and no clock.

mod health;
mod instance;
mod message;
mod retry;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod wanted;

pub use health::{Event, EventKind, Health, HealthStatus, Outcome, Reading};
pub use instance::{Attempt, DemandId, Instance, Phase};
pub use message::{Action, Input, Refusal};
pub use retry::Retry;
pub use table::Table;
pub use time::Now;
pub use wanted::{Permission, ProbePlan, StartMode, UnapprovedReason, Wanted};
