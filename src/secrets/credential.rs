//! Credentials that callers present: kept as digests, compared in constant time. It knows no scopes.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The SHA-256 of a credential: what stays in memory of an API key.
#[derive(Clone)]
pub struct CredentialDigest([u8; 32]);

impl CredentialDigest {
    /// The digest of a credential.
    pub fn of(credential: &str) -> Self {
        Self(Sha256::digest(credential.as_bytes()).into())
    }

    /// Whether both are digests of the same credential; takes the same time either way.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// The digest that these bytes are.
    #[cfg(test)]
    fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes: to be stored only of a credential that is random, since others could be guessed from them.
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// Binds something to this credential, by HMAC-SHA-256 under a key of its own: a holder of the credential
    /// recognises it, and nobody else sees that two things are bound to one credential.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn bond(&self, key: &[u8; 32]) -> [u8; 32] {
        let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        hmac.update(&self.0);
        hmac.finalize().into_bytes().into()
    }

    /// Eight hex digits that tell credentials apart in memory. Not for logs: a weak credential could be
    /// guessed from them.
    pub fn short(&self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
    }
}

/// A weak credential could be guessed from its digest.
impl fmt::Debug for CredentialDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CredentialDigest")
    }
}

/// A new random text of 256 bits in URL-safe base64.
///
/// # Panics
/// Where the operating system has no random numbers; nothing secret can be made then.
pub fn random_token() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_credential_matches() {
        let digest = CredentialDigest::of("correct horse");
        assert!(digest.matches(&CredentialDigest::of("correct horse")));
        assert!(!digest.matches(&CredentialDigest::of("correct horsf")));
        assert!(!digest.matches(&CredentialDigest::of("")));
    }

    #[test]
    fn what_is_bound_to_a_credential_is_known_by_it_alone() {
        let (one, other) = (CredentialDigest::of("one"), CredentialDigest::of("other"));
        assert_eq!(one.bond(&[1; 32]), CredentialDigest::from_bytes(one.bytes()).bond(&[1; 32]));
        assert_ne!(one.bond(&[1; 32]), other.bond(&[1; 32]));
        assert_ne!(one.bond(&[1; 32]), one.bond(&[2; 32]));
        assert_eq!(format!("{one:?}"), "CredentialDigest");
    }

    #[test]
    fn random_tokens_differ_and_are_long() {
        let (one, other) = (random_token(), random_token());
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
    }
}
