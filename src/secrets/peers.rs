//! What the processes that serve one settings file tell each other of their keys: which they have, never what they
//! are. A trait, since it does not know where they meet.

use std::path::PathBuf;

use super::KeyFingerprint;

/// Which keys a process has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyList {
    /// Every key that opens, the one that encrypts first where there is one.
    pub fingerprints: Vec<KeyFingerprint>,
    /// Whether the first one encrypts.
    pub can_seal: bool,
    /// The key file that this process reads again when it changes.
    pub key_file: Option<PathBuf>,
}

/// Another process, which runs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where it can be called, if it can be yet.
    pub address: Option<String>,
    /// Its process id, where it runs.
    pub pid: u32,
    /// Which keys it has.
    pub keys: KeyList,
}

/// The meeting place of the processes that serve one settings file.
pub trait Peers: Send + Sync {
    /// The others that run now. One that can't be read counts as having keys that nobody knows.
    fn live(&self) -> Vec<Peer>;

    /// Publishes which keys this process has.
    fn announce(&self, keys: &KeyList);
}

/// Where no other process is known.
#[derive(Clone, Copy, Debug)]
pub struct NoPeers;

impl Peers for NoPeers {
    fn live(&self) -> Vec<Peer> {
        Vec::new()
    }

    fn announce(&self, _: &KeyList) {}
}
