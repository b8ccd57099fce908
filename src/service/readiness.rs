//! Whether the service can do all that it is for. Where it can serve the settings but something is wrong, it is
//! degraded, and each reason has a fixed code and a fixed text: `/ready` needs no key, so they hold no path,
//! no name and no secret.

use std::borrow::Cow;
use std::sync::Arc;

use crate::blocking;
use crate::model::PlaceReason;
use crate::secrets::Keys;
use crate::state::Trouble;
use crate::store::{Batch, Facts, Snapshot, StoreError};

use super::key_rules::{BatchKeys, look_for_key};
use super::{Service, ServiceError};

/// Why a service that can read the settings can't do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degradation {
    /// The settings hold encrypted values, and no key opens any of them.
    WrongKey,
    /// A secret could not be encrypted: there is no key, and none may be made.
    KeyMissing,
    /// Another process that runs now could not open what this one would encrypt.
    KeyNotShared,
    /// The folder for the state can't be used, so that other processes on the settings are not seen.
    StateUnusable,
    /// What the service remembers may not outlive it.
    State(Trouble),
    /// Nothing can be written where the settings file is.
    ReadOnly(PlaceReason),
}

impl Degradation {
    /// One reason of each code, in the order in which they are given.
    pub const ALL: [Self; 9] = [
        Self::WrongKey,
        Self::KeyMissing,
        Self::KeyNotShared,
        Self::ReadOnly(PlaceReason::FileMount),
        Self::StateUnusable,
        Self::State(Trouble::Unusable),
        Self::State(Trouble::Newer),
        Self::State(Trouble::NotStored),
        Self::State(Trouble::Damaged),
    ];

    /// The word by which programs tell the reasons apart.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong-key",
            Self::KeyMissing => "key-missing",
            Self::KeyNotShared => "key-not-shared",
            Self::StateUnusable => "state-unusable",
            Self::State(Trouble::Unusable) => "state-not-opened",
            Self::State(Trouble::Newer) => "state-newer",
            Self::State(Trouble::NotStored) => "state-not-stored",
            Self::State(Trouble::Damaged) => "state-damaged",
            Self::ReadOnly(_) => "read-only",
        }
    }

    /// Whether what is remembered may end with this process.
    pub fn is_forgetful(self) -> bool {
        matches!(
            self,
            Self::StateUnusable | Self::State(Trouble::Unusable | Trouble::Newer | Trouble::NotStored)
        )
    }

    /// What it means and what to do about it.
    pub fn detail(self) -> Cow<'static, str> {
        match self {
            Self::WrongKey => {
                "No configured key opens any encrypted value of the settings file. Secrets can't be used or changed until the right key is configured.".into()
            }
            Self::KeyMissing => {
                "There is no key to encrypt secrets with. Configure the key that this settings file was written with, or that other services on it have, or restore its key file.".into()
            }
            Self::KeyNotShared => {
                "Another service on this settings file does not have the key that this one encrypts with, so that neither stores secrets. Give both the same keys.".into()
            }
            Self::StateUnusable => {
                "The folder for the service's state can't be used, so that other services on the same settings are not seen. The log says why. MCP_SETTINGS_STATE_DIR names another one.".into()
            }
            Self::State(Trouble::Unusable) => {
                "What the service remembers, such as the sessions of the page, can't be opened and is kept in memory only: it ends with the process. The log says why. It is tried again every 10 seconds.".into()
            }
            Self::State(Trouble::Newer) => {
                "What the service remembers was written by a newer version of it, and is left as it is. What this one remembers is kept in memory only. Use the newer version, or another MCP_SETTINGS_STATE_DIR.".into()
            }
            Self::State(Trouble::NotStored) => {
                "What the service remembers, such as the sessions of the page, can't be stored, and is kept in memory until it can. Look for a full or read-only disk at MCP_SETTINGS_STATE_DIR; the log says why.".into()
            }
            Self::State(Trouble::Damaged) => {
                "What the service remembered was damaged. It was put aside as `state.db.broken-…` in the folder for the state, and all sessions of the page have ended. Look for a failing disk; a restart of the service ends this warning.".into()
            }
            Self::ReadOnly(reason) => format!("The settings file is read-only: {}.", reason.text()).into(),
        }
    }
}

impl Service {
    /// Records what was wrong at the start and stays so.
    #[must_use]
    pub fn degraded_by(mut self, found: impl IntoIterator<Item = Degradation>) -> Self {
        self.found_at_start.extend(found);
        self
    }

    /// Everything that can be wrong with what is remembered, and whether it is so now. This touches no disk.
    pub fn state_troubles(&self) -> impl Iterator<Item = (Degradation, bool)> {
        let troubles = self.state.troubles();
        Degradation::ALL.into_iter().filter_map(move |reason| match reason {
            Degradation::State(trouble) => Some((reason, troubles.contains(&trouble))),
            Degradation::StateUnusable => Some((reason, self.found_at_start.contains(&reason))),
            _ => None,
        })
    }

    /// Whether the store can be read, and if so, why the service is degraded; empty where it is not.
    ///
    /// # Errors
    ///
    /// Where the settings can't be read, so that the service is not ready at all.
    pub async fn readiness(&self) -> Result<Vec<Degradation>, StoreError> {
        let snapshot = self.store.recheck().await?;
        let of_place = snapshot.place.map(Degradation::ReadOnly);
        let keys = Arc::clone(&self.writes.keys);
        let of_keys = blocking::run(move || of_keys(&keys, &snapshot)).await;
        let found_at_start = self.found_at_start.iter().copied();
        let of_state = self.state.troubles().into_iter().map(Degradation::State);
        Ok(of_keys.into_iter().chain(of_place).chain(found_at_start).chain(of_state).collect())
    }
}

/// What is wrong with the keys for this state.
fn of_keys(keys: &Arc<Keys>, snapshot: &Snapshot) -> Option<Degradation> {
    look_for_key(keys);
    let (keys, batch) = (BatchKeys::known(keys), Batch::default());
    let facts = Facts::of(snapshot, &batch);
    match keys.lacking(&facts)? {
        ServiceError::WrongKey => Some(Degradation::WrongKey),
        ServiceError::KeyNotShared(_) => Some(Degradation::KeyNotShared),
        // It is made when a secret is written.
        ServiceError::KeyMissing if keys.may_be_created(&facts) => None,
        _ => Some(Degradation::KeyMissing),
    }
}
