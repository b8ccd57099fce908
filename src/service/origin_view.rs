//! What is shown of where servers came from: those that were not configured here, with what gateways have of them, and
//! those of the file. It does not know how it travels.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::watch;

use crate::api::{
    GatewayState, GatewayStateWord, OriginSource, ServerOrigin, ServerOrigins, StaticServerOrigin,
};
use crate::model::registration::Origin;
use crate::model::static_server::StaticServer;
use crate::model::{SettingsKey, url_parts};
use crate::state::{EntryState, OriginRow, Remembered};
use crate::store::Seen;

use super::registrations::{forward, rows, url};
use super::{Service, ServiceError};

/// Wakes who shows where servers came from when that may have changed.
pub struct OriginNews {
    document: watch::Receiver<Seen>,
    state: watch::Receiver<Option<Arc<Remembered>>>,
}

impl OriginNews {
    /// What is new by now counts as seen.
    pub fn mark_seen(&mut self) {
        self.document.mark_unchanged();
        self.state.mark_unchanged();
    }

    /// Waits until something is new. It never is once the service has ended.
    pub async fn changed(&mut self) {
        let ended = tokio::select! {
            changed = self.document.changed() => changed.is_err(),
            changed = self.state.changed() => changed.is_err(),
        };
        if ended {
            pending::<()>().await;
        }
    }
}

impl Service {
    /// What wakes who shows it.
    pub fn origin_news(&self) -> OriginNews {
        OriginNews { document: self.store.changes(), state: self.state.watch() }
    }

    /// Where servers came from; `fixed` are those of the file.
    ///
    /// # Errors
    ///
    /// Where the settings or what was remembered can't be read.
    pub async fn origins(&self, fixed: &[StaticServer]) -> Result<ServerOrigins, ServiceError> {
        let (model, remembered, key) = self.known_origins().await?;
        let mut servers = Vec::new();
        for (name, row) in rows(&model, &remembered, &key) {
            let (source, provider_id) = match &row.origin {
                Origin::Registered(registration) => {
                    (OriginSource::Registered, Some(registration.provider_id.clone()))
                }
                Origin::Catalog => (OriginSource::Catalog, None),
            };
            let forwarded = provider_id.as_deref().filter(|_| !self.gateways().is_empty());
            let digest = forwarded.map(|provider_id| {
                forward(&key, name, provider_id, &url(&model, name).unwrap_or_default()).digest
            });
            let gateways = self.gateway_states(&remembered, name, row, digest);
            let (name, leaving) = (name.as_str().to_owned(), row.leaving.is_some());
            servers.push(ServerOrigin { name, source, provider_id, leaving, gateways });
        }
        let fixed = fixed.iter().map(|server| StaticServerOrigin {
            name: server.name.clone(),
            url: url_parts::mask(&server.url),
            shadows: model.item(&SettingsKey::new(&server.name)).is_some(),
        });
        Ok(ServerOrigins { servers, static_servers: fixed.collect() })
    }

    fn gateway_states(
        &self,
        remembered: &Remembered,
        name: &SettingsKey,
        row: &OriginRow,
        digest: Option<[u8; 32]>,
    ) -> Vec<GatewayState> {
        let Some(digest) = digest else { return Vec::new() };
        let state = |gateway: &String| {
            let entry = remembered.origins.entry(gateway, name);
            let state = match entry {
                Some(entry) if 0 < entry.failures => GatewayStateWord::Failed,
                Some(entry) if row.leaving.is_none() && entry.digests.last() == Some(&digest) => {
                    match entry.state {
                        EntryState::Confirmed => GatewayStateWord::Confirmed,
                        EntryState::Attempted | EntryState::Gone => GatewayStateWord::Pending,
                    }
                }
                _ => GatewayStateWord::Pending,
            };
            GatewayState { gateway: gateway.clone(), state }
        };
        self.gateways().iter().map(state).collect()
    }
}
