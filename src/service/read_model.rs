//! Everything that reads need, computed once for each state and set of keys, not for each request.
//! Servers that did not change are taken over from the projection before.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::OnceLock;

use bytes::Bytes;

use crate::api::{Finding, McpServer, McpServerSummary, StoredConfig, WrittenMcpServer, findings, to_bytes};
use crate::json::{Fault, Pointer};
use crate::model::config::{self, Config};
use crate::model::enablement::is_enabled;
use crate::model::plain_names::PlainNames;
use crate::model::reference::ReferenceRules;
use crate::model::suspect::suspects;
use crate::model::{Access, Dialect, Layout, SettingsKey, StateDigest, StoredServer};
use crate::projection::{
    EntityTag, Summary, canonical, collection_tag, needs_reentry, server_tag, state_digest, summary,
    unreadable_server_tag, unreadable_state_digest, view,
};
use crate::secrets::{Exposure, KeyRing};
use crate::state::{Present, StateKey};
use crate::store::Snapshot;

use super::ServiceError;
use super::listing::{Listing, Rows};
use super::runnable::{Runnable, runnable};

/// One state, ready to be read.
pub struct ReadModel {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) ring: Arc<KeyRing>,
    /// Which references are no secrets.
    references: Arc<ReferenceRules>,
    pub(super) items: BTreeMap<SettingsKey, Arc<Item>>,
    tag: OnceLock<EntityTag>,
    summaries: OnceLock<Listing>,
    full: OnceLock<Listing>,
    /// The redacted answer that shows all settings.
    pub(super) settings: OnceLock<Bytes>,
}

/// One server, ready to be read.
pub struct Item {
    pub(super) server: Arc<StoredServer>,
    tag: EntityTag,
    /// What identifies its state, whatever the keys are.
    pub(super) state: StateDigest,
    summary: Summary,
    /// What is shown redacted, or why nothing is.
    redacted: Result<Redacted, Fault>,
    /// What OpenHands' clients are shown of it, redacted.
    pub(super) shown: OnceLock<Box<str>>,
    /// What there is to run of it, under the key of a state store.
    pub(super) runnable: OnceLock<(StateKey, Arc<Runnable>)>,
}

/// The redacted answer, the body that it is, and what else a full row says.
struct Redacted {
    answer: McpServer,
    body: Bytes,
    is_enabled: Option<bool>,
}

impl ReadModel {
    /// Projects a state; what `previous` has of the same servers under the same keys is taken over.
    pub fn new(
        snapshot: Arc<Snapshot>,
        ring: Arc<KeyRing>,
        references: Arc<ReferenceRules>,
        previous: Option<&Self>,
    ) -> Self {
        let previous = previous.filter(|own| {
            Arc::ptr_eq(&own.ring, &ring)
                && Arc::ptr_eq(&own.references, &references)
                && own.snapshot.layout == snapshot.layout
        });
        let item = |(key, server): (&SettingsKey, &Arc<StoredServer>)| {
            let known =
                previous.and_then(|own| own.items.get(key)).filter(|item| Arc::ptr_eq(&item.server, server));
            let new = || Arc::new(Item::new(key, server, &snapshot.layout, &ring, &references));
            let item = known.map_or_else(new, Arc::clone);
            (key.clone(), item)
        };
        let items = match snapshot.layout.access {
            Access::NoCollection => BTreeMap::new(),
            Access::Writable | Access::ReadOnly(_) => snapshot.servers.iter().map(item).collect(),
        };
        let (tag, settings) = (OnceLock::new(), OnceLock::new());
        let (summaries, full) = (OnceLock::new(), OnceLock::new());
        Self { snapshot, ring, references, items, tag, summaries, full, settings }
    }

    /// Whether this is the projection of that state under those keys.
    pub fn is_of(&self, snapshot: &Arc<Snapshot>, ring: &Arc<KeyRing>) -> bool {
        Arc::ptr_eq(&self.snapshot, snapshot) && Arc::ptr_eq(&self.ring, ring)
    }

    /// Whether the document has MCP servers at all.
    pub fn has_collection(&self) -> bool {
        self.snapshot.layout.access != Access::NoCollection
    }

    /// One server.
    pub fn item(&self, key: &SettingsKey) -> Option<&Arc<Item>> {
        self.items.get(key)
    }

    /// The collection's tag.
    pub fn tag(&self) -> &EntityTag {
        let tags = || self.items.iter().map(|(key, item)| (key, &item.tag));
        self.tag.get_or_init(|| collection_tag(self.ring.etag_key(), tags()))
    }

    /// The listing, sorted by name.
    pub fn listing(&self, rows: Rows) -> &Listing {
        match rows {
            Rows::Summary => {
                let rows = || self.items.iter().map(|(key, item)| (key, item.summary_row(key)));
                self.summaries.get_or_init(|| Listing::new(rows(), None))
            }
            Rows::Full => {
                let rows = || self.items.iter().map(|(key, item)| (key, item.full_row(key)));
                self.full.get_or_init(|| Listing::new(rows(), Some(self.tag())))
            }
        }
    }

    /// One server, its variables and headers of plain names in the clear.
    pub fn named(&self, key: &SettingsKey, plain_names: &PlainNames) -> Result<Bytes, ServiceError> {
        let (item, mut config) = self.opened(key)?;
        plain_names.mark(&mut config);
        Ok(to_bytes(&answer(key, &config, &item.tag, Exposure::Named)))
    }

    /// One server's configuration, opened, with its references marked.
    pub(super) fn marked_config(&self, key: &SettingsKey) -> Result<Config, ServiceError> {
        self.opened(key).map(|(_, config)| config)
    }

    fn opened(&self, key: &SettingsKey) -> Result<(&Item, Config), ServiceError> {
        let item = self.items.get(key).ok_or(ServiceError::UnknownServer)?;
        let stored =
            item.server.config.as_ref().map_err(|fault| ServiceError::MalformedServer(fault.clone()))?;
        let mut config = config::open(stored, self.snapshot.layout.sealing, &self.ring);
        self.references.mark(&mut config);
        Ok((item, config))
    }

    /// One server with its secrets shown, or masked where they can't be opened.
    pub fn exposed(&self, key: &SettingsKey, exposure: Exposure) -> Result<Bytes, ServiceError> {
        let (item, config) = self.opened(key)?;
        let unreadable = needs_reentry(&config);
        if exposure == Exposure::Plaintext && !unreadable.is_empty() {
            return Err(ServiceError::SecretUnreadable(unreadable));
        }
        Ok(to_bytes(&answer(key, &config, &item.tag, exposure)))
    }
}

impl ReadModel {
    /// What there is to run of a server; none where there is no server of this name. One that can't be read as a
    /// configuration has no launch.
    pub fn runnable(&self, key: &SettingsKey, state_key: &StateKey) -> Option<Arc<Runnable>> {
        let item = self.item(key)?;
        let known = item.runnable.get().filter(|(of, _)| of == state_key);
        if let Some((_, known)) = known {
            return Some(Arc::clone(known));
        }
        let config = self.opened_config(key);
        let made = Arc::new(runnable(config.as_ref(), self.dialect(), item.tag(), state_key));
        // Under another key, which only a store has that was begun again, it is made each time.
        item.runnable.set((state_key.clone(), Arc::clone(&made))).ok();
        Some(made)
    }

    /// What there is under a name, as far as that identifies it for what is remembered of where it came from.
    pub(super) fn present(&self, key: &SettingsKey, state_key: &StateKey) -> Present {
        self.runnable(key, state_key).map_or(Present::Absent, |runnable| runnable.present)
    }

    /// A server's configuration with its secrets opened, as far as a key opens them.
    pub fn opened_config(&self, key: &SettingsKey) -> Option<Config> {
        let stored = self.item(key)?.server.config.as_ref().ok()?;
        Some(config::open(stored, self.snapshot.layout.sealing, &self.ring))
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.snapshot.layout.dialect
    }
}

impl Item {
    fn new(
        key: &SettingsKey,
        server: &Arc<StoredServer>,
        layout: &Layout,
        ring: &KeyRing,
        references: &ReferenceRules,
    ) -> Self {
        let (server, shown, runnable) = (Arc::clone(server), OnceLock::new(), OnceLock::new());
        match &server.config {
            Ok(stored) => {
                let mut config = config::open(stored, layout.sealing, ring);
                references.mark(&mut config);
                let form = canonical(&config, layout.dialect);
                let (tag, state) = (server_tag(ring.etag_key(), key, &form), state_digest(key, &form));
                let redacted = Ok(Redacted::new(key, &config, &tag));
                Self { summary: summary(&config), tag, state, redacted, server, shown, runnable }
            }
            Err(fault) => {
                let tag = unreadable_server_tag(ring.etag_key(), key, &server.text);
                let state = unreadable_state_digest(key, &server.text);
                let redacted = Err(fault.clone());
                Self { summary: Summary::UNREADABLE, tag, state, redacted, server, shown, runnable }
            }
        }
    }

    /// The server's tag.
    pub fn tag(&self) -> &EntityTag {
        &self.tag
    }

    /// Whether its state is known: of secrets that no key opens it is not.
    pub(super) fn is_known(&self) -> bool {
        self.redacted.as_ref().map_or(true, |redacted| redacted.answer.needs_reentry.is_empty())
    }

    /// Whether it is to run; one that can't be read is not.
    pub fn is_enabled(&self) -> bool {
        self.redacted.as_ref().is_ok_and(|redacted| redacted.is_enabled.unwrap_or(true))
    }

    /// The redacted answer.
    pub fn redacted(&self) -> Result<&Bytes, ServiceError> {
        let redacted = self.redacted.as_ref().map(|redacted| &redacted.body);
        redacted.map_err(|fault| ServiceError::MalformedServer(fault.clone()))
    }
    /// What the list says of it.
    fn summary_row<'a>(&'a self, key: &'a SettingsKey) -> McpServerSummary<'a> {
        let Summary { kind, transport, description, icon } = &self.summary;
        let optional = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        McpServerSummary {
            name: key.as_str().into(),
            transport_kind: *kind,
            transport: optional(transport),
            description: optional(description),
            icon: optional(icon),
            enabled: None,
            etag: None,
            needs_reentry: None,
            findings: None,
            config: None,
        }
    }

    /// The same, and what the server's own answer says. Of one that can't be read there is the tag, under which it
    /// can be replaced or deleted.
    fn full_row<'a>(&'a self, key: &'a SettingsKey) -> McpServerSummary<'a> {
        let shown = self.redacted.as_ref().ok();
        let answer = shown.map(|shown| &shown.answer);
        McpServerSummary {
            enabled: Some(shown.and_then(|shown| shown.is_enabled)),
            etag: Some(self.tag.clone()),
            needs_reentry: Some(answer.map_or(&[][..], |answer| &answer.needs_reentry).into()),
            findings: Some(answer.map_or(&[][..], |answer| &answer.findings).into()),
            config: Some(answer.map(|answer| answer.config.borrowed())),
            ..self.summary_row(key)
        }
    }
}

impl Redacted {
    fn new(key: &SettingsKey, config: &Config, tag: &EntityTag) -> Self {
        let answer = answer(key, config, tag, Exposure::Redacted);
        Self { body: to_bytes(&answer), answer, is_enabled: is_enabled(config) }
    }
}

/// The answer that shows a server.
fn answer(key: &SettingsKey, config: &Config, tag: &EntityTag, exposure: Exposure) -> McpServer {
    let (config, needs_reentry, findings) = shown(config, exposure);
    McpServer { name: key.as_str().to_owned(), config, etag: tag.clone(), needs_reentry, findings }
}

/// The answer to a write, with the tag if it is returned.
pub(super) fn body(key: &SettingsKey, config: &Config, tag: Option<&EntityTag>, exposure: Exposure) -> Bytes {
    let (config, needs_reentry, findings) = shown(config, exposure);
    let name = key.as_str().to_owned();
    to_bytes(&WrittenMcpServer { name, config, etag: tag.cloned(), needs_reentry, findings })
}

/// A view of a configuration, the secrets that no key opens, and what seems to be a secret where none is masked.
fn shown(config: &Config, exposure: Exposure) -> (StoredConfig<'static>, Vec<Pointer>, Vec<Finding>) {
    let view = StoredConfig::new(&view(config, exposure).into());
    (view, needs_reentry(config), findings(suspects(config)))
}
