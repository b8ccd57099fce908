//! The folder for the state of one settings file: `<base>/<16 hex digits of SHA-256 of the file's real path>`. It is
//! used only where no other account can have made it, or can see into it.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::OFlags;
use rustix::process::geteuid;
use sha2::{Digest, Sha256};

/// As many links in a row as Linux follows.
const LINKS: usize = 40;

/// A folder of ours for the state of one settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDirectory(PathBuf);

/// Why there is no folder for the state.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StateError {
    /// Nothing says where.
    #[error("there is no place for it: set `MCP_SETTINGS_STATE_DIR`, or `HOME`")]
    NoPlace,
    /// It can't be made, or looked at.
    #[error("could not make or open `{}`", path.display())]
    Io {
        /// Which folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// It is there, and is a link or a file.
    #[error("`{}` is not a folder; a link is not followed", path.display())]
    NotAFolder {
        /// What is in its place.
        path: PathBuf,
    },
    /// Another account could have made it, or can see into it.
    #[error("`{}` belongs to the user {owner} and has the mode {mode:04o}: it must belong to the user of this service, with the mode 0700", path.display())]
    NotOurs {
        /// Which folder.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Its permissions.
        mode: u32,
    },
}

impl StateDirectory {
    /// The folder for this settings file below `base`. It is made where it is missing, for its owner only.
    ///
    /// # Errors
    ///
    /// Where it can't be made, or is not ours alone.
    pub fn open(base: &Path, document: &Path) -> Result<Self, StateError> {
        let path = place(base, document);
        let is_missing = |folder: &&Path| folder.symlink_metadata().is_err();
        let missing = path.ancestors().take_while(is_missing).count();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.or_else(
            |error| if path.symlink_metadata().is_ok() { Ok(()) } else { Err(failed(&path)(error)) },
        )?;
        // What is stored in it is on disk only if its name is.
        for parent in path.ancestors().skip(1).take(missing) {
            File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed(parent))?;
        }
        Self::check(path)
    }

    /// The same where it is there; nothing is made.
    ///
    /// # Errors
    ///
    /// Where it is not ours alone.
    pub fn find(base: &Path, document: &Path) -> Result<Option<Self>, StateError> {
        let path = place(base, document);
        match path.symlink_metadata() {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            _ => Self::check(path).map(Some),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn check(path: PathBuf) -> Result<Self, StateError> {
        let metadata = path.symlink_metadata().map_err(failed(&path))?;
        if !metadata.is_dir() {
            return Err(StateError::NotAFolder { path });
        }
        let (owner, mode) = (metadata.uid(), metadata.mode() & 0o7777);
        if owner != geteuid().as_raw() || mode & 0o077 != 0 {
            return Err(StateError::NotOurs { path, owner, mode });
        }
        let path = fs::canonicalize(&path).map_err(failed(&path))?;
        Ok(Self(path))
    }
}

/// Opens the file of a lock, and makes it where it is missing. It is closed in a program that this process starts.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.custom_flags((OFlags::NOFOLLOW | OFlags::CLOEXEC).bits().cast_signed());
    options.open(path)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io { path: path.clone(), source: Arc::new(source) }
}

fn place(base: &Path, document: &Path) -> PathBuf {
    let digest = Sha256::digest(real_path(document).as_os_str().as_bytes());
    let name: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    absolute(base).join(name)
}

/// The path under which every process knows the file: links followed, also where nothing is at their end, and folders
/// spelled without links. Folders that are not there yet keep their names.
fn real_path(document: &Path) -> PathBuf {
    let mut path = absolute(document);
    for _ in 0..LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    let mut missing = vec![path.file_name().unwrap_or(OsStr::new("")).to_owned()];
    let mut folder = path.parent();
    while let Some(candidate) = folder {
        if let Ok(real) = fs::canonicalize(candidate) {
            return missing.iter().rev().fold(real, |path, name| path.join(name));
        }
        missing.extend(candidate.file_name().map(OsStr::to_owned));
        folder = candidate.parent();
    }
    path
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn it_is_private_and_named_by_the_real_path() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let base = root.join("a/b");
        let document = root.join("data/settings.json");
        assert_eq!(StateDirectory::find(&base, &document).unwrap(), None);
        let before = StateDirectory::open(&base, &document).unwrap();
        assert_eq!(fs::metadata(before.path()).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(&base).unwrap().mode() & 0o777, 0o700);
        let digest = Sha256::digest(document.as_os_str().as_bytes());
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(before.path(), base.join(&name[..16]));

        // The same file by other ways, before and after it and its folder are there.
        fs::create_dir(root.join("data")).unwrap();
        symlink("data", root.join("linked-folder")).unwrap();
        symlink("data/settings.json", root.join("linked.json")).unwrap();
        for _ in 0..2 {
            for way in ["data/settings.json", "linked-folder/settings.json", "linked.json"] {
                assert_eq!(
                    StateDirectory::find(&base, &root.join(way)).unwrap().as_ref(),
                    Some(&before),
                    "{way}"
                );
            }
            File::create(&document).unwrap();
        }
        assert_eq!(StateDirectory::find(&base, &root.join("data/other.json")).unwrap(), None);
    }

    #[test]
    fn what_others_could_have_made_or_can_see_into_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let (base, document) = (folder.path().join("base"), folder.path().join("settings.json"));
        let path = StateDirectory::open(&base, &document).unwrap().path().to_owned();
        let refused = || {
            let opened = StateDirectory::open(&base, &document).unwrap_err().to_string();
            assert_eq!(opened, StateDirectory::find(&base, &document).unwrap_err().to_string());
            opened
        };
        for mode in [0o701, 0o770, 0o755] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(refused().contains(&format!("{mode:04o}")), "{mode:o}");
        }
        fs::remove_dir(&path).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        DirBuilder::new().mode(0o700).create(&elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        assert!(refused().contains("not a folder"));
        fs::remove_file(&path).unwrap();
        File::create(&path).unwrap();
        assert!(refused().contains("not a folder"));
    }
}
