//! Reads a file below a folder, following no link on the way from the folder to it: who may write there must not name a
//! file elsewhere.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, fstat, open, openat};
use rustix::io::Errno;

use crate::secrets::Plaintext;

/// How large such a file is at most. Bytes.
const LARGEST: u64 = 64 << 10;

/// Why a file could not be read: what is said of it, and what the operating system says.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) why: &'static str,
    pub(super) error: Option<io::Error>,
}

/// What is in the file at this path below this folder, without one line break at its end. Blocks.
pub(super) fn read_below(folder: &Path, path: &str) -> Result<Plaintext, Unread> {
    let opened = open_below(folder, path)
        .map_err(|errno| Unread { why: why(errno), error: Some(io::Error::from(errno)) })?;
    read_opened(opened)
}

/// The same of a file anywhere, over links too.
pub(super) fn read_anywhere(path: &Path) -> Result<Plaintext, Unread> {
    let opened = open(path, READ, Mode::empty())
        .map_err(|errno| Unread { why: why(errno), error: Some(io::Error::from(errno)) })?;
    read_opened(opened)
}

/// Nothing waits for the other end of a pipe, and a terminal does not become ours.
const READ: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::DIRECTORY);

fn open_below(folder: &Path, path: &str) -> rustix::io::Result<OwnedFd> {
    let folder = open(folder, FOLDER, Mode::empty())?;
    #[cfg(target_os = "linux")]
    match rustix::fs::openat2(&folder, path, READ, Mode::empty(), BENEATH) {
        // A kernel that does not have it, and a sandbox that does not know it.
        Err(Errno::NOSYS | Errno::PERM) => {}
        outcome => return outcome,
    }
    open_part_by_part(folder, path)
}

#[cfg(target_os = "linux")]
const BENEATH: rustix::fs::ResolveFlags =
    rustix::fs::ResolveFlags::BENEATH.union(rustix::fs::ResolveFlags::NO_SYMLINKS);

/// The grammar lets no `..` through, so that each part is below the one before.
fn open_part_by_part(mut folder: OwnedFd, path: &str) -> rustix::io::Result<OwnedFd> {
    let (folders, name) = path.rsplit_once('/').map_or(("", path), |(folders, name)| (folders, name));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        folder = openat(&folder, part, FOLDER | OFlags::NOFOLLOW, Mode::empty())?;
    }
    openat(&folder, name, READ | OFlags::NOFOLLOW, Mode::empty())
}

fn read_opened(opened: OwnedFd) -> Result<Plaintext, Unread> {
    let because = |why| Unread { why, error: None };
    let failed = |error: io::Error| Unread { why: "can't be read", error: Some(error) };
    let facts = fstat(&opened).map_err(|errno| failed(errno.into()))?;
    if FileType::from_raw_mode(facts.st_mode) != FileType::RegularFile {
        return Err(because("is not a regular file"));
    }
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(1 << 12));
    File::from(opened).take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if LARGEST < bytes.len() as u64 {
        return Err(because("is larger than 64 KiB"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| because("is not UTF-8"))?;
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(Plaintext::new(text.to_owned()))
}

fn why(errno: Errno) -> &'static str {
    match errno {
        Errno::NOENT | Errno::NOTDIR => "does not exist, or what it is in is not a folder",
        Errno::ACCESS | Errno::PERM => "can't be read by this service",
        Errno::LOOP | Errno::XDEV => "is reached over a link",
        _ => "can't be opened",
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir, write};
    use std::os::unix::fs::symlink;

    use super::*;

    /// What either way of opening says of a path.
    fn both(folder: &Path, path: &str) -> [Result<String, &'static str>; 2] {
        let text = |read: Result<Plaintext, Unread>| match read {
            Ok(plaintext) => Ok(plaintext.expose().to_owned()),
            Err(unread) => Err(unread.why),
        };
        let by_part = open(folder, FOLDER, Mode::empty())
            .and_then(|folder| open_part_by_part(folder, path))
            .map_err(|errno| Unread { why: why(errno), error: None })
            .and_then(read_opened);
        [text(read_below(folder, path)), text(by_part)]
    }

    #[test]
    fn a_file_below_the_folder_is_read_and_nothing_else_by_either_way_of_opening() {
        let place = tempfile::tempdir().unwrap();
        let secrets = place.path().join("secrets");
        create_dir(&secrets).unwrap();
        create_dir(secrets.join("deep")).unwrap();
        write(place.path().join("outside"), "canary").unwrap();
        for (name, content) in
            [("a", "one\n"), ("deep/b", "two\r\n"), ("c", "three\n\n"), ("empty", ""), ("d", "no end")]
        {
            write(secrets.join(name), content).unwrap();
        }
        write(secrets.join("bytes"), b"\xff\xfe").unwrap();
        write(secrets.join("large"), "x".repeat(65_537)).unwrap();
        write(secrets.join("largest"), "x".repeat(65_536)).unwrap();
        symlink("../outside", secrets.join("link")).unwrap();
        symlink("a", secrets.join("inner")).unwrap();
        symlink("..", secrets.join("up")).unwrap();
        symlink("/", secrets.join("root")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, secrets.join("pipe"), Mode::RUSR | Mode::WUSR).unwrap();

        for (path, expected) in [
            ("a", Ok("one")),
            ("deep/b", Ok("two")),
            ("c", Ok("three\n")),
            ("empty", Ok("")),
            ("d", Ok("no end")),
            ("none", Err("does not exist, or what it is in is not a folder")),
            ("a/b", Err("does not exist, or what it is in is not a folder")),
            ("bytes", Err("is not UTF-8")),
            ("large", Err("is larger than 64 KiB")),
            ("deep", Err("is not a regular file")),
            ("pipe", Err("is not a regular file")),
            ("link", Err("is reached over a link")),
            ("inner", Err("is reached over a link")),
        ] {
            assert_eq!(
                both(&secrets, path),
                [expected.map(str::to_owned), expected.map(str::to_owned)],
                "{path}"
            );
        }
        assert_eq!(both(&secrets, "largest").map(|read| read.unwrap().len()), [65_536, 65_536]);
        for path in ["up/outside", "up/secrets/a", "root/etc/hostname"] {
            assert!(both(&secrets, path).iter().all(Result::is_err), "{path}");
        }
        assert!(read_below(&secrets, "../outside").is_err());
        assert!(read_below(&place.path().join("none"), "a").is_err());
    }
}
