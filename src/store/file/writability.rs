//! Whether anything can be written at the document's place, as far as that is known without writing there; and
//! what an attempt to write has shown. It decides nothing about the document itself.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{
    Access, AtFlags, CWD, StatVfsMountFlags, Statx, StatxAttributes, StatxFlags, access, statvfs, statx,
};
use rustix::io::Errno;
use rustix::process::{getegid, geteuid, getgroups, getuid};
use rustix::thread::{CapabilitySet, capabilities};

use super::document_path::{DocumentPath, directory_of};
use crate::model::PlaceReason;

/// The bit of a folder's mode that gives new files its group.
const SETGID: u32 = 0o2000;

/// What was found at a place.
pub(super) struct Probe {
    /// Why nothing can be written, if that is certain.
    pub(super) verdict: Option<PlaceReason>,
    facts: Facts,
}

/// What would look different if somebody had changed what may be written: mounts, modes, owners, attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Facts {
    document: Option<Marks>,
    folder: Option<Marks>,
    is_read_only: bool,
    may_write: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Marks {
    /// Mount, device and inode.
    place: (u64, u64, u64),
    /// Owner, group and mode.
    owned: (u32, u32, u32),
    attributes: u64,
}

/// What a failed attempt to write has taught: it holds as long as the place looks the same and no attempt succeeds.
pub(super) struct Lesson {
    reason: PlaceReason,
    facts: Facts,
}

impl Lesson {
    /// What is to be learned from this error of this step, if it says that the place can't be written.
    pub(super) fn of(step: &str, error: &io::Error, probe: Probe) -> Option<Self> {
        let Probe { verdict, facts } = probe;
        verdict.or_else(|| reason(step, error)).map(|reason| Self { reason, facts })
    }

    pub(super) fn reason(&self) -> PlaceReason {
        self.reason
    }

    /// What the lesson says, if it holds at a place that looks like this.
    pub(super) fn holds(&self, probe: &Probe) -> Option<PlaceReason> {
        (self.facts == probe.facts).then_some(self.reason)
    }
}

/// Why a step fails that fails in this way. What can pass by itself (a full disk, too many open files) is no reason.
fn reason(step: &str, error: &io::Error) -> Option<PlaceReason> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    match (step, error.kind()) {
        (_, ReadOnlyFilesystem) => Some(PlaceReason::FileSystem),
        ("own", PermissionDenied | InvalidInput) => Some(PlaceReason::Ownership),
        ("lock", PermissionDenied) => Some(PlaceReason::LockFile),
        ("create" | "swap" | "rename", PermissionDenied) => Some(PlaceReason::Folder),
        ("swap" | "rename", ResourceBusy) => Some(PlaceReason::FileMount),
        _ => None,
    }
}

/// Looks at a place. If it can't be examined, that is no reason: then an attempt to write decides.
pub(super) fn probe(place: &DocumentPath) -> Probe {
    let real = place.real().unwrap_or_else(|_| place.path().to_owned());
    let folder = directory_of(&real);
    let (document_marks, folder_marks) = (look(&real), look(folder));
    let has = |marks: &Option<Statx>, attributes| {
        marks.as_ref().is_some_and(|marks| marks.stx_attributes.intersects(attributes))
    };
    let is_fixed = StatxAttributes::IMMUTABLE | StatxAttributes::APPEND;
    let (is_read_only, may_write) = (is_read_only(folder), may_write(folder));
    let verdict = if has(&document_marks, StatxAttributes::MOUNT_ROOT) {
        Some(PlaceReason::FileMount)
    } else if is_read_only {
        Some(PlaceReason::FileSystem)
    } else if has(&document_marks, is_fixed) || has(&folder_marks, is_fixed) {
        Some(PlaceReason::Immutable)
    } else if !may_write {
        Some(PlaceReason::Folder)
    } else if let Some(reason) = place.locks(&real).iter().find_map(|lock| lock_verdict(lock)) {
        Some(reason)
    } else if fs::metadata(&real).is_ok_and(|document| !can_own_like(&document, folder)) {
        Some(PlaceReason::Ownership)
    } else {
        None
    };
    let [document, folder] = [document_marks, folder_marks].map(|marks| marks.as_ref().map(Marks::of));
    Probe { verdict, facts: Facts { document, folder, is_read_only, may_write } }
}

/// Why this lock file can't be used, if that is certain: it is never written, but must be there or be created.
fn lock_verdict(lock: &Path) -> Option<PlaceReason> {
    match access(lock, Access::READ_OK) {
        Err(Errno::NOENT) if is_read_only(directory_of(lock)) => Some(PlaceReason::FileSystem),
        Err(Errno::NOENT) => (!may_write(directory_of(lock))).then_some(PlaceReason::LockFile),
        Err(error) if is_refusal(error) && is_own_account() => Some(PlaceReason::LockFile),
        _ => None,
    }
}

/// Whether this file is the root of a mount: a single file that was mounted. `None` if that is not known.
/// A link is followed.
pub(super) fn is_mount(path: &Path) -> Option<bool> {
    let marks = statx(CWD, path, AtFlags::empty(), StatxFlags::TYPE).ok()?;
    let is_known = marks.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT);
    is_known.then(|| marks.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

fn look(path: &Path) -> Option<Statx> {
    statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS | StatxFlags::MNT_ID).ok()
}

fn is_read_only(folder: &Path) -> bool {
    statvfs(folder).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Whether files can be made in this folder, as far as its permissions say.
fn may_write(folder: &Path) -> bool {
    !is_own_account() || !access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err_and(is_refusal)
}

/// Whether the account that `access` asks for is the one that acts; else its answers say nothing.
fn is_own_account() -> bool {
    getuid() == geteuid()
}

fn is_refusal(error: Errno) -> bool {
    matches!(error, Errno::ACCESS | Errno::PERM)
}

/// Whether a new file in this folder can be given the owner and group of this one.
fn can_own_like(document: &Metadata, folder: &Path) -> bool {
    let group = document.gid();
    let is_group_ours = || {
        getegid().as_raw() == group
            || getgroups().is_ok_and(|groups| groups.iter().any(|own| own.as_raw() == group))
            || fs::metadata(folder).is_ok_and(|folder| folder.mode() & SETGID != 0 && folder.gid() == group)
    };
    (document.uid() == geteuid().as_raw() && is_group_ours())
        || capabilities(None).map_or(true, |sets| sets.effective.contains(CapabilitySet::CHOWN))
}

impl Marks {
    fn of(marks: &Statx) -> Self {
        Self {
            place: (
                marks.stx_mnt_id,
                u64::from(marks.stx_dev_major) << 32 | u64::from(marks.stx_dev_minor),
                marks.stx_ino,
            ),
            owned: (marks.stx_uid, marks.stx_gid, marks.stx_mode.into()),
            attributes: marks.stx_attributes.bits(),
        }
    }
}
