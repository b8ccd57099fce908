//! The services that run on one settings file: each has a file that says where it is called and which keys it has, and
//! holds the lock on it for as long as it lives. A file whose lock is free was left by one that is gone.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::StateDirectory;
use crate::secrets::{KeyFingerprint, KeyList, Peer, Peers};

/// How long another process may hold the folder while it writes its own file. It takes a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest file that is read. Bytes.
const LARGEST: u64 = 1 << 16;

/// The services on one settings file, and this one among them unless it only looks.
pub struct Services {
    directory: PathBuf,
    /// Whether this process is a service, and so has a file of its own.
    is_service: bool,
    own: Mutex<Own>,
}

#[derive(Default)]
struct Own {
    address: Option<String>,
    keys: KeyList,
    has_left: bool,
    /// The file, and its lock with it.
    file: Option<(PathBuf, File)>,
}

/// What such a file says.
#[derive(serde::Deserialize, serde::Serialize)]
struct Record {
    pid: u32,
    address: Option<String>,
    /// Fingerprints of every key, the one that encrypts first.
    keys: Vec<String>,
    can_seal: bool,
    key_file: Option<PathBuf>,
}

impl Services {
    /// For a service: it is seen by the others once it has announced its keys.
    pub fn joining(directory: &StateDirectory) -> Self {
        Self::new(directory, true)
    }

    /// For a command, which the others do not see.
    pub fn watching(directory: &StateDirectory) -> Self {
        Self::new(directory, false)
    }

    fn new(directory: &StateDirectory, is_service: bool) -> Self {
        Self { directory: directory.path().to_owned(), is_service, own: Mutex::default() }
    }

    /// Publishes where this service is reached.
    pub fn announce_address(&self, address: &str) {
        let mut own = self.own();
        own.address = Some(address.to_owned());
        self.publish(&mut own);
    }

    /// Takes this service away from what the others see, for good.
    pub fn leave(&self) {
        let mut own = self.own();
        own.has_left = true;
        // Nobody else removes a file whose lock is held. One that stays is swept by the next service.
        if let Some((path, _lock)) = own.file.take() {
            drop(fs::remove_file(path));
        }
    }

    /// Whether the others see this service.
    pub fn is_seen(&self) -> bool {
        self.own().file.is_some()
    }

    fn publish(&self, own: &mut Own) {
        if !self.is_service || own.has_left {
            return;
        }
        if let Err(error) = self.write(own) {
            tracing::error!(error = %error, "could not tell other services on these settings which keys this one has");
        }
    }

    /// Replaces the own file by one that says what is so now. The lock of the new one is held before it can be seen.
    fn write(&self, own: &mut Own) -> io::Result<()> {
        let pid = std::process::id();
        let record = Record {
            pid,
            address: own.address.clone(),
            keys: own.keys.fingerprints.iter().map(ToString::to_string).collect(),
            can_seal: own.keys.can_seal,
            key_file: own.keys.key_file.clone(),
        };
        let text = serde_json::to_string(&record).map_err(io::Error::other)?;
        let _folder = lock_folder(&self.directory)?;
        self.sweep();
        let draft = self.directory.join(format!("service-{pid}.tmp"));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.try_lock().map_err(io::Error::from)?;
        file.write_all(text.as_bytes())?;
        let path = match &own.file {
            Some((path, _)) => fs::rename(&draft, path).map(|()| path.clone()),
            None => self.link(&draft, pid),
        };
        // Not there any more where it was renamed.
        drop(fs::remove_file(&draft));
        own.file = Some((path?, file));
        Ok(())
    }

    /// Gives the draft a name that is free: services in other containers can have the same process id.
    fn link(&self, draft: &Path, pid: u32) -> io::Result<PathBuf> {
        let mut number = 1;
        loop {
            let name = match number {
                1 => format!("service-{pid}.json"),
                number => format!("service-{pid}-{number}.json"),
            };
            let path = self.directory.join(name);
            match fs::hard_link(draft, &path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                linked => return linked.map(|()| path),
            }
        }
    }

    /// Removes what services left that are gone. The folder is locked, so that nobody makes such a file now.
    fn sweep(&self) {
        for path in self.files(".tmp").chain(self.files(".json")) {
            // What can't be removed is tried again by the next one.
            if open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                drop(fs::remove_file(&path));
            }
        }
    }

    fn files(&self, end: &'static str) -> impl Iterator<Item = PathBuf> {
        fs::read_dir(&self.directory).into_iter().flatten().flatten().map(|entry| entry.path()).filter(
            move |path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("service-") && name.ends_with(end)
            },
        )
    }

    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peers for Services {
    fn live(&self) -> Vec<Peer> {
        let own = self.own().file.as_ref().map(|(path, _)| path.clone());
        self.files(".json").filter(|path| Some(path) != own.as_ref()).filter_map(|path| peer(&path)).collect()
    }

    fn announce(&self, keys: &KeyList) {
        let mut own = self.own();
        own.keys = keys.clone();
        self.publish(&mut own);
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The service that this file is of, if it lives.
fn peer(path: &Path) -> Option<Peer> {
    let file = open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        _ => return None,
    }
    let mut text = String::new();
    let read = file.take(LARGEST).read_to_string(&mut text);
    match read.and_then(|_| serde_json::from_str::<Record>(&text).map_err(io::Error::other)) {
        Ok(record) => Some(Peer {
            address: record.address,
            pid: record.pid,
            keys: KeyList {
                fingerprints: record.keys.iter().filter_map(|text| KeyFingerprint::parse(text)).collect(),
                can_seal: record.can_seal,
                key_file: record.key_file,
            },
        }),
        Err(error) => {
            tracing::warn!(error = %error, "could not read which keys another service on these settings has");
            None
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
}

fn lock_folder(directory: &Path) -> io::Result<File> {
    let folder = File::open(directory)?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(folder),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(2));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::SecretKey;

    fn directory(folder: &tempfile::TempDir) -> StateDirectory {
        StateDirectory::open(&folder.path().join("base"), &folder.path().join("settings.json")).unwrap()
    }

    fn keys(texts: &[&str]) -> KeyList {
        let fingerprints = texts.iter().map(|text| SecretKey::new(text).unwrap().fingerprint()).collect();
        KeyList { fingerprints, can_seal: true, key_file: Some("/some/key".into()) }
    }

    fn names(directory: &StateDirectory) -> Vec<String> {
        let entries = fs::read_dir(directory.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn services_see_each_other_and_what_is_new_of_each() {
        let folder = tempfile::tempdir().unwrap();
        let directory = directory(&folder);
        // In one process they have one process id, as those of two containers can.
        let (one, two, command) =
            (Services::joining(&directory), Services::joining(&directory), Services::watching(&directory));
        assert!(!one.is_seen());
        one.announce(&keys(&["a", "b"]));
        command.announce(&keys(&["c"]));
        assert!(one.is_seen() && !command.is_seen());
        let seen =
            |by: &Services| by.live().into_iter().map(|peer| (peer.address, peer.keys)).collect::<Vec<_>>();
        assert_eq!(seen(&two), [(None, keys(&["a", "b"]))]);
        assert_eq!(seen(&one), []);
        two.announce(&KeyList::default());
        one.announce_address("http://127.0.0.1:1");
        one.announce(&keys(&["b"]));
        assert_eq!(seen(&two), [(Some("http://127.0.0.1:1".to_owned()), keys(&["b"]))]);
        assert_eq!(seen(&one), [(None, KeyList::default())]);
        assert_eq!(command.live().len(), 2);
        let pid = std::process::id();
        assert_eq!(names(&directory), [format!("service-{pid}-2.json"), format!("service-{pid}.json")]);
        one.leave();
        one.announce(&keys(&["a"]));
        assert_eq!(seen(&command), [(None, KeyList::default())]);
        drop(two);
        assert!(names(&directory).is_empty());
    }

    #[test]
    fn what_a_service_left_that_is_gone_is_not_seen_and_swept() {
        let folder = tempfile::tempdir().unwrap();
        let directory = directory(&folder);
        let path = |name: &str| directory.path().join(name);
        let gone = r#"{"pid":1,"address":null,"keys":[],"can_seal":false,"key_file":null}"#;
        for name in ["service-1.json", "service-7.tmp", "other.json"] {
            File::create(path(name)).and_then(|mut file| file.write_all(gone.as_bytes())).unwrap();
        }
        let service = Services::joining(&directory);
        assert_eq!(service.live(), []);
        service.announce(&keys(&["a"]));
        assert_eq!(
            names(&directory),
            ["other.json".to_owned(), format!("service-{}.json", std::process::id())]
        );
    }

    #[test]
    fn many_that_start_at_once_all_see_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let directory = directory(&folder);
        let services: Vec<_> = (0..8).map(|_| Services::joining(&directory)).collect();
        thread::scope(|scope| {
            for service in &services {
                scope.spawn(|| service.announce(&keys(&["a"])));
            }
        });
        for service in &services {
            assert_eq!(
                service.live(),
                vec![Peer { address: None, pid: std::process::id(), keys: keys(&["a"]) }; 7]
            );
        }
    }
}
