//! Keys and what they protect: the only room that sees key material.
//! It does not know what a configuration is and how it travels.

mod create_once;
mod credential;
mod exposure;
mod key_error;
mod key_file;
mod key_ring;
mod keys;
mod peers;
mod plaintext;
mod private_file;
mod scope;
mod secret_key;

pub use create_once::{CreateOnceError, create_once, sweep_drafts};
pub use credential::{CredentialDigest, random_token};
pub use exposure::Exposure;
pub use key_error::KeyError;
pub use key_file::KeyFile;
pub use key_ring::{KeyRing, is_token, looks_sealed};
pub use keys::{KeySources, Keys};
pub use peers::{KeyList, NoPeers, Peer, Peers};
pub use plaintext::{Plaintext, Sealed};
pub use private_file::{Distrust, PrivateFileError, read_private};
pub use scope::{Scope, Scopes};
pub use secret_key::{EtagKey, KeyFingerprint, SecretKey};
