//! How healthy an instance is: what its probes and calls say, how many failed in a row, and the last events. It does not
//! know how a probe is made.

use std::collections::VecDeque;

use super::Now;
pub use crate::api::{HealthStatus, InstanceEventKind as EventKind};
use crate::instances::{Fault, FaultKind};

/// How many events are kept (health contract, E4).
const EVENTS: usize = 50;

/// One reading of the health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How healthy.
    pub status: HealthStatus,
    /// Since when. Milliseconds of Unix time.
    pub since_ms: i64,
    /// When it was last looked at; nothing where it was not.
    pub checked_ms: Option<i64>,
    /// Why, where it is not healthy.
    pub fault: Option<Fault>,
}

/// The health of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// As it is now.
    pub now: Reading,
    /// The last reading before it became unknown, with the generation that it is of.
    pub last: Option<(u64, Reading)>,
    /// How many failures there were in a row.
    pub failures: u32,
    events: VecDeque<Event>,
    next: u64,
}

/// Something that happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which one, counted from 1.
    pub n: u64,
    /// When. Milliseconds of Unix time.
    pub at_ms: i64,
    /// Of which launch.
    pub generation: u64,
    /// What.
    pub kind: EventKind,
    /// What was wrong; nothing where nothing was.
    pub fault: Option<Fault>,
    /// How long it took, where that was measured. Milliseconds.
    pub ms: Option<u64>,
    /// How healthy the instance is after it.
    pub status: HealthStatus,
}

/// What a probe or a call has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was wrong.
    pub fault: Option<Fault>,
    /// How long it took. Milliseconds.
    pub ms: u64,
}

impl Outcome {
    /// Whether the server answered, be it with an error.
    pub fn is_answer(&self) -> bool {
        let kind = self.fault.as_ref().map(|fault| fault.kind);
        matches!(kind, None | Some(FaultKind::JsonRpc | FaultKind::ToolError))
    }

    /// Whether it says that something is wrong with the instance, and not with what it was asked.
    pub fn blames_instance(&self) -> bool {
        let kind = self.fault.as_ref().map(|fault| fault.kind);
        kind.is_some_and(|kind| {
            !matches!(kind, FaultKind::JsonRpc | FaultKind::ToolError | FaultKind::Policy)
        })
    }
}

impl Health {
    /// Of an instance of which nothing is known.
    pub fn unknown(now: Now) -> Self {
        let reading =
            Reading { status: HealthStatus::Unknown, since_ms: now.unix_ms, checked_ms: None, fault: None };
        Self { now: reading, last: None, failures: 0, events: VecDeque::new(), next: 1 }
    }

    /// The same with what another process has seen happen.
    #[must_use]
    pub fn with_events(mut self, events: Vec<Event>) -> Self {
        self.next = events.last().map_or(1, |event| event.n + 1);
        self.events = events.into();
        while EVENTS < self.events.len() {
            self.events.pop_front();
        }
        self
    }

    /// The last events, the oldest first.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// A probe, or a call that failed, has come to this.
    pub fn observe(&mut self, kind: EventKind, generation: u64, outcome: &Outcome, threshold: u32, now: Now) {
        let status = match &outcome.fault {
            None => {
                self.failures = 0;
                HealthStatus::Healthy
            }
            Some(fault) => {
                self.failures = self.failures.saturating_add(1);
                match fault.kind {
                    FaultKind::Auth => HealthStatus::AuthRequired,
                    _ if threshold <= self.failures => HealthStatus::Unhealthy,
                    _ => HealthStatus::Degraded,
                }
            }
        };
        self.enter(status, outcome.fault.clone(), Some(now.unix_ms), now);
        self.append(kind, generation, outcome.fault.clone(), Some(outcome.ms), now);
    }

    /// It was started. Nothing is known of it yet.
    pub fn started(&mut self, generation: u64, ms: u64, now: Now) {
        self.failures = 0;
        self.enter(HealthStatus::Unknown, None, None, now);
        self.append(EventKind::Start, generation, None, Some(ms), now);
    }

    /// It could not be started, or has ended by itself: it is not healthy, whatever the threshold is.
    pub fn failed(&mut self, kind: EventKind, generation: u64, fault: &Fault, now: Now) {
        let status = match fault.kind {
            FaultKind::Auth => HealthStatus::AuthRequired,
            _ => HealthStatus::Unhealthy,
        };
        self.enter(status, Some(fault.clone()), Some(now.unix_ms), now);
        self.append(kind, generation, Some(fault.clone()), None, now);
    }

    /// It has ended by itself, and is started when it is needed.
    pub fn exited(&mut self, generation: u64, fault: &Fault, now: Now) {
        self.append(EventKind::Exit, generation, Some(fault.clone()), None, now);
        self.forget(generation, now);
    }

    /// There is no instance any more whose health could be known. What was known last is kept beside.
    pub fn forget(&mut self, generation: u64, now: Now) {
        if self.now.status != HealthStatus::Unknown {
            self.last = Some((generation, self.now.clone()));
        }
        self.failures = 0;
        self.enter(HealthStatus::Unknown, None, None, now);
    }

    /// Its tools are others than those that are known. That says nothing of its health.
    pub fn drifted(&mut self, generation: u64, now: Now) {
        self.append(EventKind::Drift, generation, None, None, now);
    }

    fn enter(&mut self, status: HealthStatus, fault: Option<Fault>, checked_ms: Option<i64>, now: Now) {
        let since_ms = if self.now.status == status { self.now.since_ms } else { now.unix_ms };
        self.now = Reading { status, since_ms, checked_ms, fault };
    }

    fn append(&mut self, kind: EventKind, generation: u64, fault: Option<Fault>, ms: Option<u64>, now: Now) {
        let event =
            Event { n: self.next, at_ms: now.unix_ms, generation, kind, fault, ms, status: self.now.status };
        self.next += 1;
        self.events.push_back(event);
        if EVENTS < self.events.len() {
            self.events.pop_front();
        }
    }
}
