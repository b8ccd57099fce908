//! What is measured of instances: starts, probes and calls, by the kind of fault that they came to. No server is named.

use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{CANCELLED, Durations, Outcome, durations, observe};
use crate::api::FaultKind;

/// The measures of all instances.
#[derive(Clone, Debug)]
pub struct InstanceMetrics {
    starts: Durations,
    probes: Durations,
    calls: Durations,
    refusals: Family<Reason, Counter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

/// A call that is being made. Dropped before its end, it was given up.
#[derive(Debug)]
pub struct CallWatch {
    calls: Durations,
    began: Instant,
    outcome: Outcome,
}

impl Default for InstanceMetrics {
    fn default() -> Self {
        let [starts, probes, calls] = [(); 3].map(|()| durations());
        Self { starts, probes, calls, refusals: Family::default() }
    }
}

impl InstanceMetrics {
    /// A start has come to an end after so long: the server has answered `initialize`, or this was wrong.
    pub fn started(&self, fault: Option<FaultKind>, took: Duration) {
        observe(&self.starts, Outcome::of(fault), took);
    }

    /// A start was given up after so long.
    pub fn start_cancelled(&self, took: Duration) {
        observe(&self.starts, Outcome { outcome: CANCELLED }, took);
    }

    /// A probe has come to an end after so long.
    pub fn probed(&self, fault: Option<FaultKind>, took: Duration) {
        observe(&self.probes, Outcome::of(fault), took);
    }

    /// A call is made now.
    pub fn call(&self) -> CallWatch {
        let outcome = Outcome { outcome: CANCELLED };
        CallWatch { calls: self.calls.clone(), began: Instant::now(), outcome }
    }

    /// No call was made, for this reason: a word of ours.
    pub fn refused(&self, reason: &'static str) {
        self.refusals.get_or_create(&Reason { reason }).inc();
    }

    /// Every reason there can be, so that each has a series before it is first given.
    pub fn expect_refusals(&self, reasons: &[&'static str]) {
        reasons.iter().for_each(|reason| drop(self.refusals.get_or_create(&Reason { reason })));
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        for (name, help, durations) in [
            ("start_duration", "How long starts of servers took, by what came of them", &self.starts),
            ("probe_duration", "How long probes took, by what came of them", &self.probes),
            ("tool_call_duration", "How long calls of tools took, by what came of them", &self.calls),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, durations.clone());
        }
        registry.register(
            "tool_calls_refused",
            "Calls of tools that were not made, by the reason",
            self.refusals.clone(),
        );
    }
}

impl CallWatch {
    /// It has come to this.
    pub fn end(mut self, fault: Option<FaultKind>) {
        self.outcome = Outcome::of(fault);
    }
}

impl Drop for CallWatch {
    fn drop(&mut self) {
        observe(&self.calls, self.outcome, self.began.elapsed());
    }
}
