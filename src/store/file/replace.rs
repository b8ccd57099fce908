//! A durable replace: a draft beside the document, written, owned and synced, then put in its place, then
//! the folder synced. A crash leaves the old or the new document. The caller holds the lock; it does not
//! know what the bytes mean.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document_path::{directory_of, sync_directory};
use super::error::{FileError, failed};
use super::exchange::{Expected, Outcome, PERMISSION_BITS, create, swap};
use super::failpoints::{Failpoints, Step};

/// What a draft is readable and writable by until it has the document's mode, and what a new document is.
const PRIVATE: u32 = 0o600;

/// A complete and synced file that can take the document's place. Removed when dropped.
pub(super) struct Draft<'a> {
    path: PathBuf,
    target: &'a Path,
    file: File,
    failpoints: &'a dyn Failpoints,
    is_placed: bool,
}

/// Why a document was not replaced.
pub(super) enum NotReplaced {
    /// It is no longer the one that was read. Nothing was changed.
    Overtaken,
    /// A step failed.
    Failed(FileError),
}

impl From<FileError> for NotReplaced {
    fn from(error: FileError) -> Self {
        Self::Failed(error)
    }
}

impl<'a> Draft<'a> {
    /// Writes the draft, with the owner, group and mode of `existing`.
    pub(super) fn write(
        target: &'a Path,
        bytes: &[u8],
        existing: Option<&Metadata>,
        failpoints: &'a dyn Failpoints,
    ) -> Result<Self, FileError> {
        let mut draft = Self::create(target, failpoints)?;
        draft.fill(bytes)?;
        if let Some(existing) = existing {
            draft.own(existing).map_err(|error| FileError::Ownership(Arc::new(error)))?;
        }
        draft.take(&Step::SyncFile { path: &draft.path })?;
        draft.file.sync_all().map_err(|error| failed(&Step::SyncFile { path: &draft.path }, error))?;
        Ok(draft)
    }

    /// Puts the draft in the place of the expected document, or where none is expected, of none. From here on a
    /// crash may leave the new document.
    pub(super) fn place(mut self, expected: Option<&Expected<'_>>) -> Result<Placed, NotReplaced> {
        let outcome = match expected {
            Some(expected) => swap(&self.path, self.target, &self.file, expected, self.failpoints),
            None => create(&self.path, self.target, self.failpoints),
        };
        let has_leftovers = match outcome? {
            Outcome::Overtaken => return Err(NotReplaced::Overtaken),
            Outcome::Placed => false,
            Outcome::Swapped => remove(&self.path, self.failpoints).is_err(),
        };
        self.is_placed = true;
        Ok(Placed { metadata: self.file.metadata().ok(), has_leftovers })
    }

    fn create(target: &'a Path, failpoints: &'a dyn Failpoints) -> Result<Self, FileError> {
        loop {
            let path = directory_of(target).join(draft_name(target)?);
            let step = Step::Create { path: &path };
            failpoints.before(&step).map_err(|error| failed(&step, error))?;
            match OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&path) {
                Ok(file) => return Ok(Self { path, target, file, failpoints, is_placed: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(&step, error)),
            }
        }
    }

    fn fill(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let step = Step::Write { path: &self.path, bytes: rest };
            self.take(&step)?;
            let piece = &rest[..self.failpoints.write_at_most(rest.len()).min(rest.len())];
            match self.file.write(piece) {
                Ok(0) => return Err(failed(&step, io::ErrorKind::WriteZero.into())),
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(&step, error)),
            }
        }
        Ok(())
    }

    fn own(&self, existing: &Metadata) -> io::Result<()> {
        let draft = self.file.metadata()?;
        let (user, group, mode) = (existing.uid(), existing.gid(), existing.mode() & PERMISSION_BITS);
        let is_owned = (draft.uid(), draft.gid()) == (user, group);
        if is_owned && draft.mode() & PERMISSION_BITS == mode {
            return Ok(());
        }
        self.failpoints.before(&Step::Own { path: &self.path, user, group, mode })?;
        if !is_owned {
            fchown(&self.file, Some(user), Some(group))?;
        }
        // After the owner: changing that clears bits of the mode.
        self.file.set_permissions(Permissions::from_mode(mode))
    }

    fn take(&self, step: &Step<'_>) -> Result<(), FileError> {
        self.failpoints.before(step).map_err(|error| failed(step, error))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.is_placed {
            // What can't be removed now is left, and swept before a later write.
            remove(&self.path, self.failpoints).ok();
        }
    }
}

/// The proof that a draft has taken the document's place.
pub(super) struct Placed {
    /// What the new document looks like, where the system could tell.
    pub(super) metadata: Option<Metadata>,
    /// Whether the replaced document could not be removed.
    pub(super) has_leftovers: bool,
}

/// Makes an existing document durable as it is.
pub(super) fn sync_in_place(target: &Path, failpoints: &dyn Failpoints) -> Result<(), FileError> {
    let step = Step::SyncFile { path: target };
    let sync = || {
        failpoints.before(&step)?;
        File::open(target)?.sync_all()
    };
    sync().map_err(|error| failed(&step, error))?;
    let directory = directory_of(target);
    sync_directory(directory, failpoints)
        .map_err(|error| failed(&Step::SyncDirectory { path: directory }, error))
}

/// Removes drafts of this document that a crash or a failure left. Only for a holder of the lock: then
/// no draft is anybody's work. Returns whether all of it is gone.
pub(super) fn sweep(target: &Path, failpoints: &dyn Failpoints) -> bool {
    let Ok(entries) = fs::read_dir(directory_of(target)) else { return false };
    let mut is_clean = true;
    for entry in entries {
        is_clean &= match entry {
            Ok(entry) if is_draft(&entry.file_name(), target) => remove(&entry.path(), failpoints).is_ok(),
            Ok(_) => true,
            Err(_) => false,
        };
    }
    is_clean
}

fn remove(path: &Path, failpoints: &dyn Failpoints) -> io::Result<()> {
    failpoints.before(&Step::Unlink { path })?;
    fs::remove_file(path)
}

/// `.settings.json.mcp-settings-`, the beginning of every draft's name.
fn draft_prefix(target: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push(".mcp-settings-");
    prefix
}

const DRAFT_SUFFIX: &[u8] = b".tmp";

/// `.settings.json.mcp-settings-PID-RANDOM.tmp`
fn draft_name(target: &Path) -> Result<OsString, FileError> {
    let random = getrandom::u64().map_err(|error| FileError::Write {
        step: "create",
        source: Arc::new(io::Error::other(error.to_string())),
    })?;
    let mut name = draft_prefix(target);
    name.push(format!("{}-{random:016x}", std::process::id()));
    name.push(OsStr::from_bytes(DRAFT_SUFFIX));
    Ok(name)
}

fn is_draft(name: &OsStr, target: &Path) -> bool {
    let stem = name.as_bytes().strip_prefix(draft_prefix(target).as_bytes());
    let Some(stem) = stem.and_then(|rest| rest.strip_suffix(DRAFT_SUFFIX)) else { return false };
    let Some(dash) = stem.iter().position(|byte| *byte == b'-') else { return false };
    let (process, random) = (&stem[..dash], &stem[dash + 1..]);
    !process.is_empty()
        && process.iter().all(u8::is_ascii_digit)
        && random.len() == 16
        && random.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::failpoints::NoFailpoints;

    #[test]
    fn a_draft_is_private_beside_the_document_and_gone_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("settings.json");
        let draft = Draft::write(&target, b"secret", None, &NoFailpoints).unwrap();
        let entries: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].metadata().unwrap().mode() & PERMISSION_BITS, 0o600);
        assert!(is_draft(&entries[0].file_name(), &target), "the sweep would not know it");
        drop(draft);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_sweep_takes_drafts_of_this_document_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("settings.json");
        let kept = [
            "settings.json",
            ".settings.lock",
            ".settings.json.tmp",
            ".other.json.mcp-settings-12-0123456789abcdef.tmp",
            ".settings.json.mcp-settings-12-0123456789abcdef.tmp.bak",
            ".settings.json.mcp-settings-12-0123456789abcde.tmp",
            ".settings.json.mcp-settings-x-0123456789abcdef.tmp",
            ".settings.json.mcp-settings-0123456789abcdef.tmp",
        ];
        for name in kept.into_iter().chain([".settings.json.mcp-settings-12-0123456789abcdef.tmp"]) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        assert!(sweep(&target, &NoFailpoints));
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut expected = kept;
        expected.sort();
        assert_eq!(left, expected);
    }
}
