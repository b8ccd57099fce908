//! What is remembered, and the changes to it. Each change can be made again without harm: where the first try may have
//! reached the disk, it is repeated. It does not know how it is stored, and when a session is over.

use std::collections::BTreeMap;

use super::UnixTime;
use crate::secrets::Scopes;

/// Which session: the SHA-256 of its key. The key itself is stored nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub [u8; 32]);

/// One session of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// What its creator's key and its own make together, so that the creator can be recognised and not be guessed.
    pub bond: [u8; 32],
    /// What audit events call it.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// The address of the service that it was made at.
    pub address: String,
    /// When it began.
    pub began: UnixTime,
    /// When it was used last, as far as that is stored.
    pub used: UnixTime,
}

/// One change of what is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session begins.
    Begin(SessionId, Session),
    /// A session is used. One that has ended stays ended.
    Use(SessionId, UnixTime),
    /// A session ends.
    End(SessionId),
    /// A service serves at an address.
    Serve(Serving),
    /// Nothing has served at this address for long: its sessions end.
    Forget(String),
}

/// That a service serves at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// Where.
    pub address: String,
    /// When it began to.
    pub since: UnixTime,
    /// The sessions of the address that are older than `since` end, unless it was served at this time or later.
    pub last: UnixTime,
    /// When it was seen to serve last.
    pub at: UnixTime,
}

/// All that is held in memory of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The sessions that have not ended.
    pub sessions: BTreeMap<SessionId, Session>,
    /// When the service at each address served last.
    pub served: BTreeMap<String, UnixTime>,
}

impl Remembered {
    /// Makes a change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Begin(id, session) => {
                self.sessions.entry(*id).or_insert_with(|| session.clone());
            }
            Change::Use(id, at) => {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.used = session.used.max(*at);
                }
            }
            Change::End(id) => {
                self.sessions.remove(id);
            }
            Change::Serve(Serving { address, since, last, at }) => {
                if self.served.get(address).is_none_or(|served| served < last) {
                    self.sessions.retain(|_, session| session.address != *address || *since <= session.began);
                }
                let served = self.served.entry(address.clone()).or_insert(*at);
                *served = (*served).max(*at);
            }
            Change::Forget(address) => {
                self.sessions.retain(|_, session| session.address != *address);
                self.served.remove(address);
            }
        }
    }
}

impl Change {
    /// Whether an earlier change makes no difference once this one is made.
    pub(super) fn supersedes(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::End(id), Self::Begin(other, _) | Self::Use(other, _) | Self::End(other))
            | (Self::Use(id, _), Self::Use(other, _)) => id == other,
            (Self::Serve(serving), Self::Serve(other)) => serving.address == other.address,
            _ => false,
        }
    }
}

/// Eight hex digits: enough to tell sessions apart.
impl std::fmt::Debug for SessionId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(formatter, "SessionId({:08x}…)", u32::from_be_bytes([a, b, c, d]))
    }
}
