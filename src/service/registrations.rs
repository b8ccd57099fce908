//! Servers that are registered by API. Temporary: registrations are kept in memory by this process alone, until the
//! state store keeps them as notes of the change.

use std::sync::{Mutex, PoisonError};

use crate::json::{Json, Object};
use crate::model::registration::Registration;
use crate::model::{ServerName, SettingsKey};
use crate::projection::Precondition;

use super::access::Caller;
use super::server_write::{Operation, Words};
use super::{Service, ServiceError, Write};

/// A server that is registered.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its name.
    pub name: SettingsKey,
    /// Its URL.
    pub url: String,
    /// What was registered beside it.
    pub registration: Registration,
    /// Whether its registration is being ended.
    pub is_leaving: bool,
}

/// Why a server was not registered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RegisterError {
    /// The name is in use, or reserved.
    #[error("the name is in use")]
    Taken,
    /// A gateway does not answer.
    #[error("a gateway does not answer")]
    Unreachable,
    /// A gateway has refused it.
    #[error("a gateway has refused the registration")]
    RefusedDownstream,
    /// What can come of any use-case.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a registration was not ended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum UnregisterError {
    /// A gateway does not answer.
    #[error("a gateway does not answer")]
    Unreachable,
    /// A gateway has refused it.
    #[error("a gateway has refused to end the registration")]
    RefusedDownstream,
    /// What can come of any use-case.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// The registrations, in their order.
#[derive(Default)]
pub(super) struct Registrations(Mutex<Vec<Registered>>);

impl Registrations {
    fn all(&self) -> Vec<Registered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, registered: Registered) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(registered);
    }

    fn remove(&self, name: &SettingsKey) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.len();
        all.retain(|own| own.name != *name);
        all.len() < before
    }
}

impl Service {
    /// Creates a server with this URL that is registered.
    pub async fn register(
        &self,
        caller: &Caller,
        name: ServerName,
        url: String,
        registration: Registration,
    ) -> Result<(), RegisterError> {
        let config: Object = [("url", Json::string(url.clone()))].into_iter().collect();
        let create = Operation::Create(config).in_words(Words::Own);
        let write = self.write_of(caller, name.key());
        match self.update(write, create).await {
            Ok(_) => {}
            Err(ServiceError::NameTaken) => return Err(RegisterError::Taken),
            Err(error) => return Err(error.into()),
        }
        let registered = Registered { name: name.key().clone(), url, registration, is_leaving: false };
        self.registrations.add(registered);
        Ok(())
    }

    /// The registered servers in the order of their registration.
    pub async fn registered(&self) -> Result<Vec<Registered>, ServiceError> {
        self.newest().await?;
        Ok(self.registrations.all())
    }

    /// Ends the registration of a name and removes the server; false where no such registration is there.
    pub async fn unregister(&self, caller: &Caller, name: &SettingsKey) -> Result<bool, UnregisterError> {
        self.newest().await?;
        if !self.registrations.all().iter().any(|own| own.name == *name) {
            return Ok(false);
        }
        match self.delete(self.write_of(caller, name)).await {
            Ok(_) | Err(ServiceError::UnknownServer) => Ok(self.registrations.remove(name)),
            Err(error) => Err(error.into()),
        }
    }

    fn write_of(&self, caller: &Caller, key: &SettingsKey) -> Write {
        Write { key: key.clone(), precondition: Precondition::default(), caller: caller.clone() }
    }
}
