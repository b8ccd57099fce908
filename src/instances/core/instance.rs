//! One instance: where it is between its start and its end, and what is remembered of it. Its transitions are in the
//! table, which also knows the others.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Now;
use super::health::Health;
use super::retry::Retry;
use super::wanted::{Permission, StartMode, Wanted};

/// How long an instance runs until its start counts as successful, where it answers nothing before.
pub(super) const PROVEN: Duration = Duration::from_secs(30);

/// How long a start holds its permit where `initialize` is not answered before.
pub(super) const PERMIT: Duration = Duration::from_secs(5);

/// How long calls in flight may go on where their instance is ended.
pub(super) const IN_FLIGHT: Duration = Duration::from_secs(2);

/// Within which time exits are counted, and how many of them are a failed attempt.
const EXITS: (Duration, usize) = (Duration::from_secs(600), 3);

/// Which client waits. The caller gives the number.
pub type DemandId = u64;

/// Which start of which instance. A number is given once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt(pub u64);

/// One instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// What is wanted of it.
    pub wanted: Wanted,
    /// Where it is.
    pub phase: Phase,
    /// Since when it is there. Milliseconds of Unix time.
    pub since_ms: i64,
    /// What is known of attempts that failed.
    pub retry: Option<Retry>,
    /// How healthy it is.
    pub health: Health,
    /// How many starts have succeeded in initializing.
    pub starts: u64,
    /// How many calls were made through it.
    pub calls: u64,
    /// How many of them failed.
    pub failed_calls: u64,
    pub(super) waiting: Vec<DemandId>,
    pub(super) probers: Vec<DemandId>,
    pub(super) exits: VecDeque<Instant>,
    pub(super) is_asked: bool,
    /// Whether what is known to be wanted of it has turned out to be old.
    pub(super) is_outdated: bool,
}

/// Where an instance is between its start and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There is nothing that runs.
    Idle,
    /// It is to be started, as soon as there is room.
    Waiting(Instant),
    /// It is being started.
    Starting {
        /// Which start.
        attempt: Attempt,
        /// Since when.
        since: Instant,
    },
    /// It is initialized.
    Running {
        /// Which start.
        attempt: Attempt,
        /// Since when.
        since: Instant,
        /// Whether its start has proved to be successful.
        is_proven: bool,
        /// When a client used it last.
        last_used: Instant,
        /// How many calls are in flight.
        in_flight: u32,
        /// When it is probed next; nothing while it is being probed.
        next_probe: Option<Instant>,
    },
    /// The last attempt failed.
    Failed,
    /// Its session is over, and what is left of it is being ended.
    Dying {
        /// Which start.
        attempt: Attempt,
        /// Whether its start had proved to be successful.
        is_proven: bool,
    },
    /// It is being ended.
    Stopping(Attempt),
}

impl Instance {
    pub(super) fn new(wanted: Wanted, now: Now) -> Self {
        Self {
            wanted,
            phase: Phase::Idle,
            since_ms: now.unix_ms,
            retry: None,
            health: Health::unknown(now),
            starts: 0,
            calls: 0,
            failed_calls: 0,
            waiting: Vec::new(),
            probers: Vec::new(),
            exits: VecDeque::new(),
            is_asked: false,
            is_outdated: false,
        }
    }

    /// Which start it is at, if any.
    pub fn attempt(&self) -> Option<Attempt> {
        match self.phase {
            Phase::Starting { attempt, .. }
            | Phase::Running { attempt, .. }
            | Phase::Dying { attempt, .. }
            | Phase::Stopping(attempt) => Some(attempt),
            Phase::Idle | Phase::Waiting(_) | Phase::Failed => None,
        }
    }

    /// Whether it may run.
    pub fn is_allowed(&self) -> bool {
        self.wanted.permission == Permission::Allowed
    }

    pub(super) fn enter(&mut self, phase: Phase, now: Now) {
        self.phase = phase;
        self.since_ms = now.unix_ms;
    }

    /// Whether a process of it takes one of the places.
    pub(super) fn has_process(&self) -> bool {
        self.wanted.is_process && self.attempt().is_some()
    }

    /// Whether its start holds a permit.
    pub(super) fn holds_permit(&self, now: Now) -> bool {
        let is_new = |since: Instant| now.instant < since + PERMIT;
        self.wanted.is_process && matches!(self.phase, Phase::Starting { since, .. } if is_new(since))
    }

    /// Whether it is to be started, where nothing keeps it from that.
    pub(super) fn is_needed(&self) -> bool {
        self.is_asked || !self.waiting.is_empty() || self.wanted.start == StartMode::Always
    }

    /// Who is started first: what a client waits for, what always runs, the rest; then what waits longest.
    pub(super) fn priority(&self, since: Instant) -> (u8, Instant) {
        let class = match (self.waiting.is_empty(), self.wanted.start) {
            (false, _) => 0,
            (true, StartMode::Always) => 1,
            (true, StartMode::OnDemand) => 2,
        };
        (class, since)
    }

    /// Since when nobody uses it, if it could be ended for that.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        match self.phase {
            Phase::Running { last_used, in_flight: 0, .. } if self.wanted.start == StartMode::OnDemand => {
                Some(last_used)
            }
            _ => None,
        }
    }

    /// An instance whose start was successful has ended by itself. Whether that is one time too many.
    pub(super) fn note_exit(&mut self, now: Now) -> bool {
        let (within, most) = EXITS;
        self.exits.retain(|exit| now.instant < *exit + within);
        self.exits.push_back(now.instant);
        if self.exits.len() < most {
            return false;
        }
        self.exits.clear();
        true
    }

    /// When it is to be looked at next.
    pub(super) fn next_look(&self, now: Now) -> Option<Instant> {
        match self.phase {
            Phase::Idle | Phase::Failed if self.is_allowed() && self.is_needed() => {
                self.retry.as_ref().map(|retry| retry.next.instant)
            }
            Phase::Starting { since, .. } => Some(since + PERMIT).filter(|end| now.instant < *end),
            Phase::Running { since, is_proven, next_probe, .. } => {
                let proven = (!is_proven).then_some(since + PROVEN);
                let idle = self.idle_since().map(|since| since + self.wanted.idle);
                [proven, idle, next_probe].into_iter().flatten().min()
            }
            Phase::Idle | Phase::Failed | Phase::Waiting(_) | Phase::Dying { .. } | Phase::Stopping(_) => {
                None
            }
        }
    }
}
