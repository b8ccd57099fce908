//! Where the keys come from: the environment, else a key file that is created once (DESIGN §4, keys).
//! It refuses to decide whether a key file may be created; its caller has seen the document.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, io};

use arc_swap::ArcSwap;
use zeroize::Zeroizing;

use super::{
    CreateOnceError, EtagKey, KeyRing, Plaintext, SecretKey, create_once, random_token, sweep_drafts,
};

/// What the acceptance note says, encrypted by the key that it accepts.
const ACCEPTANCE: &str = "the key before this one is lost";

/// What is configured of keys.
pub struct KeySources {
    /// The newest key, where the environment gives one. Then the key file is not looked at.
    pub newest: Option<SecretKey>,
    /// Older keys, newest first.
    pub previous: Vec<SecretKey>,
    /// What the entity-tags are keyed by, instead of the oldest key.
    pub etag: Option<SecretKey>,
    /// The key file that serves where the environment gives no key.
    pub key_file: PathBuf,
    /// Where it is noted that the key which encrypted the document is lost, and with which key to go on.
    pub acceptance_file: PathBuf,
}

/// The keys of this process; they can arrive later, when the key file does.
pub struct Keys {
    sources: KeySources,
    fallback_etag_key: EtagKey,
    ring: ArcSwap<KeyRing>,
    is_accepted: AtomicBool,
}

/// What can be wrong with the key file.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyError {
    /// It can't be read.
    #[error("could not read the key file `{}`", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// It holds no key. It is never replaced: a key could be lost for good that way.
    #[error("the key file `{}` is empty or malformed; put the right one back, or remove it where no value was encrypted with it", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
    /// It can't be made.
    #[error("could not make the key file")]
    Create(#[source] CreateOnceError),
}

impl Keys {
    /// Takes the configured keys, or the key file's where it is there.
    pub fn load(sources: KeySources) -> Result<Self, KeyError> {
        let fallback_etag_key = EtagKey::random();
        let newest = match &sources.newest {
            Some(key) => Some(key.clone()),
            None => read_key_file(&sources)?.inspect(|_| sweep_drafts(&sources.key_file)),
        };
        let ring = ArcSwap::from_pointee(assemble(&sources, newest, &fallback_etag_key));
        let keys = Self { sources, fallback_etag_key, ring, is_accepted: AtomicBool::new(false) };
        keys.look_for_acceptance();
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

    /// Takes the key file's key if it has appeared, and creates it where `may_create` allows that. The
    /// caller holds the store's lock, so that nobody's first token is written meanwhile.
    pub fn provision(&self, may_create: bool) -> Result<(), KeyError> {
        self.provision_key(may_create)?;
        self.look_for_acceptance();
        Ok(())
    }

    /// Whether the newest key may seal beside tokens that no key opens, because whoever runs this service
    /// has said that their key is lost.
    pub fn is_accepted(&self) -> bool {
        self.is_accepted.load(Ordering::Relaxed)
    }

    /// Notes that the key which encrypted the document is lost and that the newest one may go on.
    pub fn accept(&self) -> Result<(), KeyError> {
        let path = &self.sources.acceptance_file;
        self.look_for_acceptance();
        if !self.is_accepted()
            && let Some(token) = self.ring().seal(&Plaintext::new(ACCEPTANCE.to_owned()))
        {
            // The note of another key is void.
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(KeyError::Read { path: path.clone(), source: Arc::new(error) });
                }
                _ => {}
            }
            create_once(path, token.as_str()).map_err(KeyError::Create)?;
            self.look_for_acceptance();
        }
        Ok(())
    }

    fn look_for_acceptance(&self) {
        let note = fs::read_to_string(&self.sources.acceptance_file).unwrap_or_default();
        let is_accepted = self.ring().is_of_newest(note.trim());
        self.is_accepted.store(is_accepted, Ordering::Relaxed);
    }

    fn provision_key(&self, may_create: bool) -> Result<(), KeyError> {
        if self.sources.newest.is_some() {
            return Ok(());
        }
        let mut key = read_key_file(&self.sources)?;
        if key.is_none() && may_create {
            let secret = Zeroizing::new(random_token());
            create_once(&self.sources.key_file, &format!("{}\n", *secret)).map_err(KeyError::Create)?;
            // Read it back even where we made it: another process may have been first.
            key = read_key_file(&self.sources)?;
        }
        if key.is_some() {
            self.ring.store(Arc::new(assemble(&self.sources, key, &self.fallback_etag_key)));
        }
        Ok(())
    }
}

fn assemble(sources: &KeySources, newest: Option<SecretKey>, fallback: &EtagKey) -> KeyRing {
    let make = if newest.is_some() { KeyRing::new } else { KeyRing::of_previous };
    let secrets: Vec<SecretKey> = newest.into_iter().chain(sources.previous.iter().cloned()).collect();
    make(&secrets, sources.etag.as_ref(), fallback)
}

/// A key that others can read is a key that others have.
pub fn warn_of_open_mode(path: &Path) {
    if fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0) {
        tracing::warn!(
            "`{}` can be read by others than its owner: make its mode 0600, and change the key",
            path.display()
        );
    }
}

fn read_key_file(sources: &KeySources) -> Result<Option<SecretKey>, KeyError> {
    let path = &sources.key_file;
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(source) => return Err(KeyError::Read { path: path.clone(), source: Arc::new(source) }),
    };
    warn_of_open_mode(path);
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim_end_matches(['\r', '\n']);
    let is_one_word = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic());
    match SecretKey::new(text).filter(|_| is_one_word) {
        Some(key) => Ok(Some(key)),
        None => Err(KeyError::Malformed { path: path.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(folder: &tempfile::TempDir) -> KeySources {
        KeySources {
            newest: None,
            previous: vec![],
            etag: None,
            key_file: folder.path().join(".key"),
            acceptance_file: folder.path().join(".accepted"),
        }
    }

    #[test]
    fn a_key_file_is_made_only_when_allowed_and_then_used_by_all() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::load(sources(&folder)).unwrap();
        keys.provision(false).unwrap();
        assert!(!keys.can_seal() && !folder.path().join(".key").exists());
        keys.provision(true).unwrap();
        let token = keys.ring().seal(&Plaintext::new("s".into())).unwrap();
        let other = Keys::load(sources(&folder)).unwrap();
        assert_eq!(other.ring().open(token.as_str()).unwrap().expose(), "s");
        assert_eq!(other.ring().etag_key().authenticate(&[]), keys.ring().etag_key().authenticate(&[]));
    }

    #[test]
    fn an_empty_or_malformed_key_file_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        for contents in [&b""[..], b"\n", b"short", b"two words of a key file", b"\xff\xfe0123456789abcdef"] {
            fs::remove_file(folder.path().join(".key")).ok();
            fs::File::create_new(folder.path().join(".key"))
                .and_then(|mut file| io::Write::write_all(&mut file, contents))
                .unwrap();
            assert!(matches!(Keys::load(sources(&folder)), Err(KeyError::Malformed { .. })));
            assert_eq!(fs::read(folder.path().join(".key")).unwrap(), contents);
        }
    }

    #[test]
    fn a_key_file_that_comes_back_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::load(sources(&folder)).unwrap();
        first.provision(true).unwrap();
        let (away, here) = (folder.path().join("away"), folder.path().join(".key"));
        fs::rename(&here, &away).unwrap();
        let second = Keys::load(sources(&folder)).unwrap();
        assert!(!second.can_seal());
        fs::rename(&away, &here).unwrap();
        second.provision(false).unwrap();
        assert!(second.can_seal());
    }

    #[test]
    fn an_acceptance_holds_for_the_key_that_it_was_made_with() {
        let folder = tempfile::tempdir().unwrap();
        let with =
            |key: &str| Keys::load(KeySources { newest: SecretKey::new(key), ..sources(&folder) }).unwrap();
        let running = with("new");
        assert!(!running.is_accepted());
        with("new").accept().unwrap();
        assert!(!running.is_accepted(), "it is looked for when a key is needed");
        running.provision(false).unwrap();
        assert!(running.is_accepted() && with("new").is_accepted());
        assert!(!with("newer").is_accepted());
        with("newer").accept().unwrap();
        assert!(with("newer").is_accepted() && !with("new").is_accepted());
    }

    #[test]
    fn a_configured_key_leaves_the_key_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keys =
            Keys::load(KeySources { newest: SecretKey::new("configured"), ..sources(&folder) }).unwrap();
        keys.provision(true).unwrap();
        assert!(keys.can_seal() && !folder.path().join(".key").exists());
    }
}
