//! The locks that keep other processes out: `flock` on lock files, the way OpenHands does it. It blocks
//! for as long as others hold them, so only the store's own thread may come here.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use fd_lock::{RwLock, RwLockWriteGuard};

use super::document_path::DocumentPath;
use super::failpoints::{Failpoints, Step};

/// How often the lock files or the link may change under our hands before that is called an error.
const ATTEMPTS: usize = 64;

/// Runs `work` on the real file while no other process can write.
pub(super) fn while_locked<T>(
    place: &DocumentPath,
    failpoints: &dyn Failpoints,
    work: impl FnOnce(&Path) -> T,
) -> io::Result<T> {
    for _ in 0..ATTEMPTS {
        let real = place.real()?;
        let mut files = open_all(place.locks(&real), failpoints)?;
        let guards = match lock_all(&mut files) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            locked => locked?,
        };
        // A program that replaced a lock file locks the new one: then ours keeps nobody out. And a link may
        // lead elsewhere than it did before we waited.
        if guards.iter().all(|(path, guard)| is_still(path, guard)) && place.real()? == real {
            return Ok(work(&real));
        }
    }
    Err(io::Error::other("the lock file was replaced again and again"))
}

/// Opens the lock files; one inode once, as a second `flock` on it would wait for our own.
fn open_all(paths: Vec<PathBuf>, failpoints: &dyn Failpoints) -> io::Result<Vec<(PathBuf, RwLock<File>)>> {
    let mut inodes = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        failpoints.before(&Step::Lock { path: &path })?;
        let file = open(&path)?;
        let metadata = file.metadata()?;
        let inode = (metadata.dev(), metadata.ino());
        if !inodes.contains(&inode) {
            inodes.push(inode);
            files.push((path, RwLock::new(file)));
        }
    }
    Ok(files)
}

/// The lock file is never written, so one that belongs to somebody else will do if it can be read.
fn open(path: &Path) -> io::Result<File> {
    let create =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    match create {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path).map_err(|_| error),
        other => other,
    }
}

type Guarded<'a> = (&'a Path, RwLockWriteGuard<'a, File>);

fn lock_all(files: &mut [(PathBuf, RwLock<File>)]) -> io::Result<Vec<Guarded<'_>>> {
    files.iter_mut().map(|(path, lock)| Ok((path.as_path(), lock.write()?))).collect()
}

fn is_still(path: &Path, held: &File) -> bool {
    match (fs::metadata(path), held.metadata()) {
        (Ok(there), Ok(ours)) => (there.dev(), there.ino()) == (ours.dev(), ours.ino()),
        _ => false,
    }
}
