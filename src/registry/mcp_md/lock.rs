//! The lock of everyone who installs or uninstalls, the client in Python too: `flock` on a file beside `mcp.md`. Two
//! threads of one process wait for each other as two processes do. It does not know what is done under it.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use crate::foreign_file::own_as_folder;

/// The file, which is never removed.
pub(super) const LOCK_NAME: &str = ".mcp_registry.lock";

const POLL: Duration = Duration::from_millis(500);

/// A lock that is held until this is dropped.
pub(super) struct Held {
    file: File,
    path: PathBuf,
}

/// Why a lock is not held.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotHeld {
    /// Someone else has it.
    #[error("lock at {} held by another process or thread; waited {}s", path.display(), waited.as_secs())]
    Busy { path: PathBuf, waited: Duration },
    /// The file can't be used.
    #[error("lock at {}: {source}", path.display())]
    Failed { path: PathBuf, source: io::Error },
}

impl Held {
    /// Waits for the lock in a folder that exists.
    pub(super) fn acquire(folder: &Path, patience: Duration) -> Result<Self, NotHeld> {
        let path = folder.join(LOCK_NAME);
        let begun = Instant::now();
        loop {
            match Self::try_acquire(&path) {
                Ok(Some(held)) => return Ok(held),
                Ok(None) => {}
                Err(source) => return Err(NotHeld::Failed { path, source }),
            }
            let waited = begun.elapsed();
            if waited >= patience {
                return Err(NotHeld::Busy { path, waited });
            }
            thread::sleep(POLL.min(patience - waited));
        }
    }

    fn try_acquire(path: &Path) -> io::Result<Option<Self>> {
        // Never through a link: what it leads to is about to be overwritten.
        let no_follow = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o644).custom_flags(no_follow);
        let is_new = path.symlink_metadata().is_err();
        let held = Self { file: options.open(path)?, path: path.to_owned() };
        if is_new {
            // Root locks nobody out of a folder of theirs.
            own_as_folder(&held.file, path.parent().unwrap_or(path))?;
        }
        match flock(&held.file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK | Errno::INTR) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        // Someone may have put another file in its place between the two calls.
        if !held.is_still_held() {
            return Ok(None);
        }
        held.sign()?;
        Ok(Some(held))
    }

    /// Whether the file that is locked is still the one that others lock.
    pub(super) fn is_still_held(&self) -> bool {
        match (self.file.metadata(), self.path.symlink_metadata()) {
            (Ok(held), Ok(there)) => (held.dev(), held.ino()) == (there.dev(), there.ino()),
            _ => false,
        }
    }

    /// Says for people who holds it.
    fn sign(&self) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut file = &self.file;
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "pid={} acquired={:.3}", std::process::id(), now.as_secs_f64())
    }
}
