//! Whether the service can do all that it is for. Where it can serve the settings but something is amiss, it is
//! degraded, and each reason has a fixed code and a fixed text: `/ready` needs no key, so they hold no path,
//! no name and no secret.

use crate::store::StoreError;

use super::key_rules::may_create_key;
use super::update::lacks_key;
use super::{Service, ServiceError};

/// Why a service that can read the settings can't do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degradation {
    /// The settings hold encrypted values, and no key opens any of them.
    WrongKey,
    /// A secret could not be encrypted: there is no key, and none may be made.
    KeyMissing,
}

impl Degradation {
    /// Every reason, in the order in which they are given.
    pub const ALL: [Self; 2] = [Self::WrongKey, Self::KeyMissing];

    /// The word by which programs tell the reasons apart.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong-key",
            Self::KeyMissing => "key-missing",
        }
    }

    /// What it means and what to do about it.
    pub fn detail(self) -> &'static str {
        match self {
            Self::WrongKey => {
                "No configured key opens any encrypted value of the settings file. Secrets can't be used or changed until the right key is configured."
            }
            Self::KeyMissing => {
                "There is no key to encrypt secrets with. Configure the key that this settings file was written with, or restore its key file."
            }
        }
    }
}

impl Service {
    /// Whether the store can be read, and if so, why the service is degraded; empty where it is not. Blocks on
    /// file reads.
    ///
    /// # Errors
    ///
    /// Where the settings can't be read, so that the service is not ready at all.
    pub fn readiness(&self) -> Result<Vec<Degradation>, StoreError> {
        let snapshot = self.store.read()?;
        let ring = self.keys.ring();
        let lacking = lacks_key(&snapshot, &ring, self.keys.is_accepted());
        let key = match lacking {
            Some(ServiceError::WrongKey) => Some(Degradation::WrongKey),
            Some(_) => (!may_create_key(&ring, &snapshot)).then_some(Degradation::KeyMissing),
            None => None,
        };
        Ok(key.into_iter().collect())
    }
}
