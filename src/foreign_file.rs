//! A file that belongs to another program or to a person: read whole, and replaced as a whole with its mode, its owner and the
//! link that leads to it. It does not know what the file says.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

const DRAFT_SUFFIX: &str = ".tmp";

/// What a new file is readable and writable by: it may hold secrets.
const PRIVATE: u32 = 0o600;

const PERMISSION_BITS: u32 = 0o7777;

/// How many backups of a file there may be.
const MOST_BACKUPS: usize = 1_000;

/// A file as it was read.
#[derive(Debug)]
pub struct Snapshot {
    /// What it held; nothing where there was no file.
    pub bytes: Option<Vec<u8>>,
    /// Where it is, behind all links.
    real: PathBuf,
}

/// Reads the file that is there, or that it is not.
///
/// # Errors
///
/// Where it can't be read, or is not a regular file.
pub fn read(path: &Path) -> io::Result<Snapshot> {
    let real = match path.symlink_metadata() {
        Ok(metadata) => path.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if metadata.is_symlink() => {
                io::Error::new(io::ErrorKind::NotFound, "it is a link that leads nowhere")
            }
            _ => error,
        })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Snapshot { bytes: None, real: path.to_owned() });
        }
        Err(error) => return Err(error),
    };
    let metadata = real.metadata()?;
    // Opening a pipe would block.
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok(Snapshot { bytes: Some(fs::read(&real)?), real })
}

/// Puts a text in the place of what was read. Returns false, and changes nothing, where the file is no longer that.
///
/// An editor takes no lock, so the file is read again directly before the rename.
///
/// # Errors
///
/// Where the new file can't be written, or can't be given the owner of the old one. The old one is still there.
pub fn replace(path: &Path, snapshot: &Snapshot, text: &str) -> io::Result<bool> {
    let folder = folder_of(&snapshot.real);
    let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
    let draft =
        Draft { path: folder.join(format!("{}{random:016x}{DRAFT_SUFFIX}", draft_prefix(&snapshot.real))) };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&draft.path)?;
    file.write_all(text.as_bytes())?;
    match &snapshot.bytes {
        Some(_) => match snapshot.real.metadata() {
            Ok(existing) => own(&file, &existing)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        },
        None => own_as_folder(&file, folder)?,
    }
    file.sync_all()?;
    let now = read(path)?;
    if now.bytes != snapshot.bytes || now.real != snapshot.real {
        return Ok(false);
    }
    fs::rename(&draft.path, &snapshot.real)?;
    File::open(folder)?.sync_all()?;
    Ok(true)
}

/// Keeps what was read beside the file, with its owner and mode: `NAME.bak`, or the first of `NAME.bak.1`, `NAME.bak.2` …
/// that is free. None where there was no file.
///
/// # Errors
///
/// Where the copy can't be written.
pub fn back_up(snapshot: &Snapshot) -> io::Result<Option<PathBuf>> {
    let Some(bytes) = &snapshot.bytes else { return Ok(None) };
    let existing = snapshot.real.metadata()?;
    for number in 0..MOST_BACKUPS {
        let mut name = snapshot.real.file_name().unwrap_or_default().to_owned();
        name.push(if number == 0 { ".bak".to_owned() } else { format!(".bak.{number}") });
        let path = snapshot.real.with_file_name(name);
        let mut file = match OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        let draft = Draft { path };
        file.write_all(bytes)?;
        own(&file, &existing)?;
        file.sync_all()?;
        return Ok(Some(draft.keep()));
    }
    Err(io::Error::other("there are too many backups of it"))
}

/// Removes drafts of a file that a crash left. Only for a holder of its lock: then no draft is anyone's work.
pub fn sweep(path: &Path) {
    let prefix = draft_prefix(path);
    let folder = folder_of(path);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(DRAFT_SUFFIX) {
            // What can't be removed now is removed before a later change.
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `.NAME.`, the beginning of every draft's name.
fn draft_prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Makes a folder, and those above it that are not there. What root makes in another's folder belongs to that one.
///
/// # Errors
///
/// Where one of them can't be made.
pub fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder_of(folder);
    make_folders(above)?;
    match std::fs::create_dir(folder) {
        Ok(()) => own_as_folder(&File::open(folder)?, above),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// A new file or folder that root makes in another's folder belongs to that one.
///
/// # Errors
///
/// Where it can't be given to it.
pub fn own_as_folder(made: &File, folder: &Path) -> io::Result<()> {
    let (ours, folder) = (made.metadata()?, folder.metadata()?);
    if ours.uid() == 0 && folder.uid() != 0 {
        fchown(made, Some(folder.uid()), Some(folder.gid()))?;
    }
    Ok(())
}

/// Gives a draft the owner and the mode of the file that it replaces.
fn own(draft: &File, existing: &Metadata) -> io::Result<()> {
    let ours = draft.metadata()?;
    if (ours.uid(), ours.gid()) != (existing.uid(), existing.gid()) {
        fchown(draft, Some(existing.uid()), Some(existing.gid()))?;
    }
    // After the owner: changing that clears bits of the mode.
    draft.set_permissions(Permissions::from_mode(existing.mode() & PERMISSION_BITS))
}

/// Removed when dropped; after the rename there is nothing to remove.
struct Draft {
    path: PathBuf,
}

impl Draft {
    /// Lets the file stay.
    fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            fs::remove_file(&self.path).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_backup_has_the_mode_of_the_file_and_takes_no_other_ones_place() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("c.json"), folder.path().join("link.json"));
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        symlink("c.json", &link).unwrap();
        for (name, text) in [("c.json.bak", "two"), ("c.json.bak.1", "three"), ("c.json.bak.2", "four")] {
            let snapshot = read(&link).unwrap();
            let backup = back_up(&snapshot).unwrap().unwrap();
            assert_eq!(backup.file_name().unwrap(), name);
            assert_eq!(fs::read(&backup).ok(), snapshot.bytes);
            assert_eq!(backup.metadata().unwrap().mode() & PERMISSION_BITS, 0o640);
            assert!(replace(&link, &snapshot, text).unwrap());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "four");
        assert_eq!(path.metadata().unwrap().mode() & PERMISSION_BITS, 0o640);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(
            names(folder.path()),
            ["c.json", "c.json.bak", "c.json.bak.1", "c.json.bak.2", "link.json"]
        );
    }

    #[test]
    fn a_new_file_is_private_and_nothing_is_written_over_one_that_came_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.json");
        let absent = read(&path).unwrap();
        assert_eq!(back_up(&absent).unwrap(), None);
        assert!(replace(&path, &absent, "one").unwrap());
        assert_eq!(path.metadata().unwrap().mode() & PERMISSION_BITS, PRIVATE);
        assert!(!replace(&path, &absent, "two").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(names(folder.path()), ["new.json"]);
    }
}
