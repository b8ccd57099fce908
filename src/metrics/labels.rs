//! Labels and buckets that several metrics share. Values are words of ours: whatever a caller or a server chooses would make
//! series without end.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::api::FaultKind;

/// The upper bounds of all buckets: from what a read takes to what a start may take. Seconds.
const SECONDS: [f64; 15] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Where it was given up, by us or by the client, before anything came of it.
pub(super) const CANCELLED: &str = "cancelled";

/// What came of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) outcome: &'static str,
}

/// Durations by what came of it.
pub(super) type Durations = Family<Outcome, Histogram, fn() -> Histogram>;

impl Outcome {
    /// `ok`, or the kind of the fault.
    pub(super) fn of(fault: Option<FaultKind>) -> Self {
        Self { outcome: fault.map_or("ok", FaultKind::as_str) }
    }
}

/// A measure of durations.
pub(super) fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

/// Measures of durations by what came of it, with one for what succeeds: a series that is there from the beginning can be
/// compared with what it is later.
pub(super) fn durations() -> Durations {
    let family = Durations::new_with_constructor(seconds);
    drop(family.get_or_create(&Outcome::of(None)));
    family
}

pub(super) fn observe(durations: &Durations, outcome: Outcome, took: Duration) {
    durations.get_or_create(&outcome).observe(took.as_secs_f64());
}
