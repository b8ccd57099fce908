//! The file on disk: read as one text, replaced as a whole with its mode, its owner and the link that leads to it. It
//! does not know what the text means.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

const DRAFT_PREFIX: &str = ".mcp.md.";
const DRAFT_SUFFIX: &str = ".tmp";

/// What a new file is readable and writable by: it may hold secrets.
const PRIVATE: u32 = 0o600;

const PERMISSION_BITS: u32 = 0o7777;

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// What it held; nothing where there was no file.
    pub(super) bytes: Option<Vec<u8>>,
    /// Where it is, behind all links.
    real: PathBuf,
}

/// Reads the file that is there, or that it is not.
pub(super) fn read(path: &Path) -> io::Result<Snapshot> {
    let real = match path.symlink_metadata() {
        Ok(_) => path.canonicalize()?,
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
/// An editor is not in the lock, so the file is read again directly before the rename.
pub(super) fn replace(path: &Path, snapshot: &Snapshot, text: &str) -> io::Result<bool> {
    let folder = snapshot.real.parent().unwrap_or(Path::new("."));
    let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
    let draft = Draft { path: folder.join(format!("{DRAFT_PREFIX}{random:016x}{DRAFT_SUFFIX}")) };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&draft.path)?;
    file.write_all(text.as_bytes())?;
    if snapshot.bytes.is_some() {
        match snapshot.real.metadata() {
            Ok(existing) => own(&file, &existing)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
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

/// Removes drafts that a crash left. Only for a holder of the lock: then no draft is anyone's work.
pub(super) fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(DRAFT_PREFIX) && name.ends_with(DRAFT_SUFFIX) {
            // What can't be removed now is removed before a later change.
            fs::remove_file(entry.path()).ok();
        }
    }
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

impl Drop for Draft {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}
