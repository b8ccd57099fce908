//! The files of the database: made by us, for us alone, put aside together. Only SQLite opens those that are there: a
//! process that closes another descriptor of such a file loses SQLite's locks on it (POSIX.1, `fcntl`).

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::geteuid;

use super::error::OpenError;
use crate::state::UnixTime;
use crate::state::directory::open_lock;

pub(super) const DATABASE: &str = "state.db";

const LOCK: &str = "state.lock";

/// What SQLite keeps beside the database: without it the database may be an older one.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How often the lock is tried.
const PAUSE: Duration = Duration::from_millis(10);

/// Where the files are.
pub(super) struct Files {
    folder: PathBuf,
}

/// Held as long as the database is open, with others or alone.
pub(super) struct Lock {
    _file: File,
}

/// With whom the lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// With every process that has the database open.
    Shared,
    /// Alone, to make, migrate or put aside what is there.
    Alone,
}

/// Which file it is, whatever its name becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Files {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn database(&self) -> PathBuf {
        self.folder.join(DATABASE)
    }

    /// Takes the lock, waiting so long for others.
    pub(super) fn lock(&self, hold: Hold, patience: Duration) -> Result<Lock, OpenError> {
        let path = self.folder.join(LOCK);
        let file = open_lock(&path).map_err(failed(&path))?;
        let deadline = Instant::now() + patience;
        loop {
            let tried = match hold {
                Hold::Shared => file.try_lock_shared(),
                Hold::Alone => file.try_lock(),
            };
            match tried {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(OpenError::Locked(path)),
                Err(TryLockError::Error(error)) => return Err(failed(&path)(error)),
            }
        }
    }

    /// Which database is there, if one is.
    pub(super) fn identity(&self) -> Result<Option<Identity>, OpenError> {
        let path = self.database();
        let metadata = match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            looked => looked.map_err(failed(&path))?,
        };
        let is_ours =
            metadata.is_file() && metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o077 == 0;
        if is_ours {
            Ok(Some(Identity(metadata.dev(), metadata.ino())))
        } else {
            Err(OpenError::NotOurs(path))
        }
    }

    /// Makes an empty database, so that SQLite never makes one that others can read. What an old one left beside it is
    /// put aside: SQLite would take it for the new one's. Only for a holder of the lock that is alone.
    pub(super) fn create(&self) -> Result<(), OpenError> {
        if COMPANIONS.iter().any(|end| self.beside(DATABASE, end).symlink_metadata().is_ok()) {
            self.put_aside()?;
        }
        let path = self.database();
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        made.map_err(failed(&path))?;
        self.sync()
    }

    /// Renames the database and what belongs to it. The database goes first: after a crash in between, the next one who
    /// comes finds none and puts the rest aside. Only for a holder of the lock that is alone.
    pub(super) fn put_aside(&self) -> Result<(), OpenError> {
        let now = UnixTime::now().seconds();
        let date: String = Connection::open_in_memory()?.query_row(
            "SELECT strftime('%Y%m%dT%H%M%SZ', ?1, 'unixepoch')",
            [now],
            |row| row.get(0),
        )?;
        let ends = [""].into_iter().chain(COMPANIONS);
        let is_free =
            |name: &String| ends.clone().all(|end| self.beside(name, end).symlink_metadata().is_err());
        let names = (1..).map(|number| match number {
            1 => format!("{DATABASE}.broken-{date}"),
            number => format!("{DATABASE}.broken-{date}-{number}"),
        });
        let name = names.into_iter().find(is_free).unwrap_or_default();
        for end in ends.clone() {
            let path = self.beside(DATABASE, end);
            match fs::rename(&path, self.beside(&name, end)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                renamed => renamed.map_err(failed(&path))?,
            }
        }
        self.sync()
    }

    /// Makes the names in the folder durable.
    fn sync(&self) -> Result<(), OpenError> {
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(failed(&self.folder))
    }

    fn beside(&self, name: &str, end: &str) -> PathBuf {
        let mut file = OsString::from(name);
        file.push(end);
        self.folder.join(file)
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Io { path: path.clone(), source }
}
