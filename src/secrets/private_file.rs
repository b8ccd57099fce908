//! Reads small files that hold keys, where nobody but us and root can have put them there or can change them. It
//! does not know what a file says. Links are not followed and nothing is waited for.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::geteuid;
use zeroize::Zeroizing;

/// The most that is read of a file. Bytes; a configuration file with many keys is far shorter.
const LARGEST: u64 = 1 << 20;

/// Why a file that holds keys can't be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// It can't be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// Somebody else could have put it there, or can change it.
    #[error("`{}` {distrust}", path.display())]
    Untrusted {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        distrust: Distrust,
    },
}

/// What makes a file unfit to hold a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It is a symbolic link.
    #[error("is a symbolic link, which is not followed: put the file itself in its place")]
    Link,
    /// It is a pipe, a socket, a device or a folder.
    #[error("is not a regular file: remove it, and put the file in its place")]
    NotRegular,
    /// It belongs to another account.
    #[error("belongs to the user {0}, who can change it: give it to the user of this service, or to root")]
    Owner(u32),
    /// Others than its owner can write it.
    #[error(
        "can be written by others than its owner: make its mode 0600, and see to it that its content is yours"
    )]
    Writable,
    /// It is longer than any such file.
    #[error("is longer than 1 MiB: it is not the file that it should be")]
    TooLarge,
}

/// The bytes of a file that only we and root can have written; `None` where there is no such file. A file that
/// others can read is used, and warned about.
///
/// # Errors
///
/// Where the file can't be read, or can't be trusted.
pub fn read_private(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, PrivateFileError> {
    let untrusted = |distrust| PrivateFileError::Untrusted { path: path.to_owned(), distrust };
    let failed =
        |source: io::Error| PrivateFileError::Read { path: path.to_owned(), source: Arc::new(source) };
    // Without NONBLOCK the open itself would wait for the other end of a pipe.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
        Err(Errno::LOOP) => return Err(untrusted(Distrust::Link)),
        // A socket.
        Err(Errno::NXIO) => return Err(untrusted(Distrust::NotRegular)),
        Err(error) => return Err(failed(error.into())),
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(untrusted(Distrust::NotRegular));
    }
    if metadata.uid() != 0 && metadata.uid() != geteuid().as_raw() {
        return Err(untrusted(Distrust::Owner(metadata.uid())));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(untrusted(Distrust::Writable));
    }
    if LARGEST < metadata.len() {
        return Err(untrusted(Distrust::TooLarge));
    }
    // Reserved at once, so that no piece of a key stays behind in a buffer that was too short.
    let mut bytes = Zeroizing::new(Vec::with_capacity(metadata.len() as usize + 1));
    file.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    if metadata.mode() & 0o044 != 0 {
        tracing::warn!(
            "`{}` can be read by others than its owner: make its mode 0600, and change the keys in it",
            path.display()
        );
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn distrust(path: &Path) -> Option<Distrust> {
        match read_private(path) {
            Err(PrivateFileError::Untrusted { distrust, .. }) => Some(distrust),
            Err(error) => panic!("{error}"),
            Ok(_) => None,
        }
    }

    #[test]
    fn a_file_of_ours_is_read_and_a_missing_one_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(read_private(&path).unwrap().is_none());
        assert!(read_private(&path.join("below")).unwrap().is_none());
        fs::File::create(&path).and_then(|mut file| io::Write::write_all(&mut file, b"a key")).unwrap();
        for mode in [0o600, 0o400, 0o644] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(**read_private(&path).unwrap().unwrap(), *b"a key", "{mode:o}");
        }
    }

    #[test]
    fn what_others_can_change_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::File::create(&path).unwrap();
        for mode in [0o660, 0o602, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(distrust(&path), Some(Distrust::Writable), "{mode:o}");
        }
    }

    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::File::create(path("file")).unwrap();
        symlink("file", path("link")).unwrap();
        symlink("nowhere", path("dangling")).unwrap();
        fs::create_dir(path("folder")).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path("fifo")).status();
        assert!(made.unwrap().success());
        for (name, expected) in [
            ("link", Distrust::Link),
            ("dangling", Distrust::Link),
            ("folder", Distrust::NotRegular),
            ("socket", Distrust::NotRegular),
            ("fifo", Distrust::NotRegular),
        ] {
            assert_eq!(distrust(&path(name)), Some(expected), "{name}");
        }
        fs::File::create(path("long")).and_then(|file| file.set_len(LARGEST + 1)).unwrap();
        fs::set_permissions(path("long"), Permissions::from_mode(0o600)).unwrap();
        assert_eq!(distrust(&path("long")), Some(Distrust::TooLarge));
    }
}
