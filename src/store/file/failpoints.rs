//! The one place where a test can intervene between the store and the disk: before each step, in each write
//! and at each identity. In production nothing intervenes.

use std::io;
use std::path::Path;

use super::identity::Identity;

/// Something that the store is about to do with the disk.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Make a folder.
    MakeDirectory {
        /// Which.
        path: &'a Path,
    },
    /// Open and lock a lock file.
    Lock {
        /// Which.
        path: &'a Path,
    },
    /// Read the document.
    Read {
        /// The document.
        path: &'a Path,
    },
    /// Create a temporary file.
    Create {
        /// Which.
        path: &'a Path,
    },
    /// Write to the temporary file, at its end.
    Write {
        /// Which.
        path: &'a Path,
        /// What is still to be written.
        bytes: &'a [u8],
    },
    /// Give the temporary file the document's owner, group and mode.
    Own {
        /// Which.
        path: &'a Path,
        /// The document's owner.
        user: u32,
        /// The document's group.
        group: u32,
        /// The document's permission bits.
        mode: u32,
    },
    /// Sync a file.
    SyncFile {
        /// Which.
        path: &'a Path,
    },
    /// Look whether the document is still the one that was read.
    Look {
        /// The document.
        path: &'a Path,
    },
    /// Swap the names of the temporary file and of the document.
    Swap {
        /// The temporary file.
        from: &'a Path,
        /// The document.
        to: &'a Path,
    },
    /// Put the temporary file in the document's place.
    Rename {
        /// The temporary file.
        from: &'a Path,
        /// The document.
        to: &'a Path,
    },
    /// Sync a folder.
    SyncDirectory {
        /// Which.
        path: &'a Path,
    },
    /// Remove a temporary file, or the document that was swapped for it.
    Unlink {
        /// Which.
        path: &'a Path,
    },
}

impl Step<'_> {
    /// The name of the step, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MakeDirectory { .. } => "make-directory",
            Self::Lock { .. } => "lock",
            Self::Read { .. } => "read",
            Self::Create { .. } => "create",
            Self::Write { .. } => "write",
            Self::Own { .. } => "own",
            Self::SyncFile { .. } => "sync-file",
            Self::Look { .. } => "look",
            Self::Swap { .. } => "swap",
            Self::Rename { .. } => "rename",
            Self::SyncDirectory { .. } => "sync-directory",
            Self::Unlink { .. } => "unlink",
        }
    }
}

/// Interventions between the store and the disk.
pub trait Failpoints: Send + Sync {
    /// Called before each step; an error counts as the step's own, and the step is not done.
    fn before(&self, step: &Step<'_>) -> io::Result<()> {
        let _ = step;
        Ok(())
    }

    /// How many of the bytes that remain the next write takes, as a disk may take fewer than it is given.
    fn write_at_most(&self, remaining: usize) -> usize {
        remaining
    }

    /// What the store shall take for the identity of a file or folder.
    fn identity(&self, real: Identity) -> Identity {
        real
    }
}

/// Nobody: the disk as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFailpoints;

impl Failpoints for NoFailpoints {}
