//! The right to make one call through an instance. It is given back when it is dropped, wherever that is, so that no call
//! that was given up keeps an instance alive.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::core::{Attempt, Outcome};
use super::live::Live;

/// One call that may be made.
pub(super) struct Lease {
    pub(super) live: Arc<Live>,
    /// How long the call may take.
    pub(super) patience: Duration,
    attempt: Attempt,
    outcome: Return,
    returns: mpsc::UnboundedSender<(Attempt, Return)>,
}

/// What became of a lease.
pub(super) enum Return {
    /// The call came to this.
    Called(Outcome),
    /// The call was given up.
    GivenUp,
    /// Nothing was called.
    Unused,
}

impl Lease {
    pub(super) fn new(
        live: Arc<Live>,
        patience: Duration,
        attempt: Attempt,
        returns: mpsc::UnboundedSender<(Attempt, Return)>,
    ) -> Self {
        Self { live, patience, attempt, outcome: Return::GivenUp, returns }
    }

    /// The call has come to this.
    pub(super) fn end(mut self, outcome: Outcome) {
        self.outcome = Return::Called(outcome);
    }

    /// No call is made.
    pub(super) fn release(mut self) {
        self.outcome = Return::Unused;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, Return::GivenUp);
        self.returns.send((self.attempt, outcome)).ok();
    }
}
