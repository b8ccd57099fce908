//! The folders in which programs are started that say no other: empty, ours alone, one for each start. What a service
//! leaves behind that was killed, the next one removes.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{FlockOperation, flock};

/// How much of the name of a server is in the name of its folder. Characters.
const LONGEST_NAME: usize = 40;

/// Where the folders are made.
pub(super) struct PrivateFolders {
    root: PathBuf,
    next: AtomicU64,
}

/// A folder for one start. Dropping it removes it with all that is in it.
pub(super) struct PrivateFolder {
    path: PathBuf,
    /// Locked as long as we use it, so that no other service removes it.
    _lock: File,
}

impl PrivateFolders {
    /// Nothing is made yet.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, next: AtomicU64::new(0) }
    }

    /// Makes a new folder for a program of this name.
    pub(super) fn make(&self, name: &str) -> io::Result<PrivateFolder> {
        self.open_root()?;
        let is_plain = |character: &char| character.is_ascii_alphanumeric() || "-_".contains(*character);
        let name: String = name.chars().filter(is_plain).take(LONGEST_NAME).collect();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.root.join(format!("{}-{number}-{name}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                // Of a service that had our number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            if let Some(lock) = lock(&path)? {
                return Ok(PrivateFolder { path, _lock: lock });
            }
        }
    }

    /// Removes what no service uses any more.
    pub(super) fn remove_unused(&self) {
        // Where no program was ever started there is nothing, and nothing is made.
        if !self.root.exists() || self.open_root().is_err() {
            return;
        }
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            if let Ok(Some(lock)) = lock(&entry.path()) {
                drop(PrivateFolder { path: entry.path(), _lock: lock });
            }
        }
    }

    /// Only a folder that nobody else can change is used.
    fn open_root(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.root)?;
        let metadata = fs::symlink_metadata(&self.root)?;
        let is_ours = metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o077 == 0;
        if !metadata.is_dir() || !is_ours {
            return Err(io::Error::other("the folder for private directories is not ours alone"));
        }
        Ok(())
    }
}

/// Nothing where another service has it, or it is gone.
fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(None);
    }
    let own = file.metadata()?;
    let is_there =
        fs::symlink_metadata(path).is_ok_and(|found| found.ino() == own.ino() && found.dev() == own.dev());
    Ok(is_there.then_some(file))
}

impl PrivateFolder {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // What can't be removed now is tried at the next start of a service.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_folder_is_empty_private_and_gone_afterwards() {
        let root = tempfile::tempdir().unwrap();
        let folders = PrivateFolders::new(root.path().join("work"));
        let [one, two] = ["../a b/ü", "../a b/ü"].map(|name| folders.make(name).unwrap());
        assert_ne!(one.path(), two.path());
        let path = one.path().to_owned();
        assert_eq!(path.parent().unwrap(), root.path().join("work"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        assert!(fs::read_dir(&path).unwrap().next().is_none());
        fs::create_dir_all(path.join("deep/er")).unwrap();
        drop(one);
        assert!(!path.exists() && two.path().exists());
    }

    #[test]
    fn what_a_dead_service_left_is_removed_and_what_is_used_stays() {
        let root = tempfile::tempdir().unwrap();
        let work = root.path().join("work");
        let folders = PrivateFolders::new(work.clone());
        let used = folders.make("used").unwrap();
        let left = work.join("1-0-left");
        fs::create_dir_all(left.join("node_modules")).unwrap();
        // Another service has locks of its own.
        PrivateFolders::new(work).remove_unused();
        assert!(used.path().exists() && !left.exists());
    }

    #[test]
    fn a_place_that_others_can_change_is_not_used() {
        let root = tempfile::tempdir().unwrap();
        let work = root.path().join("work");
        fs::create_dir(&work).unwrap();
        fs::set_permissions(&work, fs::Permissions::from_mode(0o770)).unwrap();
        assert!(PrivateFolders::new(work.clone()).make("a").is_err());
        fs::set_permissions(&work, fs::Permissions::from_mode(0o700)).unwrap();
        symlink(&work, root.path().join("link")).unwrap();
        assert!(PrivateFolders::new(root.path().join("link")).make("a").is_err());
        assert!(PrivateFolders::new(work).make("a").is_ok());
    }
}
