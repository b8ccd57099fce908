//! The right to make one call through an instance. It is given back when it is dropped, wherever that is, so that no call
//! that was given up keeps an instance alive.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::FaultKind;
use super::core::{Attempt, Outcome};
use super::live::Live;

/// One call that may be made.
pub(super) struct Lease {
    pub(super) live: Arc<Live>,
    /// How long the call may take.
    pub(super) patience: Duration,
    attempt: Attempt,
    outcome: Option<Outcome>,
    returns: mpsc::UnboundedSender<(Attempt, Outcome)>,
}

impl Lease {
    pub(super) fn new(
        live: Arc<Live>,
        patience: Duration,
        attempt: Attempt,
        returns: mpsc::UnboundedSender<(Attempt, Outcome)>,
    ) -> Self {
        Self { live, patience, attempt, outcome: None, returns }
    }

    /// The call has come to this.
    pub(super) fn end(mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let unused = || Outcome { fault: Some(FaultKind::Policy.because("the call was given up")), ms: 0 };
        let outcome = self.outcome.take().unwrap_or_else(unused);
        self.returns.send((self.attempt, outcome)).ok();
    }
}
