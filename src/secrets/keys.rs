//! Which keys this process has: the configured ones, else those of a key file that is made once and read again when it
//! changes. It refuses to decide whether a key file may be made beside a document; its caller has seen the document.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io};

use arc_swap::ArcSwap;
use subtle::ConstantTimeEq;

use super::key_file::Stamp;
use super::{
    EtagKey, KeyError, KeyFile, KeyList, KeyRing, NoPeers, Peer, Peers, SecretKey, create_once, read_private,
};

/// How long a look at the key files holds for readers. Writers look each time.
const LOOK_HOLDS: Duration = Duration::from_secs(1);

/// What is configured of keys.
pub struct KeySources {
    /// The newest key, where the environment gives one. Then the key file is not looked at.
    pub newest: Option<SecretKey>,
    /// Older keys, newest first.
    pub previous: Vec<SecretKey>,
    /// What the entity-tags are keyed by, where that is configured. Then its file is not looked at.
    pub etag: Option<SecretKey>,
    /// The key file that serves where the environment gives no key.
    pub key_file: KeyFile,
    /// The file with the key of the entity-tags.
    pub etag_file: KeyFile,
    /// Where it is noted that the key which encrypted the document is lost, and with which key to go on.
    pub acceptance_file: Option<PathBuf>,
    /// The other processes that serve the same document.
    pub peers: Arc<dyn Peers>,
}

/// The keys of this process; they change when the key file does.
pub struct Keys {
    sources: KeySources,
    fallback_etag_key: EtagKey,
    ring: ArcSwap<KeyRing>,
    is_accepted: AtomicBool,
    files: Mutex<Files>,
    /// Whether no file can bring another key: all are configured, or known for good.
    is_settled: AtomicBool,
    started: Instant,
    /// When the files were last looked at, in milliseconds since the start.
    looked: AtomicU64,
}

/// What was last read of the files.
#[derive(Default)]
struct Files {
    stamp: Option<Stamp>,
    keys: Vec<SecretKey>,
    etag_stamp: Option<Stamp>,
    etag: Option<SecretKey>,
}

impl KeySources {
    /// These keys, and no files and no other processes.
    pub fn without_files(newest: Option<SecretKey>, previous: Vec<SecretKey>) -> Self {
        Self {
            newest,
            previous,
            etag: None,
            key_file: KeyFile::default(),
            etag_file: KeyFile::default(),
            acceptance_file: None,
            peers: Arc::new(NoPeers),
        }
    }
}

impl Keys {
    /// Takes the configured keys, and those of the files that are there.
    ///
    /// # Errors
    ///
    /// Where a file is there and can't be used.
    pub fn load(sources: KeySources) -> Result<Self, KeyError> {
        sources.key_file.sweep();
        sources.etag_file.sweep();
        let mut files = Files::default();
        files.read_keys(&sources)?;
        files.read_etag(&sources)?;
        let fallback_etag_key = EtagKey::random();
        let ring = assemble(&sources, &files, &fallback_etag_key);
        let keys = Self {
            fallback_etag_key,
            ring: ArcSwap::from_pointee(ring),
            is_accepted: AtomicBool::new(false),
            is_settled: AtomicBool::new(files.are_settled(&sources)),
            files: Mutex::new(files),
            started: Instant::now(),
            looked: AtomicU64::new(0),
            sources,
        };
        keys.look_for_acceptance()?;
        keys.announce();
        Ok(keys)
    }

    /// The keys in use now.
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.load_full()
    }

    /// Whether new values can be sealed.
    pub fn can_seal(&self) -> bool {
        self.ring.load().can_seal()
    }

    /// Makes the key of the entity-tags in its file, where none is configured and none is there. No lock is needed,
    /// as for the key that encrypts: it fits any document, and everybody reads back the one that was first.
    ///
    /// # Errors
    ///
    /// Where it can't be made. Tags are derived from the oldest key then.
    pub fn make_etag_key(&self) -> Result<(), KeyError> {
        if self.sources.etag.is_none() {
            self.sources.etag_file.make()?;
            self.refresh();
        }
        Ok(())
    }

    /// Whether no file can bring another key: all are configured, or known for good.
    pub fn are_settled(&self) -> bool {
        self.is_settled.load(Ordering::Relaxed)
    }

    /// Whether the files should be looked at again before these keys are used for a read.
    pub fn is_look_due(&self) -> bool {
        let since = self.now().saturating_sub(self.looked.load(Ordering::Relaxed));
        !self.are_settled() && LOOK_HOLDS.as_millis() <= u128::from(since)
    }

    /// Reads the files again that have changed. One that can't be used changes nothing, and is logged once. Blocks on
    /// a `stat` of each file.
    pub fn refresh(&self) {
        if self.are_settled() {
            return;
        }
        let mut files = self.files();
        self.looked.store(self.now(), Ordering::Relaxed);
        let results = [files.read_keys(&self.sources), files.read_etag(&self.sources)];
        let mut has_changed = false;
        for result in results {
            match result {
                Ok(is_other) => has_changed |= is_other,
                Err(error) => log(&error),
            }
        }
        self.is_settled.store(files.are_settled(&self.sources), Ordering::Relaxed);
        if has_changed {
            self.ring.store(Arc::new(assemble(&self.sources, &files, &self.fallback_etag_key)));
            drop(files);
            if let Err(error) = self.look_for_acceptance() {
                log(&error);
            }
            self.announce();
        }
    }

    /// Takes the key file's key if it has appeared, and makes it where `may_create` allows that and no other process
    /// has a key. The caller holds the store's lock, so that nobody's first token is written meanwhile.
    ///
    /// # Errors
    ///
    /// Where the key file can't be made or may not be.
    pub fn provision(&self, may_create: bool) -> Result<(), KeyError> {
        self.refresh();
        if may_create && !self.can_seal() && self.sources.key_file.made_at.is_some() {
            if self.is_key_elsewhere() {
                return Err(KeyError::Elsewhere);
            }
            self.sources.key_file.make()?;
            self.refresh();
        }
        self.look_for_acceptance()
    }

    /// Whether another process that runs now has keys for this document.
    pub fn is_key_elsewhere(&self) -> bool {
        self.sources.peers.live().iter().any(|peer| !peer.keys.fingerprints.is_empty())
    }

    /// The processes that run now and could not open what this ring would seal. One without any key is not among
    /// them: it opens nothing in any case, and makes no key while this one has one.
    pub fn strangers(&self, ring: &KeyRing) -> Vec<Peer> {
        let Some(own) = ring.sealing_fingerprint() else { return Vec::new() };
        let key_file = self.key_file_in_use();
        let is_stranger = |peer: &Peer| {
            let keys = &peer.keys;
            // Who takes its keys from the same file takes the newest before it reads what that has sealed.
            let is_of_same_file = key_file.is_some() && keys.key_file == key_file;
            !keys.fingerprints.is_empty() && !keys.fingerprints.contains(&own) && !is_of_same_file
        };
        self.sources.peers.live().into_iter().filter(is_stranger).collect()
    }

    /// Whether the newest key may seal beside tokens that no key opens, because the operator has noted that their
    /// key is lost.
    pub fn is_accepted(&self) -> bool {
        self.is_accepted.load(Ordering::Relaxed)
    }

    /// Notes that the key which encrypted the document is lost and that the newest one may go on.
    ///
    /// # Errors
    ///
    /// Where the note can't be read or written.
    pub fn accept(&self) -> Result<(), KeyError> {
        self.look_for_acceptance()?;
        let Some((path, note)) = self.note() else { return Ok(()) };
        if !self.is_accepted() {
            // The note of another key is void.
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(KeyError::Note { path: path.clone(), source: Arc::new(error) });
                }
                _ => {}
            }
            create_once(path, &note).map_err(KeyError::Create)?;
            self.look_for_acceptance()?;
        }
        Ok(())
    }

    /// The place of the note and what the newest key would write there. It names what it is for, and only who has
    /// the key can write it: an encrypted value proves neither, since clients choose what is in those.
    fn note(&self) -> Option<(&PathBuf, String)> {
        let path = self.sources.acceptance_file.as_ref()?;
        let subject = path.file_name()?.to_string_lossy();
        Some((path, self.ring.load().lost_key_note(&subject)?))
    }

    fn look_for_acceptance(&self) -> Result<(), KeyError> {
        let found = self.note().map_or(Ok(false), |(path, note)| {
            let found = read_private(path).map_err(KeyError::File)?;
            Ok(found.is_some_and(|found| found.as_slice().ct_eq(note.as_bytes()).into()))
        });
        // One that can't be read or trusted says nothing.
        self.is_accepted.store(matches!(found, Ok(true)), Ordering::Relaxed);
        found.map(drop)
    }

    fn announce(&self) {
        let ring = self.ring();
        self.sources.peers.announce(&KeyList {
            fingerprints: ring.fingerprints(),
            can_seal: ring.can_seal(),
            key_file: self.key_file_in_use(),
        });
    }

    /// The key file whose first key seals.
    fn key_file_in_use(&self) -> Option<PathBuf> {
        let is_in_use = self.sources.newest.is_none() && !self.files().keys.is_empty();
        self.sources.key_file.found().filter(|_| is_in_use).map(PathBuf::from)
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files {
    fn are_settled(&self, sources: &KeySources) -> bool {
        sources.newest.is_some() && (sources.etag.is_some() || self.etag.is_some())
    }

    /// Reads the key file if it has changed. Whether the keys are others. One that is gone leaves them as they are:
    /// what they have sealed is still there.
    fn read_keys(&mut self, sources: &KeySources) -> Result<bool, KeyError> {
        if sources.newest.is_some() {
            return Ok(false);
        }
        let stamp = sources.key_file.stamp();
        if stamp.is_none() || stamp == self.stamp {
            return Ok(false);
        }
        self.stamp = stamp;
        let keys = sources.key_file.read()?;
        let is_other = !keys.is_empty() && keys != self.keys;
        if is_other {
            self.keys = keys;
        }
        Ok(is_other)
    }

    /// Reads the file with the key of the tags if it has come. Whether there is another one. One that is known is
    /// kept, since another would change every tag.
    fn read_etag(&mut self, sources: &KeySources) -> Result<bool, KeyError> {
        if sources.etag.is_some() || self.etag.is_some() {
            return Ok(false);
        }
        let stamp = sources.etag_file.stamp();
        let Some(Stamp { path, .. }) = stamp.as_ref().filter(|_| stamp != self.etag_stamp) else {
            return Ok(false);
        };
        let path = path.clone();
        self.etag_stamp = stamp;
        let mut keys = sources.etag_file.read()?;
        if keys.len() > 1 {
            return Err(KeyError::Malformed { path });
        }
        self.etag = keys.pop();
        Ok(self.etag.is_some())
    }
}

fn assemble(sources: &KeySources, files: &Files, fallback: &EtagKey) -> KeyRing {
    let newest = sources.newest.iter().chain(&files.keys);
    let make = if newest.clone().next().is_some() { KeyRing::new } else { KeyRing::of_previous };
    let secrets: Vec<SecretKey> = newest.chain(&sources.previous).cloned().collect();
    make(&secrets, sources.etag.as_ref().or(files.etag.as_ref()), fallback)
}

fn log(error: &KeyError) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(cause, "{error}");
}

#[cfg(test)]
mod tests;
