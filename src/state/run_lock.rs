//! The locks of the one process that runs the servers of a settings file, and of the one that calls gateways. The kernel
//! releases them, however the process ends. It does not know what running and calling is.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use super::directory::open_lock;

/// For who runs servers.
pub(super) const RUN: &str = "run.lock";

/// For who calls gateways.
pub(super) const GATEWAYS: &str = "gateways.lock";

/// Held as long as it lives.
#[derive(Debug)]
pub struct RunLock {
    /// None where nobody else could run anything.
    _file: Option<File>,
}

impl RunLock {
    /// A lock that nobody else could have.
    pub(super) fn of_nobody_else() -> Self {
        Self { _file: None }
    }

    /// The lock of this name in this folder, if no other process holds it.
    pub(super) fn try_in(folder: &Path, name: &str) -> io::Result<Option<Self>> {
        let file = open_lock(&folder.join(name))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
