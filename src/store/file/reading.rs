//! Reading the document's bytes so that one later `stat` can tell whether they are still current. It does not
//! know what the bytes mean.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use super::document_path::{DocumentPath, directory_of};
use super::failpoints::{Failpoints, Step};
use super::identity::Identity;
use super::writability::is_mount;

/// How often a document that changes while it is read is read again.
const ATTEMPTS: usize = 8;

/// What one look at the document's place found.
pub(super) enum Reading {
    /// The bytes are in the buffer.
    Found {
        witness: Witness,
    },
    /// There are more bytes than are read.
    TooLarge,
    Missing {
        witness: Witness,
    },
    /// A mounted file that has no name where it comes from.
    Unlinked,
    NoDirectory,
    Failed(io::Error),
}

/// What a later `stat` must find for the reading to be current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Witness {
    /// The document's own identity.
    File { identity: Identity, is_trusted: bool },
    /// That of its folder, which changes when the document appears.
    Directory { identity: Identity, is_trusted: bool },
    /// Nothing that one `stat` could show.
    None,
}

impl Witness {
    /// Whether the place looks as it did, and looking different was to be expected had it changed.
    /// At most one `stat`.
    pub(super) fn is_unchanged(&self, place: &DocumentPath, failpoints: &dyn Failpoints) -> bool {
        let (path, seen) = match self {
            Self::File { identity, is_trusted: true } => (place.path(), identity),
            Self::Directory { identity, is_trusted: true } => (place.directory(), identity),
            _ => return false,
        };
        fs::metadata(path).is_ok_and(|metadata| failpoints.identity(Identity::of(&metadata)) == *seen)
    }

    /// The identity of the document, if there was one.
    pub(super) fn file(&self) -> Option<Identity> {
        match self {
            Self::File { identity, .. } => Some(*identity),
            _ => None,
        }
    }

    /// A file that was just written: too young to be trusted.
    pub(super) fn young(identity: Option<Identity>) -> Self {
        identity.map_or(Self::None, |identity| Self::File { identity, is_trusted: false })
    }
}

/// Reads the document into a buffer, which is emptied first; no more than so many bytes.
pub(super) fn read(
    place: &DocumentPath,
    failpoints: &dyn Failpoints,
    buffer: &mut Vec<u8>,
    most: usize,
) -> Reading {
    if let Err(error) = failpoints.before(&Step::Read { path: place.path() }) {
        return Reading::Failed(error);
    }
    for _ in 0..ATTEMPTS {
        let found = match read_file(place.path(), failpoints, buffer, most) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing(place, failpoints),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Some(Reading::NoDirectory),
            Err(error) => return Reading::Failed(error),
        };
        if let Some(found) = found {
            return found;
        }
    }
    Reading::Failed(io::Error::other("the settings document changed again and again while it was read"))
}

/// Nothing if the file changed meanwhile.
fn read_file(
    path: &Path,
    failpoints: &dyn Failpoints,
    buffer: &mut Vec<u8>,
    most: usize,
) -> io::Result<Option<Reading>> {
    // Opening a pipe would block.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("the settings document is not a file"));
    }
    let taken = SystemTime::now();
    let mut file = File::open(path)?;
    let before = Identity::of(&file.metadata()?);
    let identity = failpoints.identity(before);
    buffer.clear();
    let is_too_large = before.size > most as u64;
    if !is_too_large {
        // It may grow while it is read.
        (&mut file).take(most as u64).read_to_end(buffer)?;
    }
    let after = file.metadata()?;
    if Identity::of(&after) != before {
        return Ok(None);
    }
    // A file that was replaced after it was opened has no name either; but only a mount still leads to one. Some file
    // systems count no names at all.
    if after.nlink() == 0 && is_mount(path) == Some(true) {
        return Ok(Some(Reading::Unlinked));
    }
    if is_too_large {
        return Ok(Some(Reading::TooLarge));
    }
    let witness = Witness::File { identity, is_trusted: identity.is_trusted(taken) };
    Ok(Some(Reading::Found { witness }))
}

/// Nothing if there is a document after all.
fn missing(place: &DocumentPath, failpoints: &dyn Failpoints) -> Option<Reading> {
    let taken = SystemTime::now();
    let directory = match fs::metadata(place.directory()) {
        Ok(metadata) if metadata.is_dir() => failpoints.identity(Identity::of(&metadata)),
        _ => return Some(Reading::NoDirectory),
    };
    match fs::symlink_metadata(place.path()) {
        // A link to nothing. What is to appear would appear in another folder than the link's.
        Ok(metadata) if metadata.is_symlink() => {
            let real = place.real().ok()?;
            let has_directory = directory_of(&real).is_dir();
            let is_there = real.exists();
            match (is_there, has_directory) {
                (true, _) => None,
                (false, true) => Some(Reading::Missing { witness: Witness::None }),
                (false, false) => Some(Reading::NoDirectory),
            }
        }
        Ok(_) => None,
        Err(_) => {
            let witness = Witness::Directory { identity: directory, is_trusted: directory.is_trusted(taken) };
            Some(Reading::Missing { witness })
        }
    }
}
