//! Everything that reads need, computed once for each state and set of keys, not for each request.
//! Servers that did not change are taken over from the projection before.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::OnceLock;

use bytes::Bytes;

use crate::json::{Fault, Json, Object, Pointer, to_compact};
use crate::model::config::{self, Config};
use crate::model::{Access, Layout, SettingsKey, StoredServer};
use crate::projection::{
    EntityTag, Summary, canonical, collection_tag, needs_reentry, server_tag, summary, unreadable_server_tag,
    view,
};
use crate::secrets::{Exposure, KeyRing};
use crate::store::Snapshot;

use super::ServiceError;

/// One state, ready to be read.
pub struct Projected {
    snapshot: Arc<Snapshot>,
    ring: Arc<KeyRing>,
    items: BTreeMap<SettingsKey, Arc<Item>>,
    listing: OnceLock<(EntityTag, Bytes)>,
}

/// One server, ready to be read.
pub struct Item {
    server: Arc<StoredServer>,
    tag: EntityTag,
    summary: Summary,
    /// The redacted answer, or why there is none.
    body: Result<Bytes, Fault>,
}

impl Projected {
    /// Projects a state; what `previous` has of the same servers under the same keys is taken over.
    pub fn new(snapshot: Arc<Snapshot>, ring: Arc<KeyRing>, previous: Option<&Self>) -> Self {
        let previous =
            previous.filter(|own| Arc::ptr_eq(&own.ring, &ring) && own.snapshot.layout == snapshot.layout);
        let item = |(key, server): (&SettingsKey, &Arc<StoredServer>)| {
            let known =
                previous.and_then(|own| own.items.get(key)).filter(|item| Arc::ptr_eq(&item.server, server));
            let item =
                known.map_or_else(|| Arc::new(Item::new(key, server, &snapshot.layout, &ring)), Arc::clone);
            (key.clone(), item)
        };
        let items = match snapshot.layout.access {
            Access::NoCollection => BTreeMap::new(),
            Access::Writable | Access::ReadOnly(_) => snapshot.servers.iter().map(item).collect(),
        };
        Self { snapshot, ring, items, listing: OnceLock::new() }
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

    /// The collection's tag and listing, sorted by name.
    pub fn listing(&self) -> &(EntityTag, Bytes) {
        self.listing.get_or_init(|| {
            let tag =
                collection_tag(self.ring.etag_key(), self.items.iter().map(|(key, item)| (key, &item.tag)));
            let rows = self
                .items
                .iter()
                .map(|(key, item)| Json::Object(item.summary.to_json(key.as_str())))
                .collect();
            let listing: Object = [("servers", Json::Array(rows))].into_iter().collect();
            (tag, Bytes::from(to_compact(&listing.into())))
        })
    }

    /// One server with its secrets shown, or masked where they can't be opened.
    pub fn exposed(&self, key: &SettingsKey, exposure: Exposure) -> Result<Bytes, ServiceError> {
        let item = self.items.get(key).ok_or(ServiceError::UnknownServer)?;
        let stored =
            item.server.config.as_ref().map_err(|fault| ServiceError::MalformedServer(fault.clone()))?;
        let config = config::open(stored, self.snapshot.layout.sealing, &self.ring);
        let unreadable = needs_reentry(&config);
        if exposure == Exposure::Plaintext && !unreadable.is_empty() {
            return Err(ServiceError::SecretUnreadable(unreadable));
        }
        Ok(body(key, &config, Some(&item.tag), exposure))
    }
}

impl Item {
    fn new(key: &SettingsKey, server: &Arc<StoredServer>, layout: &Layout, ring: &KeyRing) -> Self {
        let server = Arc::clone(server);
        match &server.config {
            Ok(stored) => {
                let config = config::open(stored, layout.sealing, ring);
                let tag = server_tag(ring.etag_key(), key, &canonical(&config, layout.dialect));
                let body = Ok(body(key, &config, Some(&tag), Exposure::Redacted));
                Self { summary: summary(&config), tag, body, server }
            }
            Err(fault) => {
                let tag = unreadable_server_tag(ring.etag_key(), key, &server.text);
                Self { summary: Summary::UNREADABLE, tag, body: Err(fault.clone()), server }
            }
        }
    }

    /// The server's tag.
    pub fn tag(&self) -> &EntityTag {
        &self.tag
    }

    /// The redacted answer.
    pub fn redacted(&self) -> Result<&Bytes, ServiceError> {
        self.body.as_ref().map_err(|fault| ServiceError::MalformedServer(fault.clone()))
    }
}

/// The answer that shows a server: name, configuration, tag, and what has to be entered again.
pub(super) fn body(key: &SettingsKey, config: &Config, tag: Option<&EntityTag>, exposure: Exposure) -> Bytes {
    let mut answer = Object::new();
    answer.insert("name", Json::string(key.as_str()));
    answer.insert("config", Json::Object(view(config, exposure)));
    if let Some(tag) = tag {
        answer.insert("etag", Json::string(tag.as_str()));
    }
    let unreadable = needs_reentry(config);
    if !unreadable.is_empty() {
        answer.insert("needs_reentry", pointers(&unreadable));
    }
    Bytes::from(to_compact(&answer.into()))
}

/// Pointers as a JSON array.
pub(super) fn pointers(pointers: &[Pointer]) -> Json {
    Json::Array(pointers.iter().map(|pointer| Json::string(pointer.as_str())).collect())
}
