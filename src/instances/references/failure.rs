//! The one form of the faults of resolving: the page and the tests of starts know its beginning.

use std::fmt::Display;

use crate::instances::fault::{Fault, FaultKind};

/// What could not be resolved, and why. Neither may hold a value.
pub(super) fn failed(what: impl Display, why: &str) -> Fault {
    FaultKind::Resolution.because(format!("secret resolution failed: {what}: {why}"))
}

/// The same with what is for those who may start programs.
pub(super) fn detailed(fault: Fault, detail: Option<impl Display>) -> Fault {
    match detail {
        Some(detail) => fault.with_detail(detail.to_string()),
        None => fault,
    }
}
