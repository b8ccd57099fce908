//! What callers see of the gateways, and what they can decide: that something foreign is ours, and that something of ours
//! is no longer looked after. It does not know how it is called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::core::{Aim, Made};
use super::state_rows::enter;
use super::work::digest;
use super::{Base, Client, FailureKind, Gateway, Rows, StateRows};
use crate::api::{GatewayList, GatewayServer, GatewayServerFailure, GatewayServerState, GatewayStatus};
use crate::model::registration::Registration;
use crate::model::{ServerName, SettingsKey};
use crate::service::access::Caller;
use crate::service::{RegistrationError, Service, ServiceError};
use crate::state::{EntryState, StateStore};

/// The gateways that are configured.
pub struct Gateways {
    clients: Vec<(Base, Arc<dyn Gateway>)>,
    service: Arc<Service>,
    state: Arc<dyn StateStore>,
    rows: Arc<StateRows>,
}

/// Why a decision was not carried out.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DecisionError {
    /// No such gateway is configured.
    #[error("there is no such gateway")]
    UnknownGateway,
    /// The gateway, or the rows of it, have no such id.
    #[error("there is no such id")]
    UnknownId,
    /// No server can have the id as its name.
    #[error("the id is no name")]
    NotAName,
    /// The toolgroup has arguments, or no URL, so that no server can be made of it.
    #[error("no server can be made of it")]
    NotAServer,
    /// A server is to be there under this id.
    #[error("a server is registered under this id")]
    StillRegistered,
    /// A server of this name is there that is not registered.
    #[error("the name is in use")]
    Taken,
    /// A gateway has not done its part.
    #[error("a gateway has failed: {0}")]
    Gateway(FailureKind),
    /// Anything else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Gateways {
    /// These gateways.
    pub fn new(bases: Vec<Base>, service: Arc<Service>, state: Arc<dyn StateStore>) -> Self {
        let client = |base: Base| (base.clone(), Arc::new(Client::new(base)) as Arc<dyn Gateway>);
        let rows = Arc::new(StateRows::new(Arc::clone(&service), Arc::clone(&state)));
        Self { clients: bases.into_iter().map(client).collect(), service, state, rows }
    }

    /// Each gateway, and how it is called.
    pub fn clients(&self) -> Vec<(Base, Arc<dyn Gateway>)> {
        self.clients.clone()
    }

    /// The rows of the gateways.
    pub fn rows(&self) -> Arc<dyn Rows> {
        Arc::clone(&self.rows) as Arc<dyn Rows>
    }

    /// What is known of each. Nothing is called for it.
    ///
    /// # Errors
    ///
    /// Where it is not known what is to be there.
    pub async fn list(&self) -> Result<GatewayList, ServiceError> {
        // The process that calls the gateways may be another one: what it has stored by now is what is true.
        self.service.refreshed().await?;
        let aims = self.rows.aims().await?;
        let mut gateways = Vec::new();
        for (base, _) in &self.clients {
            let made = self.rows.made(base)?;
            let remembered = self.state.peek().unwrap_or_default();
            let seen = remembered.origins.gateways.get(base.as_str());
            gateways.push(GatewayStatus {
                gateway: base.as_str().to_owned(),
                trouble: seen.and_then(|seen| seen.trouble.clone()),
                since_ms: seen.map(|seen| seen.since_ms),
                servers: servers(&aims, &made),
                unknown: seen.map(|seen| seen.unknown.clone()).unwrap_or_default(),
            });
        }
        Ok(GatewayList { gateways })
    }

    /// What a gateway has under an id that nobody here has made is looked after from now on: it becomes a registered
    /// server. Where one of this name is registered already, what is in its way is replaced.
    ///
    /// # Errors
    ///
    /// Where that can't be, or a gateway does not do its part.
    pub async fn adopt(&self, caller: &Caller, gateway: &str, id: &str) -> Result<(), DecisionError> {
        // Nothing is decided on settings that can't be read.
        self.rows.aims().await?;
        let (base, client) = self.find(gateway)?;
        let name: ServerName = id.parse().map_err(|_| DecisionError::NotAName)?;
        let found = client.read(id).await.map_err(|failure| DecisionError::Gateway(failure.kind))?;
        let group = found.ok_or(DecisionError::UnknownId)?;
        let digest = digest(&*self.rows, &group).ok_or(DecisionError::NotAServer)?;
        let known = self.rows.known(base).await?;
        let row = known.made.get(name.key());
        if let Some(aim) = known.aims.get(name.key()).filter(|aim| aim.forward.is_some()) {
            let row = Made::adopting(row, digest, &aim.ask, now_ms());
            return self.write(base, name.key(), Some(row)).await;
        }
        let url = group.url.ok_or(DecisionError::NotAServer)?;
        // With the reservation what is there counts as ours, also at another gateway that has the same, so that the
        // registration finds nothing in its way.
        let mut claims = Vec::new();
        for (base, _) in &self.clients {
            let made = self.rows.made(base)?;
            let row = Made::adopting(made.get(name.key()), digest, &None, now_ms());
            claims.push(enter(base, name.key(), Some(row)));
        }
        let registration = Registration {
            provider_id: group.provider_id,
            authorization_headers: Vec::new(),
            headers: Vec::new(),
            timeout: None,
        };
        let adopted = self.service.register(caller, &name, url, registration, claims).await;
        adopted.map_err(|error| match error {
            RegistrationError::Taken => DecisionError::Taken,
            RegistrationError::Gateway(failure) => DecisionError::Gateway(match failure {
                crate::service::GatewayFailure::Unreachable => FailureKind::Unreachable,
                crate::service::GatewayFailure::Refused => FailureKind::AlreadyExists,
            }),
            RegistrationError::Service(error) => DecisionError::Service(error),
        })
    }

    /// What was made at a gateway under an id is no longer looked after, whatever the gateway has. A server that is to go
    /// does not wait for it.
    ///
    /// # Errors
    ///
    /// Where nothing was made under the id, or a server is to be there.
    pub async fn forget(&self, gateway: &str, id: &str) -> Result<(), DecisionError> {
        let aims = self.rows.aims().await?;
        let (base, _) = self.find(gateway)?;
        let name = SettingsKey::new(id);
        if !self.rows.made(base)?.contains_key(&name) {
            return Err(DecisionError::UnknownId);
        }
        if aims.get(&name).is_some_and(|aim| aim.forward.is_some()) {
            return Err(DecisionError::StillRegistered);
        }
        self.write(base, &name, None).await
    }

    fn find(&self, gateway: &str) -> Result<(&Base, &Arc<dyn Gateway>), DecisionError> {
        let base = Base::parse(gateway).map_err(|_| DecisionError::UnknownGateway)?;
        let found = self.clients.iter().find(|(own, _)| *own == base);
        found.map(|(base, client)| (base, client)).ok_or(DecisionError::UnknownGateway)
    }

    async fn write(&self, base: &Base, name: &SettingsKey, row: Option<Made>) -> Result<(), DecisionError> {
        match self.rows.record(base, vec![(name.clone(), row)]).await {
            true => Ok(()),
            false => Err(ServiceError::StateOutcomeUnknown.into()),
        }
    }
}

fn servers(aims: &BTreeMap<SettingsKey, Aim>, made: &BTreeMap<SettingsKey, Made>) -> Vec<GatewayServer> {
    let names: BTreeSet<&SettingsKey> = aims.keys().chain(made.keys()).collect();
    let server = |name: &SettingsKey| {
        let forward = aims.get(name).and_then(|aim| aim.forward.as_ref());
        let row = made.get(name);
        let has = |state| row.is_some_and(|row| row.state == state);
        let state = match forward {
            Some(forward) => {
                let is_newest = row.is_some_and(|row| row.newest() == Some(forward.digest));
                if has(EntryState::Confirmed) && is_newest {
                    GatewayServerState::Registered
                } else {
                    GatewayServerState::Registering
                }
            }
            None if has(EntryState::Gone) || row.is_none_or(|row| row.digests.is_empty()) => {
                GatewayServerState::Removed
            }
            None => GatewayServerState::Removing,
        };
        let failure = row.and_then(|row| Some((row, row.failure.as_ref()?)));
        let failure = failure.map(|(row, failure)| GatewayServerFailure {
            kind: failure.kind.to_word(),
            count: row.failures,
            next_ms: row.next_ms,
            error_id: (*failure.error_id).to_owned(),
        });
        GatewayServer { id: name.as_str().to_owned(), state, failure }
    };
    names.into_iter().map(server).collect()
}

/// Milliseconds of Unix time.
fn now_ms() -> i64 {
    let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(unix.as_millis()).unwrap_or(i64::MAX)
}
