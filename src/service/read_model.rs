//! Everything that reads need, computed once for each state and set of keys, not for each request.
//! Servers that did not change are taken over from the projection before.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::OnceLock;

use bytes::Bytes;

use crate::json::{Fault, Json, Object, Pointer, Style, to_compact, write_string};
use crate::model::config::{self, Config};
use crate::model::enablement::is_enabled;
use crate::model::plain_names::PlainNames;
use crate::model::suspect::{Suspect, suspects};
use crate::model::{Access, Layout, SettingsKey, StoredServer};
use crate::projection::{
    EntityTag, Summary, canonical, collection_tag, needs_reentry, server_tag, summary, unreadable_server_tag,
    view,
};
use crate::secrets::{Exposure, KeyRing};
use crate::store::Snapshot;

use super::ServiceError;
use super::listing::{Listing, Rows};

/// One state, ready to be read.
pub struct ReadModel {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) ring: Arc<KeyRing>,
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
    summary: Summary,
    /// The redacted answer, or why there is none.
    redacted: Result<Redacted, Fault>,
    /// What OpenHands' clients are shown of it, redacted.
    pub(super) shown: OnceLock<Box<str>>,
}

/// The redacted answer, and what else a full row says.
struct Redacted {
    body: Bytes,
    /// Where the configuration stands in it.
    config: Range<usize>,
    remarks: Remarks,
    is_enabled: Option<bool>,
}

/// What an answer says of a configuration beside showing it.
struct Remarks {
    /// The secrets that no key opens.
    needs_reentry: Vec<Pointer>,
    /// What seems to be a secret in a place where none is masked.
    suspects: Vec<Suspect>,
}

impl ReadModel {
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
        let (tag, settings) = (OnceLock::new(), OnceLock::new());
        let (summaries, full) = (OnceLock::new(), OnceLock::new());
        Self { snapshot, ring, items, tag, summaries, full, settings }
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
                self.summaries.get_or_init(|| Listing::new(self.items.iter(), write_summary, None))
            }
            Rows::Full => {
                self.full.get_or_init(|| Listing::new(self.items.iter(), write_full, Some(self.tag())))
            }
        }
    }

    /// One server, its variables and headers of plain names in the clear.
    pub fn named(&self, key: &SettingsKey, plain_names: &PlainNames) -> Result<Bytes, ServiceError> {
        let (item, mut config) = self.opened(key)?;
        plain_names.mark(&mut config);
        Ok(body(key, &config, Some(&item.tag), Exposure::Named))
    }

    fn opened(&self, key: &SettingsKey) -> Result<(&Item, Config), ServiceError> {
        let item = self.items.get(key).ok_or(ServiceError::UnknownServer)?;
        let stored =
            item.server.config.as_ref().map_err(|fault| ServiceError::MalformedServer(fault.clone()))?;
        Ok((item, config::open(stored, self.snapshot.layout.sealing, &self.ring)))
    }

    /// One server with its secrets shown, or masked where they can't be opened.
    pub fn exposed(&self, key: &SettingsKey, exposure: Exposure) -> Result<Bytes, ServiceError> {
        let (item, config) = self.opened(key)?;
        let unreadable = needs_reentry(&config);
        if exposure == Exposure::Plaintext && !unreadable.is_empty() {
            return Err(ServiceError::SecretUnreadable(unreadable));
        }
        Ok(body(key, &config, Some(&item.tag), exposure))
    }
}

impl Item {
    fn new(key: &SettingsKey, server: &Arc<StoredServer>, layout: &Layout, ring: &KeyRing) -> Self {
        let (server, shown) = (Arc::clone(server), OnceLock::new());
        match &server.config {
            Ok(stored) => {
                let config = config::open(stored, layout.sealing, ring);
                let tag = server_tag(ring.etag_key(), key, &canonical(&config, layout.dialect));
                let redacted = Ok(Redacted::new(key, &config, &tag));
                Self { summary: summary(&config), tag, redacted, server, shown }
            }
            Err(fault) => {
                let tag = unreadable_server_tag(ring.etag_key(), key, &server.text);
                let redacted = Err(fault.clone());
                Self { summary: Summary::UNREADABLE, tag, redacted, server, shown }
            }
        }
    }

    /// The server's tag.
    pub fn tag(&self) -> &EntityTag {
        &self.tag
    }

    /// The redacted answer.
    pub fn redacted(&self) -> Result<&Bytes, ServiceError> {
        let redacted = self.redacted.as_ref().map(|redacted| &redacted.body);
        redacted.map_err(|fault| ServiceError::MalformedServer(fault.clone()))
    }
}

impl Redacted {
    fn new(key: &SettingsKey, config: &Config, tag: &EntityTag) -> Self {
        let remarks = Remarks::of(config);
        let (text, place) = answer(key, Some(tag), view(config, Exposure::Redacted), &remarks);
        Self { body: text.into(), config: place, remarks, is_enabled: is_enabled(config) }
    }
}

impl Remarks {
    fn of(config: &Config) -> Self {
        Self { needs_reentry: needs_reentry(config), suspects: suspects(config) }
    }
}

fn write_summary(text: &mut Vec<u8>, key: &SettingsKey, item: &Arc<Item>) {
    text.extend(to_compact(&Json::Object(item.summary.to_json(key.as_str()))).bytes());
}

/// The summary, and what the server's own answer says. Of one that can't be read there is the tag, under
/// which it can be replaced or deleted.
fn write_full(text: &mut Vec<u8>, key: &SettingsKey, item: &Arc<Item>) {
    let shown = item.redacted.as_ref().ok();
    let is_enabled = shown.and_then(|shown| shown.is_enabled);
    let mut row = item.summary.to_json(key.as_str());
    row.insert("enabled", is_enabled.map_or(Json::Null, Json::Bool));
    row.insert("etag", Json::string(item.tag.as_str()));
    row.insert("needs_reentry", pointers(shown.map_or(&[], |shown| &shown.remarks.needs_reentry)));
    row.insert("findings", findings(shown.map_or(&[], |shown| &shown.remarks.suspects)));
    let row = to_compact(&row.into());
    let config = shown.map_or(&b"null"[..], |shown| &shown.body[shown.config.clone()]);
    let parts = [&row.as_bytes()[..row.len() - "}".len()], br#","config":"#, config, b"}"];
    text.extend(parts.concat());
}

/// The answer that shows a server: name, configuration, tag if it is told, what has to be entered again, and what
/// seems to be a secret in a place where none is masked.
pub(super) fn body(key: &SettingsKey, config: &Config, tag: Option<&EntityTag>, exposure: Exposure) -> Bytes {
    answer(key, tag, view(config, exposure), &Remarks::of(config)).0.into()
}

/// The same from a view and remarks that are made already, and where in it the configuration is.
fn answer(
    key: &SettingsKey,
    tag: Option<&EntityTag>,
    shown: Object,
    remarks: &Remarks,
) -> (String, Range<usize>) {
    let mut text = r#"{"name":"#.to_owned();
    write_string(&mut text, key.as_str());
    text.push_str(r#","config":"#);
    let start = text.len();
    Style::compact().write(&mut text, &Json::Object(shown), "");
    let place = start..text.len();
    if let Some(tag) = tag {
        text.push_str(r#","etag":"#);
        write_string(&mut text, tag.as_str());
    }
    let Remarks { needs_reentry, suspects } = remarks;
    if !needs_reentry.is_empty() {
        text.push_str(r#","needs_reentry":"#);
        Style::compact().write(&mut text, &pointers(needs_reentry), "");
    }
    if !suspects.is_empty() {
        text.push_str(r#","findings":"#);
        Style::compact().write(&mut text, &findings(suspects), "");
    }
    text.push('}');
    (text, place)
}

fn findings(suspects: &[Suspect]) -> Json {
    let finding = |suspect: &Suspect| -> Json {
        let members = [
            ("pointer", suspect.pointer.as_str()),
            ("reason", suspect.reason.as_str()),
            ("proposal", suspect.reason.proposal()),
        ];
        members.into_iter().map(|(name, text)| (name, Json::string(text))).collect::<Object>().into()
    };
    Json::Array(suspects.iter().map(finding).collect())
}

fn pointers(pointers: &[Pointer]) -> Json {
    Json::Array(pointers.iter().map(|pointer| Json::string(pointer.as_str())).collect())
}
