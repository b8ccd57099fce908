//! Why a request got no result, with what the handshake and the choice of a transport need to know. Outside of sessions
//! it is a [`Fault`].

use crate::instances::fault::{Fault, FaultKind};

use super::message::RpcError;

/// Why a request got no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// Anything but the following.
    Fault(Fault),
    /// The server answered with a JSON-RPC error.
    Rpc {
        /// The error.
        error: RpcError,
        /// The HTTP status that it came with, where that was not a success.
        status: Option<u16>,
    },
    /// An HTTP status that MCP does not foresee.
    Status {
        /// The status.
        status: u16,
        /// What is said of it.
        fault: Fault,
    },
}

impl Failure {
    /// The HTTP status that came instead of a success.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Fault(_) => None,
            Self::Rpc { status, .. } => *status,
            Self::Status { status, .. } => Some(*status),
        }
    }

    /// Whether no answer came in time.
    pub(super) fn is_timeout(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.kind == FaultKind::Timeout)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Fault(fault) | Failure::Status { fault, .. } => fault,
            Failure::Rpc { error, .. } if error.message.trim().is_empty() => {
                FaultKind::JsonRpc.because(format!("the server answered with error {}", error.code))
            }
            Failure::Rpc { error, .. } => FaultKind::JsonRpc.because(error.message),
        }
    }
}
