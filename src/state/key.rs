//! The key of a state store: what it makes of a state says in the file which state that was, and nothing elsewhere.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::model::StateDigest;

/// A random key of 256 bits. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct StateKey(zeroize::Zeroizing<[u8; 32]>);

impl StateKey {
    /// A new one.
    ///
    /// # Panics
    /// Where the operating system has no random numbers; nothing secret can be made then.
    pub(super) fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
        Self::from_bytes(bytes)
    }

    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What is stored in the place of a state's digest: HMAC-SHA256, so that no two stores have one mark.
    pub(super) fn mark(&self, state: &StateDigest) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        mac.update(b"author\0");
        mac.update(state.bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for StateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("StateKey")
    }
}
