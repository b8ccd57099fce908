//! The rows of gateways in the state store, and what the service wants there. It does not know what is done about them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::core::{Aim, Digest, Forward, Made};
use super::{Base, Failure, FailureKind, Known, Rows, Sight};
use crate::model::SettingsKey;
use crate::service::{Service, ServiceError};
use crate::state::{Change, GatewayEntry, Kept, OriginChange, SeenGateway, StateStore, UnixTime};

/// How many foreign ids are noted of one gateway.
const MOST_UNKNOWN: usize = 1_000;

/// The state store and the use-cases as a reconciler needs them.
pub struct StateRows {
    service: Arc<Service>,
    state: Arc<dyn StateStore>,
}

impl StateRows {
    /// Over these.
    pub fn new(service: Arc<Service>, state: Arc<dyn StateStore>) -> Self {
        Self { service, state }
    }

    /// What is known of this gateway.
    ///
    /// # Errors
    ///
    /// Where it is not known what is to be there.
    pub(super) async fn known(&self, gateway: &Base) -> Result<Known, ServiceError> {
        Ok(Known { aims: self.aims().await?, made: Arc::new(self.made(gateway)?) })
    }

    /// What was made at this gateway.
    pub(super) fn made(&self, gateway: &Base) -> Result<BTreeMap<SettingsKey, Made>, ServiceError> {
        let remembered = self.state.peek().ok_or(ServiceError::StateUnavailable)?;
        let own = remembered.origins.entries.iter().filter(|((at, _), _)| at == gateway.as_str());
        Ok(own.map(|((_, name), entry)| (name.clone(), made(entry))).collect())
    }

    /// What is to be at every gateway.
    pub(super) async fn aims(&self) -> Result<BTreeMap<SettingsKey, Aim>, ServiceError> {
        let wanted = self.service.wanted().await?;
        let leaving = wanted
            .leaving
            .into_iter()
            .map(|(name, leaving)| (name, Aim { ask: Some(leaving.ask.into()), forward: None }));
        let forwards = wanted.forwards.into_iter().map(|(name, forward)| {
            let ask = forward.ask.map(Arc::from);
            let forward = Forward {
                provider_id: forward.provider_id,
                url: forward.url,
                digest: Digest(forward.digest),
            };
            (name, Aim { ask, forward: Some(forward) })
        });
        Ok(leaving.chain(forwards).collect())
    }
}

impl Rows for StateRows {
    fn load<'a>(&'a self, gateway: &'a Base) -> BoxFuture<'a, Option<Known>> {
        Box::pin(async move {
            let known = self.known(gateway).await;
            if let Err(error) = &known {
                tracing::debug!(error = %error, "it is not known what gateways are to have");
            }
            known.ok()
        })
    }

    fn record<'a>(
        &'a self,
        gateway: &'a Base,
        rows: Vec<(SettingsKey, Option<Made>)>,
    ) -> BoxFuture<'a, bool> {
        let change = |(name, row): (SettingsKey, Option<Made>)| Change::Origin(enter(gateway, &name, row));
        let written = self.state.write(rows.into_iter().map(change).collect());
        Box::pin(async move { written.await != Kept::Pending })
    }

    fn see(&self, gateway: &Base, sight: Sight) {
        let Some(remembered) = self.state.peek() else { return };
        let before = remembered.origins.gateways.get(gateway.as_str());
        let trouble = sight.trouble.map(|kind| kind.to_word());
        let unknown = sight.unknown.map(|mut unknown| {
            unknown.truncate(MOST_UNKNOWN);
            unknown
        });
        let since_ms = match before {
            Some(before) if before.trouble == trouble => before.since_ms,
            _ => UnixTime::now().seconds().saturating_mul(1000),
        };
        let known = || before.map(|before| before.unknown.clone()).unwrap_or_default();
        let seen = SeenGateway { trouble, since_ms, unknown: unknown.unwrap_or_else(known) };
        if before != Some(&seen) {
            let gateway = gateway.as_str().to_owned();
            drop(self.state.write(vec![Change::Origin(OriginChange::See { gateway, seen })]));
        }
    }

    fn settled(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Err(error) = self.service.finish_leaving().await {
                tracing::warn!(error = %error, "a server that no gateway has could not be removed yet");
            }
        })
    }

    fn changes(&self) -> BoxStream<'static, ()> {
        let changes = stream::unfold(self.state.watch(), |mut state| async {
            state.changed().await.ok()?;
            Some(((), state))
        });
        changes.boxed()
    }

    fn digest(&self, name: &str, provider_id: &str, url: Option<&str>) -> Option<Digest> {
        self.service.forward_digest(&SettingsKey::new(name), provider_id, url).map(Digest)
    }
}

fn made(entry: &GatewayEntry) -> Made {
    let kind = entry.kind.as_deref().map(FailureKind::of_word);
    Made {
        state: entry.state,
        digests: entry.digests.iter().copied().map(Digest).collect(),
        ask: entry.ask.as_deref().map(Arc::from),
        at_ms: entry.at_ms,
        failures: entry.failures,
        next_ms: entry.next_at_ms,
        failure: kind
            .map(|kind| Failure { kind, error_id: entry.error_id.as_deref().unwrap_or_default().into() }),
    }
}

/// What is to be remembered of a name at a gateway.
pub(super) fn enter(gateway: &Base, name: &SettingsKey, row: Option<Made>) -> OriginChange {
    OriginChange::Enter { key: (gateway.as_str().to_owned(), name.clone()), entry: row.map(entry) }
}

fn entry(made: Made) -> GatewayEntry {
    GatewayEntry {
        digests: made.digests.iter().map(|digest| digest.0).collect(),
        state: made.state,
        ask: made.ask.map(|ask| (*ask).to_owned()),
        failures: made.failures,
        kind: made.failure.as_ref().map(|failure| failure.kind.to_word()),
        error_id: made.failure.map(|failure| (*failure.error_id).to_owned()),
        next_at_ms: made.next_ms,
        at_ms: made.at_ms,
    }
}
