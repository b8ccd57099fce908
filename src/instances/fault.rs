//! Why an instance did not do what was wanted of it: one kind for probes and calls alike. It does not know what follows
//! from it.

use std::fmt;

pub use crate::api::FaultKind;

/// A fault, and what there is to say about it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// What is said to every reader. It may hold a server's own words, so it is redacted before it is stored, logged or
    /// shown.
    pub message: String,
    /// What is said beside it only to those who may start programs: an error of the operating system, an address.
    pub detail: Option<String>,
}

impl FaultKind {
    /// A fault of this kind.
    pub fn because(self, message: impl Into<String>) -> Fault {
        Fault { kind: self, message: message.into(), detail: None }
    }
}

impl Fault {
    /// A bug of ours, whose panic is in the log.
    pub(super) fn of_ours() -> Self {
        FaultKind::Protocol.because("this service failed; its log says more")
    }

    /// The same with what only those are shown who may start programs.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// The kind only: the message may hold what a server said.
impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fault").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_prints_its_kind_and_not_what_a_server_said() {
        let fault = FaultKind::JsonRpc.because("bad token sk-live-1").with_detail("10.0.0.1");
        assert_eq!(format!("{fault:?}"), "Fault { kind: JsonRpc, .. }");
    }
}
