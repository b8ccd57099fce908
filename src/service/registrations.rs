//! Servers that programs register (DESIGN §15): in the order of their registration, with what was said of them beside
//! their URL. Where gateways are configured, a server is there once each of them has taken it, and goes once none has it.
//! It does not know how gateways are called: it leaves requests in the state, and waits for what becomes of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::json::{Json, Number, Object, to_compact};
use crate::model::reference::has_reference;
use crate::model::registration::{Origin, Registration};
use crate::model::{ServerName, SettingsKey};
use crate::projection::member_digest;
use crate::secrets::{CredentialDigest, Scope};
use crate::state::{
    Change, EntryState, Kept, Leaving, OriginChange, OriginRow, Remembered, Reservation, StateKey, UnixTime,
};

use super::access::Caller;
use super::audit::new_id;
use super::delete::deletion;
use super::update_request::Update;
use super::{Operation, ReadModel, Service, ServiceError, Words, Write, Written};

/// How long a name stays reserved while gateways are asked.
const RESERVED: Duration = Duration::from_secs(60);

/// How long a request waits for gateways.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that a program has registered.
#[derive(Clone)]
pub struct Registered {
    /// Its name.
    pub name: SettingsKey,
    /// Its URL, which may hold a secret; empty where no key opens it.
    pub url: String,
    /// What else was said of it.
    pub registration: Registration,
    /// Whether it goes as soon as no gateway has it.
    pub is_leaving: bool,
}

/// Why a gateway has not done what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayFailure {
    /// It could not be reached, or has not answered in time.
    #[error("a gateway could not be reached")]
    Unreachable,
    /// It has refused.
    #[error("a gateway has refused")]
    Refused,
}

/// Why a server was not registered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The name is in use, or reserved.
    #[error("the name is in use")]
    Taken,
    /// A gateway has not done its part.
    #[error(transparent)]
    Gateway(#[from] GatewayFailure),
    /// Anything else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a registration was not ended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RemovalError {
    /// A gateway has not done its part.
    #[error(transparent)]
    Gateway(#[from] GatewayFailure),
    /// Anything else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// What a gateway is to have under a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Forward {
    /// The provider that reaches the server.
    pub provider_id: String,
    /// Where the server is. It may hold a secret.
    pub url: String,
    /// Identifies these two and the name.
    pub digest: [u8; 32],
    /// The request that waits for it, if one does: for it a gateway is called at once.
    pub ask: Option<String>,
}

/// What gateways are to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What they are to have, by name.
    pub forwards: BTreeMap<SettingsKey, Forward>,
    /// The requests that wait until a name is gone.
    pub leaving: BTreeMap<SettingsKey, Leaving>,
}

/// The kinds of failures after which a gateway counts as not reached; every other one is a refusal.
const UNREACHABLE_KINDS: [&str; 2] = ["unreachable", "timeout"];

impl Service {
    /// The same with these gateways, by their URLs.
    #[must_use]
    pub fn with_gateways(self, gateways: Vec<String>) -> Self {
        Self { gateways, ..self }
    }

    /// The gateways that are to know every registered server.
    pub fn gateways(&self) -> &[String] {
        &self.gateways
    }

    /// Creates a server that is registered. The claims are stored with the reservation of its name.
    ///
    /// # Errors
    ///
    /// [`RegistrationError::Taken`] where the name is in use or reserved. Then, and after every other error, the server is
    /// not there, and what a gateway has taken is taken back.
    pub async fn register(
        &self,
        caller: &Caller,
        name: &ServerName,
        url: String,
        registration: Registration,
        claims: Vec<OriginChange>,
    ) -> Result<(), RegistrationError> {
        if self.gateways.is_empty() {
            return self.create_registered(caller, name, url, registration).await;
        }
        let (model, _, key) = self.known_origins().await?;
        if model.item(name.key()).is_some() {
            return Err(RegistrationError::Taken);
        }
        let ask = new_id();
        let reservation = Reservation {
            ask: ask.clone(),
            until: UnixTime::now().plus(RESERVED),
            provider_id: registration.provider_id.clone(),
            url: url.clone(),
        };
        let forward = forward(&key, name.key(), &reservation.provider_id, &url);
        self.reserve(name.key(), reservation, claims).await?;
        let agreed = self.agreement(name.key(), &forward.digest, &ask).await;
        let done = match agreed {
            Ok(()) => self.create_registered(caller, name, url, registration).await,
            failed => failed,
        };
        // Where the server is not there, gateways are to forget it.
        let released = OriginChange::Release { name: name.key().clone(), ask };
        self.state.write(vec![Change::Origin(released)]).await;
        done
    }

    /// The registered servers, in the order of their registration.
    ///
    /// # Errors
    ///
    /// Where the settings or what was remembered can't be read.
    pub async fn registered(&self) -> Result<Vec<Registered>, ServiceError> {
        let (model, remembered, key) = self.known_origins().await?;
        let registered = |(name, row): (&SettingsKey, &OriginRow)| {
            let Origin::Registered(registration) = &row.origin else { return None };
            let url = url(&model, name).unwrap_or_default();
            let (registration, is_leaving) = (registration.clone(), row.leaving.is_some());
            Some(Registered { name: name.clone(), url, registration, is_leaving })
        };
        Ok(rows(&model, &remembered, &key).into_iter().filter_map(registered).collect())
    }

    /// Ends a registration and removes the server. Whether such a registration is there.
    ///
    /// # Errors
    ///
    /// Where a gateway has not done its part, the server is still there, and goes as soon as every gateway has.
    pub async fn unregister(&self, caller: &Caller, name: &SettingsKey) -> Result<bool, RemovalError> {
        // Another process may have registered it a moment ago.
        self.refreshed().await?;
        if !self.is_registered(name).await? {
            return Ok(false);
        }
        if self.gateways.is_empty() {
            return Ok(self.remove_registered(name, caller).await?);
        }
        let ask = new_id();
        let leaving = Leaving { ask: ask.clone(), by: caller.name.to_string() };
        let leave = Change::Origin(OriginChange::Leave { name: name.clone(), leaving });
        if self.state.write(vec![leave]).await == Kept::Pending {
            return Err(ServiceError::StateOutcomeUnknown.into());
        }
        self.until(async |remembered| {
            if !self.is_registered(name).await? {
                return Ok(Some(true));
            }
            self.failure(remembered, name, &ask)?;
            Ok(None)
        })
        .await
    }

    /// What gateways are to have.
    ///
    /// # Errors
    ///
    /// Where that is not known: then nothing is to be done.
    pub async fn wanted(&self) -> Result<Wanted, ServiceError> {
        let (model, remembered, key) = self.known_origins().await?;
        let mut wanted = Wanted::default();
        for (name, row) in rows(&model, &remembered, &key) {
            let Origin::Registered(registration) = &row.origin else { continue };
            if let Some(leaving) = &row.leaving {
                wanted.leaving.insert(name.clone(), leaving.clone());
                continue;
            }
            // Of what no key opens nothing is known, so that nothing is done.
            let config = model.opened_config(name).ok_or(ServiceError::KeyMissing)?;
            // A gateway connects to a URL only, and resolves no reference: of anything else it is to have nothing.
            if let Some(url) = config.text("url").filter(|url| !has_reference(url)) {
                wanted.forwards.insert(name.clone(), forward(&key, name, &registration.provider_id, url));
            }
        }
        let now = UnixTime::now();
        for name in remembered.origins.reservations.keys() {
            let Some(own) = remembered.origins.reservation(name, now) else { continue };
            let asked = forward(&key, name, &own.provider_id, &own.url);
            let asked = Forward { ask: Some(own.ask.clone()), ..asked };
            wanted.forwards.entry(name.clone()).or_insert(asked);
        }
        Ok(wanted)
    }

    /// Identifies what a gateway has under a name, with or without a URL; none until the state is open.
    pub fn forward_digest(
        &self,
        name: &SettingsKey,
        provider_id: &str,
        url: Option<&str>,
    ) -> Option<[u8; 32]> {
        self.state.state_key().map(|key| forward_digest(&key, name, provider_id, url))
    }

    /// Removes the servers that are to go and that no gateway has any more.
    ///
    /// # Errors
    ///
    /// Where the settings can't be read or written.
    pub async fn finish_leaving(&self) -> Result<(), ServiceError> {
        let (model, remembered, key) = self.known_origins().await?;
        for (name, row) in rows(&model, &remembered, &key) {
            let Some(leaving) = &row.leaving else { continue };
            let is_gone = |gateway: &String| {
                let entry = remembered.origins.entry(gateway, name);
                entry.is_none_or(|entry| entry.state == EntryState::Gone)
            };
            if self.gateways.iter().all(is_gone) {
                let scopes = [Scope::Write].into_iter().collect();
                let caller = Caller::new(&leaving.by, scopes, &CredentialDigest::of(""));
                self.remove_registered(name, &caller).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn known_origins(
        &self,
    ) -> Result<(Arc<ReadModel>, Arc<Remembered>, StateKey), ServiceError> {
        // What is remembered is read first: a server that is there by then has its row.
        let remembered = self.remembered().await?;
        let key = self.state.state_key().ok_or(ServiceError::StateUnavailable)?;
        let model = self.newest().await?;
        Ok((model, remembered, key))
    }

    async fn is_registered(&self, name: &SettingsKey) -> Result<bool, ServiceError> {
        let (model, remembered, key) = self.known_origins().await?;
        let row = remembered.origins.of(name, model.present(name, &key));
        Ok(row.is_some_and(|row| matches!(row.origin, Origin::Registered(_))))
    }

    async fn create_registered(
        &self,
        caller: &Caller,
        name: &ServerName,
        url: String,
        registration: Registration,
    ) -> Result<(), RegistrationError> {
        let mut config = Object::new();
        config.insert("url", Json::string(url));
        if let Some(seconds) = registration.timeout {
            config.insert("timeout", Json::Number(Number::from_u64(seconds)));
        }
        let write = Write::unconditional(name.key().clone(), caller);
        let change = Operation::Create(config).in_words(Words::Own);
        let origin = Some(Origin::Registered(registration));
        match self.create(Update { origin, ..Update::new(write, change) }).await {
            Ok(_) => Ok(()),
            Err(ServiceError::NameTaken) => Err(RegistrationError::Taken),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates a server without a condition: it must be new.
    pub(super) async fn create(&self, update: Update) -> Result<Written, ServiceError> {
        // Where a server comes from must be known to be kept with it.
        self.remembered().await?;
        let author = update.author(&self.writes.keys.ring());
        self.commit(self.writes.lenient(), update.by(author)).await.map(|(written, _)| written)
    }

    /// Removes a server that is registered. Whether it was there.
    async fn remove_registered(&self, name: &SettingsKey, caller: &Caller) -> Result<bool, ServiceError> {
        match self.commit(self.writes.lenient(), deletion(Write::unconditional(name.clone(), caller))).await {
            Ok(_) => Ok(true),
            Err(ServiceError::UnknownServer) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn reserve(
        &self,
        name: &SettingsKey,
        reservation: Reservation,
        claims: Vec<OriginChange>,
    ) -> Result<(), RegistrationError> {
        if !self.state.can_approve() {
            return Err(ServiceError::StateUnavailable.into());
        }
        let (ask, now) = (reservation.ask.clone(), UnixTime::now());
        let reserve = OriginChange::Reserve { name: name.clone(), reservation, now };
        let changes = [reserve].into_iter().chain(claims).map(Change::Origin).collect();
        if self.state.write(changes).await == Kept::Pending {
            return Err(ServiceError::StateOutcomeUnknown.into());
        }
        // What is stored has judged it.
        let remembered = self.remembered().await?;
        match remembered.origins.reservation(name, now) {
            Some(own) if own.ask == ask => Ok(()),
            _ => Err(RegistrationError::Taken),
        }
    }

    /// Waits until every gateway has what is forwarded.
    async fn agreement(
        &self,
        name: &SettingsKey,
        digest: &[u8; 32],
        ask: &str,
    ) -> Result<(), RegistrationError> {
        self.until(async |remembered| {
            self.failure(remembered, name, ask)?;
            let has = |gateway: &String| {
                let entry = remembered.origins.entry(gateway, name);
                entry.is_some_and(|entry| {
                    entry.state == EntryState::Confirmed && entry.digests.last() == Some(digest)
                })
            };
            Ok(self.gateways.iter().all(has).then_some(()))
        })
        .await
    }

    /// Waits until this comes to something. It is asked again whenever something else is remembered.
    async fn until<T, E: From<GatewayFailure> + From<ServiceError>>(
        &self,
        judge: impl AsyncFn(&Remembered) -> Result<Option<T>, E>,
    ) -> Result<T, E> {
        let judged = async {
            let mut state = self.state.watch();
            loop {
                let remembered = state.borrow_and_update().clone().unwrap_or_default();
                if let Some(judged) = judge(&remembered).await? {
                    return Ok(judged);
                }
                state.changed().await.map_err(|_| ServiceError::StateUnavailable)?;
            }
        };
        timeout(PATIENCE, judged).await.unwrap_or(Err(GatewayFailure::Unreachable.into()))
    }

    /// The failure of a gateway that was called for this request.
    fn failure(&self, remembered: &Remembered, name: &SettingsKey, ask: &str) -> Result<(), GatewayFailure> {
        let entry = |gateway: &String| remembered.origins.entry(gateway, name);
        let mut own = self.gateways.iter().filter_map(entry);
        match own.find(|entry| entry.ask.as_deref() == Some(ask) && 0 < entry.failures) {
            None => Ok(()),
            Some(entry) if entry.kind.as_deref().is_some_and(|kind| UNREACHABLE_KINDS.contains(&kind)) => {
                Err(GatewayFailure::Unreachable)
            }
            Some(_) => Err(GatewayFailure::Refused),
        }
    }
}

/// Where each server of the document came from that did not come from the settings, in the order in which they came.
pub(super) fn rows<'a>(
    model: &ReadModel,
    remembered: &'a Remembered,
    key: &StateKey,
) -> Vec<(&'a SettingsKey, &'a OriginRow)> {
    let origins = &remembered.origins;
    let row = |name| origins.of(name, model.present(name, key)).map(|row| (name, row));
    let mut rows: Vec<_> = origins.names().filter_map(row).collect();
    rows.sort_by_key(|(_, row)| row.order);
    rows
}

/// The URL of a server, with its secrets; none where no key opens it.
pub(super) fn url(model: &ReadModel, name: &SettingsKey) -> Option<String> {
    model.opened_config(name)?.text("url").map(str::to_owned)
}

fn forward_digest(key: &StateKey, name: &SettingsKey, provider_id: &str, url: Option<&str>) -> [u8; 32] {
    let url = url.map_or(Json::Null, Json::string);
    let parts = vec![Json::string(name.as_str()), Json::string(provider_id), url];
    member_digest(key.expose(), "/forward", &to_compact(&Json::Array(parts)))
}

pub(super) fn forward(key: &StateKey, name: &SettingsKey, provider_id: &str, url: &str) -> Forward {
    let digest = forward_digest(key, name, provider_id, Some(url));
    Forward { provider_id: provider_id.to_owned(), url: url.to_owned(), digest, ask: None }
}

impl fmt::Debug for Registered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Registered").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Forward {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider_id, url: _, digest: _, ask } = self;
        let mut shown = formatter.debug_struct("Forward");
        shown.field("provider_id", provider_id).field("ask", ask).finish_non_exhaustive()
    }
}
