//! A configured secret and what is derived from it, each under a label of its own, so that one derived value is
//! good for nothing else. It does not know which secret is in use.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const ETAG_LABEL: &[u8] = b"mcp-settings entity-tag v1";
const FINGERPRINT_LABEL: &[u8] = b"mcp-settings key fingerprint v1";
const NOTE_LABEL: &[u8] = b"mcp-settings lost-key note v1";

/// The text from which a key is derived, as it was configured.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey(String);

/// The key of the entity-tags.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct EtagKey([u8; 32]);

/// Distinguishes keys without showing them. Anyone who can guess a key can test the guess with it, so it stays
/// among processes of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyFingerprint(u64);

impl SecretKey {
    /// Takes a configured secret; an empty or blank text counts as unset.
    pub fn new(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self(text.to_owned()))
    }

    /// Returns the text, for a key that callers present. The caller is responsible for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The fingerprint of this key.
    pub fn fingerprint(&self) -> KeyFingerprint {
        let bytes = self.derive(FINGERPRINT_LABEL);
        let (first, _) = bytes.split_first_chunk().expect("32 bytes begin with 8");
        KeyFingerprint(u64::from_be_bytes(*first))
    }

    /// The key that encrypts, as OpenHands derives it: the SHA-256 of the text.
    pub(super) fn fernet(&self) -> Fernet {
        let digest = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(self.0.as_bytes())));
        let encoded = Zeroizing::new(URL_SAFE.encode(*digest));
        Fernet::new(&encoded).expect("32 bytes in URL-safe base64 are a Fernet key")
    }

    pub(super) fn etag_key(&self) -> EtagKey {
        EtagKey(*self.derive(ETAG_LABEL))
    }

    /// A text that only somebody who knows this key can write, and that says of this subject that the key before
    /// this one is lost.
    pub(super) fn lost_key_note(&self, subject: &str) -> String {
        let code = authenticate(&*self.derive(NOTE_LABEL), &[subject.as_bytes()]);
        let code: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("the key before this one is lost: {code}\n")
    }

    fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(None, self.0.as_bytes())
            .expand(label, &mut *key)
            .expect("32 bytes are less than HKDF can give");
        key
    }
}

impl EtagKey {
    /// A key that no other process has: with it, tags hold for the life of this process.
    pub fn random() -> Self {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).expect("the operating system gives random numbers");
        Self(key)
    }

    /// HMAC-SHA256 over the parts, one after the other.
    pub fn authenticate(&self, parts: &[&[u8]]) -> [u8; 32] {
        authenticate(&self.0, parts)
    }
}

impl KeyFingerprint {
    /// Reads what [`fmt::Display`] writes: sixteen hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok().map(Self))?
    }
}

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

fn authenticate(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> SecretKey {
        SecretKey::new(text).unwrap()
    }

    #[test]
    fn a_blank_secret_is_unset() {
        assert!(
            SecretKey::new("").is_none() && SecretKey::new(" \t").is_none() && SecretKey::new("k").is_some()
        );
    }

    #[test]
    fn a_fingerprint_distinguishes_keys_and_can_be_read_back() {
        let fingerprint = key("one").fingerprint();
        assert_eq!(KeyFingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
        assert_eq!(fingerprint, key("one").fingerprint());
        assert_ne!(fingerprint, key("two").fingerprint());
        for other in ["", "0", "00000000000000000", "gggggggggggggggg"] {
            assert_eq!(KeyFingerprint::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_parts_of_a_tag_are_authenticated_in_their_order() {
        let key = EtagKey([7; 32]);
        assert_eq!(key.authenticate(&[b"ab", b"c"]), key.authenticate(&[b"abc"]));
        assert_ne!(key.authenticate(&[b"ab", b"c"]), key.authenticate(&[b"c", b"ab"]));
    }

    #[test]
    fn a_note_is_of_one_key_and_about_one_subject() {
        let note = key("one").lost_key_note("settings.json");
        assert_eq!(note, key("one").lost_key_note("settings.json"));
        assert_ne!(note, key("two").lost_key_note("settings.json"));
        assert_ne!(note, key("one").lost_key_note("other.json"));
    }
}
