//! Who calls, told by the credential that is presented. It refuses to know how one is sent.

use std::time::Instant;

use crate::secrets::CredentialDigest;

use super::access::{ApiKeys, Caller};
use super::login::Logins;

/// How callers are told apart.
pub enum Authentication {
    /// By keys.
    Keys {
        /// The configured or created ones.
        keys: ApiKeys,
        /// Those that one-time codes were exchanged for.
        logins: Logins,
    },
    /// Not at all; on loopback only.
    Off,
}

impl Authentication {
    /// Who presents this credential.
    pub fn caller(&self, credential: Option<&str>) -> Option<Caller> {
        match self {
            Self::Off => Some(Caller::anyone()),
            Self::Keys { keys, logins } => {
                let digest = CredentialDigest::of(credential?);
                keys.caller(&digest).or_else(|| logins.caller(&digest, Instant::now()))
            }
        }
    }

    /// The one-time codes, where keys are asked for.
    pub fn logins(&self) -> Option<&Logins> {
        match self {
            Self::Keys { logins, .. } => Some(logins),
            Self::Off => None,
        }
    }
}
