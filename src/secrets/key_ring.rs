//! The keys in use: seals with the newest, opens with any, and keys the entity-tags.
//! Fernet as OpenHands uses it (OPENHANDS §4), so that both read each other's files.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use zeroize::{Zeroize, Zeroizing};

use super::{EtagKey, KeyFingerprint, Plaintext, Sealed, SecretKey};

/// What a token of any key begins with: version byte 0x80 and the zero bytes of a time before 2106.
const TOKEN_PREFIX: &str = "gAAAAA";

/// A time later than any token's: `Fernet::decrypt` refuses tokens dated ahead of the clock, which would
/// lock everyone out after the clock is set back (DESIGN §5.5).
const END_OF_TIME: u64 = u64::MAX - 60;

/// The newest key and older ones. Immutable; a change of keys is another ring.
pub struct KeyRing {
    newest: Option<Key>,
    /// Newest first. They open, and never seal.
    previous: Vec<Key>,
    etag_key: EtagKey,
}

#[derive(Clone)]
struct Key {
    fernet: Fernet,
    /// Absent of a key that nobody will know.
    secret: Option<SecretKey>,
}

impl Key {
    fn of(secret: &SecretKey) -> Self {
        Self { fernet: secret.fernet(), secret: Some(secret.clone()) }
    }
}

/// Whether a text has the form of an encrypted value, whatever its key.
pub fn looks_sealed(text: &str) -> bool {
    text.starts_with(TOKEN_PREFIX)
}

/// Whether a text is built as a Fernet token is, whatever its key: version 0x80, a time, an IV, at least
/// one whole block and an HMAC, in base64. Only the key can tell whether it is one.
pub fn is_token(text: &str) -> bool {
    const BESIDE_BLOCKS: usize = 1 + 8 + 16 + 32;
    const BLOCK: usize = 16;
    looks_sealed(text)
        && URL_SAFE.decode(as_rust_reads_it(text).as_bytes()).is_ok_and(|bytes| {
            let blocks = bytes.len().checked_sub(BESIDE_BLOCKS);
            bytes.first() == Some(&0x80) && blocks.is_some_and(|length| 0 < length && length % BLOCK == 0)
        })
}

impl KeyRing {
    /// A ring of these secrets, newest first. The tags are keyed by `etag` where it is given. Where it is not, since
    /// no file can be written, they are keyed by the oldest secret, so that a rotation changes no tag until the old
    /// key is retired; without either, by `fallback`.
    pub fn new(secrets: &[SecretKey], etag: Option<&SecretKey>, fallback: &EtagKey) -> Self {
        let etag_key = etag.or(secrets.last()).map_or_else(|| fallback.clone(), SecretKey::etag_key);
        let mut keys = secrets.iter().map(Key::of);
        Self { newest: keys.next(), previous: keys.collect(), etag_key }
    }

    /// The same where only previous secrets are known.
    pub fn of_previous(secrets: &[SecretKey], etag: Option<&SecretKey>, fallback: &EtagKey) -> Self {
        let ring = Self::new(secrets, etag, fallback);
        Self { newest: None, previous: ring.newest.into_iter().chain(ring.previous).collect(), ..ring }
    }

    /// The same keys and a new one that nobody will know, to seal what is thrown away.
    #[must_use]
    pub fn with_passing_key(&self) -> Self {
        let newest = Fernet::new(&Fernet::generate_key()).map(|fernet| Key { fernet, secret: None });
        let previous = self.newest.iter().chain(&self.previous).cloned().collect();
        Self { newest, previous, etag_key: self.etag_key.clone() }
    }

    /// Whether there is a key to seal with.
    pub fn can_seal(&self) -> bool {
        self.newest.is_some()
    }

    /// Encrypts with the newest key; `None` where there is no key.
    pub fn seal(&self, plaintext: &Plaintext) -> Option<Sealed> {
        self.newest.as_ref().map(|key| Sealed::new(key.fernet.encrypt(plaintext.expose().as_bytes())))
    }

    /// Decrypts a token that any of the keys made; `None` where none did, or where it holds no text.
    pub fn open(&self, token: &str) -> Option<Plaintext> {
        if !looks_sealed(token) {
            return None;
        }
        let token = as_rust_reads_it(token);
        let mut keys = self.newest.iter().chain(&self.previous);
        let bytes = keys.find_map(|key| key.fernet.decrypt_at_time(&token, None, END_OF_TIME).ok())?;
        match String::from_utf8(bytes) {
            Ok(text) => Some(Plaintext::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }

    /// Whether the newest key made this token.
    pub fn is_of_newest(&self, token: &str) -> bool {
        let token = as_rust_reads_it(token);
        self.newest.as_ref().is_some_and(|key| {
            key.fernet.decrypt_at_time(&token, None, END_OF_TIME).is_ok_and(|bytes| {
                drop(Zeroizing::new(bytes));
                true
            })
        })
    }

    /// The fingerprints of every key that opens, the one that seals first where there is one.
    pub fn fingerprints(&self) -> Vec<KeyFingerprint> {
        let keys = self.newest.iter().chain(&self.previous);
        keys.filter_map(|key| key.secret.as_ref()).map(SecretKey::fingerprint).collect()
    }

    /// The fingerprint of the key that seals; `None` if there is no such key, or if it is a passing one.
    pub fn sealing_fingerprint(&self) -> Option<KeyFingerprint> {
        self.newest.as_ref()?.secret.as_ref().map(SecretKey::fingerprint)
    }

    /// What the newest key writes to say that the key before it is lost, as far as this subject goes.
    pub(super) fn lost_key_note(&self, subject: &str) -> Option<String> {
        self.newest.as_ref()?.secret.as_ref().map(|secret| secret.lost_key_note(subject))
    }

    /// The key of the entity-tags.
    pub fn etag_key(&self) -> &EtagKey {
        &self.etag_key
    }
}

/// Python's Fernet ignores white space and takes both base64 alphabets; the Rust one does not.
fn as_rust_reads_it(token: &str) -> std::borrow::Cow<'_, str> {
    if token.bytes().all(|byte| !byte.is_ascii_whitespace() && byte != b'+' && byte != b'/') {
        return token.into();
    }
    token
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .map(|character| match character {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(secrets: &[&str]) -> KeyRing {
        let secrets: Vec<_> = secrets.iter().map(|text| SecretKey::new(text).unwrap()).collect();
        KeyRing::new(&secrets, None, &EtagKey::random())
    }

    #[test]
    fn every_recorded_token_opens_to_its_plaintext() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/openhands/fernet-vectors.json");
        let vectors: Vec<serde_json::Value> =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(vectors.len(), 16);
        for vector in vectors {
            let text = |member: &str| vector[member].as_str().unwrap_or_default().to_owned();
            let opened = ring(&[&text("oh_secret_key")]).open(&text("token"));
            assert_eq!(opened.unwrap().expose(), text("plaintext"));
        }
    }

    #[test]
    fn what_was_sealed_opens_with_that_key_among_others_only() {
        let token = ring(&["old"]).seal(&Plaintext::new("süß".into())).unwrap();
        assert_eq!(ring(&["new", "old"]).open(token.as_str()).unwrap().expose(), "süß");
        assert!(ring(&["new"]).open(token.as_str()).is_none());
        assert!(ring(&[]).open(token.as_str()).is_none());
    }

    #[test]
    fn a_token_spelled_as_only_python_reads_it_opens_too() {
        let token = ring(&["k"]).seal(&Plaintext::new("x".repeat(200))).unwrap();
        let spelled = format!(" {}\n", token.as_str().replace('-', "+").replace('_', "/"));
        // The prefix test is on the stored text, as in OpenHands, so only inner white space can occur.
        assert_eq!(ring(&["k"]).open(spelled.trim()).unwrap().expose().len(), 200);
    }

    #[test]
    fn without_a_key_of_their_own_tags_follow_the_oldest_secret() {
        let tag = |ring: &KeyRing| ring.etag_key().authenticate(&[b"state"]);
        assert_eq!(tag(&ring(&["old"])), tag(&ring(&["new", "old"])));
        assert_ne!(tag(&ring(&["old"])), tag(&ring(&["new"])));
        let own = SecretKey::new("for tags");
        let with_own = KeyRing::new(&[SecretKey::new("old").unwrap()], own.as_ref(), &EtagKey::random());
        assert_ne!(tag(&with_own), tag(&ring(&["old"])));
    }

    #[test]
    fn a_previous_key_opens_and_never_seals() {
        let token = ring(&["old"]).seal(&Plaintext::new("s".into())).unwrap();
        let old = [SecretKey::new("old").unwrap()];
        let only_previous = KeyRing::of_previous(&old, None, &EtagKey::random());
        assert_eq!(only_previous.open(token.as_str()).unwrap().expose(), "s");
        assert!(!only_previous.can_seal() && only_previous.seal(&Plaintext::new("s".into())).is_none());
        assert!(!only_previous.is_of_newest(token.as_str()));
    }

    #[test]
    fn a_token_of_ours_that_holds_no_text_opens_to_nothing() {
        let token = SecretKey::new("k").unwrap().fernet().encrypt(&[0xff, 0xfe]);
        assert!(ring(&["k"]).open(&token).is_none());
    }

    #[test]
    fn only_what_is_built_as_a_token_is_treated_as_one() {
        let token = ring(&["k"]).seal(&Plaintext::new("s".into())).unwrap();
        let token = token.as_str();
        assert!(is_token(token) && is_token(&token.replace('-', "+").replace('_', "/")));
        let cut = &token[..token.len() - 4];
        let padded = format!("{token}AAAA");
        let letters = format!("gAAAAAB{}", "A".repeat(113));
        let of_no_base64 = token.replacen("gAAAAA", "gAAAAA.", 1);
        for fake in
            ["", "gAAAAA", "gAAAAAnot-a-real-token", cut, &padded, &letters, &of_no_base64, &token[1..]]
        {
            assert!(!is_token(fake), "{fake}");
        }
    }

    #[test]
    fn a_token_dated_ahead_of_the_clock_opens() {
        let secret = SecretKey::new("k").unwrap();
        let far_ahead = 4_000_000_000;
        let token = secret.fernet().encrypt_at_time(b"later", far_ahead);
        assert_eq!(ring(&["k"]).open(&token).unwrap().expose(), "later");
    }
}
