//! A file with keys in it, one in each line, newest first: where it is looked for, where it is made, and whether it
//! has changed. One that is empty or malformed is an error and never replaced, since a key could be lost that way.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{KeyError, SecretKey, create_once, random_token, read_private, sweep_drafts};

/// The shortest key that such a file may hold. Characters; the ones that we make have 43.
const SHORTEST: usize = 16;

/// A file with keys in it.
#[derive(Clone, Debug, Default)]
pub struct KeyFile {
    /// Where it may be; the first that is there counts.
    pub places: Vec<PathBuf>,
    /// Where it may be made, one of the places; `None` where it may not.
    pub made_at: Option<PathBuf>,
}

/// What shows whether a file is still the one that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) path: PathBuf,
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl KeyFile {
    /// The file that is there, if one is. A link counts; reading it is then refused.
    pub fn found(&self) -> Option<&Path> {
        self.places.iter().map(PathBuf::as_path).find(|path| path.symlink_metadata().is_ok())
    }

    /// What shows whether it has changed; `None` if it does not exist.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let path = self.found()?;
        let metadata = path.symlink_metadata().ok()?;
        Some(Stamp {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Its keys, newest first; empty where there is no file.
    ///
    /// # Errors
    ///
    /// Where it can't be read or trusted, or is malformed.
    pub fn read(&self) -> Result<Vec<SecretKey>, KeyError> {
        let Some(path) = self.found() else { return Ok(Vec::new()) };
        let Some(bytes) = read_private(path).map_err(KeyError::File)? else { return Ok(Vec::new()) };
        let malformed = || KeyError::Malformed { path: path.to_owned() };
        let text = std::str::from_utf8(&bytes).map_err(|_| malformed())?;
        let keys: Option<Vec<SecretKey>> = text.trim_end_matches(['\r', '\n']).lines().map(key).collect();
        keys.filter(|keys| !keys.is_empty()).ok_or_else(malformed)
    }

    /// Creates it with one new key, if that is allowed and it does not exist. The first one wins, and everybody
    /// reads it back.
    ///
    /// # Errors
    ///
    /// Where it can't be made.
    pub fn make(&self) -> Result<(), KeyError> {
        let (Some(path), None) = (&self.made_at, self.found()) else {
            self.sweep();
            return Ok(());
        };
        let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(random_token())));
        create_once(path, &text).map(drop).map_err(KeyError::Create)
    }

    /// Removes what a crash during its creation left. Only for a process that may create it.
    pub(super) fn sweep(&self) {
        if let Some(path) = &self.made_at
            && self.found().is_some()
        {
            sweep_drafts(path);
        }
    }
}

fn key(line: &str) -> Option<SecretKey> {
    let is_one_word = SHORTEST <= line.len() && line.bytes().all(|byte| byte.is_ascii_graphic());
    SecretKey::new(line).filter(|_| is_one_word)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    fn file(folder: &tempfile::TempDir) -> KeyFile {
        let path = folder.path().join("key");
        KeyFile { places: vec![folder.path().join("older"), path.clone()], made_at: Some(path) }
    }

    fn write(path: &Path, text: &[u8]) {
        fs::remove_file(path).ok();
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        file.and_then(|mut file| std::io::Write::write_all(&mut file, text)).unwrap();
    }

    #[test]
    fn it_is_made_once_and_the_first_place_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        assert!(file.read().unwrap().is_empty() && file.stamp().is_none());
        file.make().unwrap();
        let (made, stamp) = (file.read().unwrap(), file.stamp());
        file.make().unwrap();
        assert!(made.len() == 1 && file.read().unwrap() == made && file.stamp() == stamp);
        write(&file.places[0], b"a-key-that-was-here-before");
        assert!(file.read().unwrap() != made && file.stamp() != stamp);
    }

    #[test]
    fn it_is_not_made_where_it_may_not_be() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile { made_at: None, ..file(&folder) };
        file.make().unwrap();
        assert!(file.found().is_none());
    }

    #[test]
    fn each_line_is_a_key_and_anything_else_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        for (text, count) in [
            (&b"0123456789abcdef"[..], 1),
            (b"0123456789abcdef\n", 1),
            (b"0123456789abcdef\r\n", 1),
            (b"0123456789abcdef\nfedcba9876543210\n", 2),
            (b"", 0),
            (b"\n", 0),
            (b"short", 0),
            (b"two words of a key file", 0),
            (b"0123456789abcdef\n\nfedcba9876543210\n", 0),
            (b"0123456789abcdef\nshort\n", 0),
            (b"\xff\xfe0123456789abcdef", 0),
        ] {
            write(&file.places[1], text);
            assert_eq!(file.read().map_or(0, |keys| keys.len()), count, "{}", text.escape_ascii());
            assert_eq!(fs::read(&file.places[1]).unwrap(), text);
        }
    }
}
