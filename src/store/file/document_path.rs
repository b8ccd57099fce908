//! Where a document lies: the path as given, the real file behind a link, the lock files of both, and
//! the folder. It touches names only, never content.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::failpoints::{Failpoints, Step};

/// As many links in a row as Linux follows.
const LINKS: usize = 40;

/// The place of a document.
#[derive(Clone, Debug)]
pub(super) struct DocumentPath {
    path: PathBuf,
}

impl DocumentPath {
    /// Takes the path as given, seen from the working directory of now.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn directory(&self) -> &Path {
        directory_of(&self.path)
    }

    /// The file that a write must replace: the path's own or, where that is a link, the one at its end,
    /// which need not be there.
    pub(super) fn real(&self) -> io::Result<PathBuf> {
        let mut path = self.path.clone();
        for _ in 0..LINKS {
            match fs::read_link(&path) {
                Ok(target) => path = directory_of(&path).join(target),
                // Not a link, or nothing there. Other troubles show when the file is used.
                Err(_) => return Ok(path),
            }
        }
        Err(io::Error::other("the settings document is a link to a link without end"))
    }

    /// The lock files of a write to `real`, in the one order in which every process takes them.
    pub(super) fn locks(&self, real: &Path) -> Vec<PathBuf> {
        if real == self.path {
            return vec![self.directory().join(lock_name(real))];
        }
        // Folders spelled without links, so that processes with different spellings agree on the order.
        let mut locks = [self.path.as_path(), real].map(|document| {
            let directory = directory_of(document);
            let directory = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
            directory.join(lock_name(document))
        });
        locks.sort();
        let mut locks = locks.to_vec();
        locks.dedup();
        locks
    }

    /// Makes the folder of the document where it is missing, for nobody but its owner. Each new folder is
    /// synced into its parent: a document is no more durable than the path to it.
    pub(super) fn make_directory(&self, failpoints: &dyn Failpoints) -> io::Result<()> {
        make_directory(self.directory(), failpoints)
    }
}

pub(super) fn directory_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

/// Makes the names in a folder durable.
pub(super) fn sync_directory(directory: &Path, failpoints: &dyn Failpoints) -> io::Result<()> {
    failpoints.before(&Step::SyncDirectory { path: directory })?;
    File::open(directory)?.sync_all()
}

/// The lock file of a document that is no link.
pub fn lock_file(document: &Path) -> PathBuf {
    document.with_file_name(lock_name(document))
}

/// `.settings.lock` for `settings.json`: the name that OpenHands locks.
fn lock_name(document: &Path) -> OsString {
    let is_json = document.extension() == Some(OsStr::new("json"));
    let name = if is_json { document.file_stem() } else { document.file_name() };
    let mut lock = OsString::from(".");
    lock.push(name.unwrap_or_default());
    lock.push(".lock");
    lock
}

fn make_directory(directory: &Path, failpoints: &dyn Failpoints) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let parent = directory_of(directory);
    if parent != directory {
        make_directory(parent, failpoints)?;
    }
    failpoints.before(&Step::MakeDirectory { path: directory })?;
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_directory(parent, failpoints),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::store::file::failpoints::NoFailpoints;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        (folder, path)
    }

    #[test]
    fn the_lock_file_is_named_as_openhands_names_it() {
        let (_folder, root) = folder();
        let cases = [
            ("settings.json", ".settings.lock"),
            ("a.b.json", ".a.b.lock"),
            ("settings", ".settings.lock"),
            ("s.yaml", ".s.yaml.lock"),
        ];
        for (document, lock) in cases {
            let place = DocumentPath::new(&root.join(document));
            assert_eq!(place.locks(place.path()), [root.join(lock)], "{document}");
        }
    }

    #[test]
    fn a_link_is_followed_to_its_end_even_where_nothing_is_there() {
        let (_folder, root) = folder();
        fs::create_dir(root.join("deep")).unwrap();
        symlink("deep/second", root.join("first")).unwrap();
        symlink("../real.json", root.join("deep/second")).unwrap();
        let place = DocumentPath::new(&root.join("first"));
        assert_eq!(place.real().unwrap(), root.join("deep/../real.json"));
        fs::write(root.join("real.json"), "x").unwrap();
        assert_eq!(place.real().unwrap().canonicalize().unwrap(), root.join("real.json"));
    }

    #[test]
    fn a_link_to_itself_is_an_error_and_not_a_hang() {
        let (_folder, root) = folder();
        symlink("loop", root.join("loop")).unwrap();
        assert!(DocumentPath::new(&root.join("loop")).real().is_err());
    }

    #[test]
    fn lock_files_are_ordered_the_same_however_the_folder_is_spelled() {
        let (_folder, root) = folder();
        for name in ["a", "z"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        symlink("z", root.join("0-alias-of-z")).unwrap();
        symlink("../a/real.json", root.join("z/settings.json")).unwrap();
        let expected = [root.join("a/.real.lock"), root.join("z/.settings.lock")];
        for given in ["z/settings.json", "0-alias-of-z/settings.json"] {
            let place = DocumentPath::new(&root.join(given));
            assert_eq!(place.locks(&place.real().unwrap()), expected, "{given}");
        }
    }

    #[test]
    fn a_link_whose_lock_is_that_of_its_file_is_locked_once() {
        let (_folder, root) = folder();
        symlink("settings.json", root.join("settings")).unwrap();
        let place = DocumentPath::new(&root.join("settings"));
        assert_eq!(place.locks(&place.real().unwrap()), [root.join(".settings.lock")]);
    }

    #[test]
    fn missing_folders_are_made_for_their_owner_only() {
        let (_folder, root) = folder();
        let place = DocumentPath::new(&root.join("new/newer/settings.json"));
        place.make_directory(&NoFailpoints).unwrap();
        place.make_directory(&NoFailpoints).unwrap();
        for name in ["new", "new/newer"] {
            assert_eq!(fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o7777, 0o700, "{name}");
        }
    }
}
