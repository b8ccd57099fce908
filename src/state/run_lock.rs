//! The lock of the one process that runs the servers of a settings file. The kernel releases it, however the process ends.
//! It does not know what running is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

const NAME: &str = "run.lock";

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

    /// The lock in this folder, if no other process holds it. The file is closed in a program that this process starts.
    pub(super) fn try_in(folder: &Path) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        options.custom_flags((OFlags::NOFOLLOW | OFlags::CLOEXEC).bits().cast_signed());
        let file = options.open(folder.join(NAME))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
