//! Keys and what they protect: the only room that sees key material.
//! It refuses to know what a configuration is and how it travels.

mod create_once;
mod credential;
mod exposure;
mod key_ring;
mod keys;
mod plaintext;

pub use create_once::{CreateOnceError, create_once, sweep_drafts};
pub use credential::{CredentialDigest, random_token};
pub use exposure::Exposure;
pub use key_ring::{EtagKey, KeyRing, SecretKey, is_token, looks_sealed};
pub use keys::{KeyError, KeySources, Keys, warn_of_open_mode};
pub use plaintext::{Plaintext, Sealed};
