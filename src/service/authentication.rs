//! Who calls, by the credential that is presented. It does not know how one is sent.

use std::sync::Arc;

use crate::secrets::CredentialDigest;

use super::access::{ApiKeys, Caller};
use super::sessions::{Found, Grant, Sessions};

/// How callers are distinguished.
pub enum Authentication {
    /// By keys.
    Keys {
        /// The configured or created ones.
        keys: ApiKeys,
        /// The sessions that came from them.
        sessions: Arc<Sessions>,
    },
    /// Not at all; on loopback only.
    Off,
    /// Not at all: the one caller is this process.
    Local(Caller),
}

impl Authentication {
    /// Who presents this credential.
    pub async fn caller(&self, credential: Option<&str>) -> Found {
        match (self, credential) {
            (Self::Off, _) => Found::Caller(Caller::anyone()),
            (Self::Local(caller), _) => Found::Caller(caller.clone()),
            (Self::Keys { .. }, None) => Found::Unknown,
            (Self::Keys { keys, sessions }, Some(credential)) => {
                let presented = CredentialDigest::of(credential);
                match keys.caller(&presented) {
                    Some(caller) => Found::Caller(caller),
                    None => sessions.find(credential, &presented, keys).await,
                }
            }
        }
    }

    /// Whether who was a caller still is one.
    pub fn is_current(&self, caller: &Caller) -> bool {
        self.sessions().is_none_or(|sessions| sessions.is_current(caller))
    }

    /// The sessions, where keys are asked for.
    pub fn sessions(&self) -> Option<&Arc<Sessions>> {
        match self {
            Self::Keys { sessions, .. } => Some(sessions),
            Self::Off | Self::Local(_) => None,
        }
    }

    /// The code of the link that the service prints, where keys are asked for.
    pub fn first_code(&self) -> Option<String> {
        match self {
            Self::Keys { keys, sessions } => Some(sessions.new_code(Grant::of_first_key(keys)?)),
            Self::Off | Self::Local(_) => None,
        }
    }
}
