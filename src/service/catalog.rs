//! The servers as a registry has them: read for a caller, added where the name is free, removed where they are there. No
//! condition is required of those that know none. It does not know scopes, and which names a registry allows.

use std::sync::Arc;

use crate::blocking;
use crate::json::Object;
use crate::model::SettingsKey;
use crate::model::descriptor::{Entry, is_entry};
use crate::model::registration::Origin;
use crate::store::{Current, Names};

use super::access::Caller;
use super::commit::{Step, UseCase, WriteContext};
use super::delete::removal;
use super::server_write::{Operation, Words};
use super::state_context::StateContext;
use super::update::check_access;
use super::update_request::Update;
use super::{Service, ServiceError, Write, Written};

impl Service {
    /// What a registry has of the servers whose names are wanted, for this caller, in the order of the names.
    pub async fn entries(
        &self,
        caller: &Caller,
        is_wanted: impl Fn(&SettingsKey) -> bool + Send + 'static,
    ) -> Result<Vec<(SettingsKey, Entry)>, ServiceError> {
        let (model, may_reveal) = (self.newest().await?, caller.may_reveal());
        let plain_names = Arc::clone(&self.writes.plain_names);
        let entries = blocking::run(move || {
            let wanted = model.items.keys().filter(|key| is_wanted(key));
            let entry = |key: &SettingsKey| {
                let mut config = model.marked_config(key).ok()?;
                plain_names.mark(&mut config);
                Some((key.clone(), Entry::of(&config, may_reveal)?))
            };
            wanted.filter_map(entry).collect()
        });
        Ok(entries.await)
    }

    /// What a registry has of this server.
    ///
    /// # Errors
    ///
    /// [`ServiceError::UnknownServer`] also for a server that a registry does not have.
    pub async fn entry(&self, caller: &Caller, key: &SettingsKey) -> Result<Entry, ServiceError> {
        let wanted = key.clone();
        let entries = self.entries(caller, move |key| *key == wanted).await?;
        entries.into_iter().next().map(|(_, entry)| entry).ok_or(ServiceError::UnknownServer)
    }

    /// Adds a server.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NameTaken`] where there is any server of this name.
    pub async fn install(
        &self,
        caller: &Caller,
        key: SettingsKey,
        config: Object,
    ) -> Result<Written, ServiceError> {
        let change = Operation::Create(config).in_words(Words::Own);
        let update = Update::new(Write::unconditional(key, caller), change);
        self.create(Update { origin: Some(Origin::Catalog), ..update }).await
    }

    /// Removes a server that a registry has; nothing where it has none of this name.
    pub async fn uninstall(
        &self,
        caller: &Caller,
        key: SettingsKey,
    ) -> Result<Option<Written>, ServiceError> {
        let (names, author) = (Names::these([key.clone()]), Some(caller.author.clone()));
        let write = Write::unconditional(key, caller);
        let case = UseCase::new(names, author, move |current, context| decide(current, &write, context));
        let removed = self.run(case).await?;
        self.settle_withdrawal(caller).await?;
        Ok(removed)
    }
}

/// It is decided here whether a registry has the server: what was there when the request came may be another by now.
fn decide(
    current: &Current<'_>,
    write: &Write,
    context: &WriteContext,
) -> Result<Step<Option<Written>>, ServiceError> {
    let Some(server) = current.server(&write.key) else { return Ok(Step::Keep(None)) };
    let keys = context.keys_for(current);
    let rules = StateContext::of(current, &keys, context, &write.caller);
    let state = rules.state(&write.key, server);
    if !state.config.as_ref().is_ok_and(is_entry) {
        return Ok(Step::Keep(None));
    }
    check_access(&current.facts())?;
    let (remove, written) = removal(write, state, context);
    Ok(Step::Edit(vec![remove], Some(written)))
}
