//! Puts a draft in the place of the document that was read, and of no other. Where the file system can swap two
//! names, what came back is compared with what was read, and put back if it is something else: then another
//! program's file is not lost, however late it came. Elsewhere the last look is right before the rename.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::error::{FileError, failed};
use super::failpoints::{Failpoints, Step};

/// The mode of a file without its type.
pub(super) const PERMISSION_BITS: u32 = 0o7777;

/// How often a swap may find that yet another file has come, before it is called an error.
const ATTEMPTS: usize = 64;

/// The document that a draft may replace.
pub(super) struct Expected<'a> {
    /// What it holds.
    pub(super) bytes: &'a [u8],
    /// Its owner, group and mode, which the draft has been given.
    pub(super) metadata: &'a Metadata,
}

/// What has become of an attempt to take the document's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The draft is the document.
    Placed,
    /// The draft is the document, and the old one has the draft's name.
    Swapped,
    /// Something else is in the document's place, and stays there.
    Overtaken,
}

impl Expected<'_> {
    /// Whether the file of this name is the document, and has the owner, group and mode that it had.
    fn is_at(&self, path: &Path) -> io::Result<bool> {
        let found = fs::symlink_metadata(path)?;
        let owned = |metadata: &Metadata| (metadata.uid(), metadata.gid(), metadata.mode() & PERMISSION_BITS);
        let is_likely = found.is_file()
            && owned(&found) == owned(self.metadata)
            && u64::try_from(self.bytes.len()) == Ok(found.len());
        Ok(is_likely && fs::read(path)? == self.bytes)
    }
}

/// Puts the draft where no document is.
pub(super) fn create(draft: &Path, target: &Path, failpoints: &dyn Failpoints) -> Result<Outcome, FileError> {
    let step = Step::Rename { from: draft, to: target };
    failpoints.before(&step).map_err(|error| failed(&step, error))?;
    let renamed = match rename_with(draft, target, RenameFlags::NOREPLACE) {
        Err(error) if is_unsupported(&error) => fs::rename(draft, target),
        other => other,
    };
    match renamed {
        Ok(()) => Ok(Outcome::Placed),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Outcome::Overtaken),
        Err(error) => Err(failed(&step, error)),
    }
}

/// Puts the draft, which is open as `file`, in the place of the expected document.
pub(super) fn swap(
    draft: &Path,
    target: &Path,
    file: &File,
    expected: &Expected<'_>,
    failpoints: &dyn Failpoints,
) -> Result<Outcome, FileError> {
    match exchange(draft, target, failpoints) {
        Ok(()) => {}
        // The document is gone.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Outcome::Overtaken),
        Err(error) if is_unsupported(&error) => return rename(draft, target, expected, failpoints),
        Err(error) => return Err(failed(&Step::Swap { from: draft, to: target }, error)),
    }
    // What can't be looked at can't be the document, which was read.
    if expected.is_at(draft).unwrap_or(false) {
        return Ok(Outcome::Swapped);
    }
    put_back(draft, target, file, failpoints)
        .map(|()| Outcome::Overtaken)
        .map_err(|error| FileError::OutcomeUnknown(Arc::new(error)))
}

/// Undoes a swap. If another program has meanwhile put a file in the place of ours, that one is the newest and has
/// to go back too; and so on.
fn put_back(draft: &Path, target: &Path, file: &File, failpoints: &dyn Failpoints) -> io::Result<()> {
    let inode = |metadata: Metadata| (metadata.dev(), metadata.ino());
    let mut placed = inode(file.metadata()?);
    for _ in 0..ATTEMPTS {
        let newest = inode(fs::symlink_metadata(draft)?);
        match exchange(draft, target, failpoints) {
            Ok(()) => {}
            // It was deleted where ours was: that is the newest state.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            // The document's place has ours, which no response has shown yet.
            Err(_) => return fs::rename(draft, target),
        }
        if inode(fs::symlink_metadata(draft)?) == placed {
            return Ok(());
        }
        placed = newest;
    }
    Err(io::Error::other("the settings document was replaced again and again"))
}

fn exchange(draft: &Path, target: &Path, failpoints: &dyn Failpoints) -> io::Result<()> {
    failpoints.before(&Step::Swap { from: draft, to: target })?;
    rename_with(draft, target, RenameFlags::EXCHANGE)
}

/// A plain rename, right after a last look.
fn rename(
    draft: &Path,
    target: &Path,
    expected: &Expected<'_>,
    failpoints: &dyn Failpoints,
) -> Result<Outcome, FileError> {
    let step = Step::Rename { from: draft, to: target };
    failpoints.before(&step).map_err(|error| failed(&step, error))?;
    match expected.is_at(target) {
        Ok(true) => {}
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&step, error)),
        Ok(false) | Err(_) => return Ok(Outcome::Overtaken),
    }
    fs::rename(draft, target).map_err(|error| failed(&step, error))?;
    Ok(Outcome::Placed)
}

fn rename_with(from: &Path, to: &Path, flags: RenameFlags) -> io::Result<()> {
    renameat_with(CWD, from, CWD, to, flags).map_err(io::Error::from)
}

/// Whether this says that the kernel, the file system or a sandbox does not know the flags of a rename. Where it
/// says something else, the plain rename says it too.
fn is_unsupported(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errors = [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::PERM];
    Errno::from_io_error(error).is_some_and(|errno| errors.contains(&errno))
}
