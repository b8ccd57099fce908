//! The answer that shows the whole settings to OpenHands' clients: every server as its `MCPServer`, and the
//! rest of the document. In both layouts it is the same.

use std::borrow::Cow;

use bytes::Bytes;

use crate::json::{Json, Object, Path, to_compact, write_string};
use crate::model::config::{self, Config};
use crate::model::mask::SETTINGS_MASK;
use crate::model::openhands::shape;
use crate::model::settings::{ActivePointer, MCP_CONFIG, Section, Settings};
use crate::model::{Layout, Outside, Sealing, StoredServer};
use crate::projection::{SettingsView, needs_reentry_below, view_masked};
use crate::secrets::{Exposure, KeyRing};

use super::ServiceError;
use super::read_model::{Item, ReadModel};

impl ReadModel {
    /// The whole settings. In the plaintext view every secret must be readable.
    pub fn settings(&self, exposure: Exposure) -> Result<Bytes, ServiceError> {
        if exposure != Exposure::Redacted {
            return self.exposed_settings(exposure);
        }
        if let Some(known) = self.settings.get() {
            return Ok(known.clone());
        }
        let outside = SettingsView::new(&self.outside()?, exposure);
        let layout = &self.snapshot.layout;
        let servers = self.items.iter().map(|(key, item)| (key.as_str(), item.shown(layout, &self.ring)));
        let answer = answer(outside, servers);
        Ok(self.settings.get_or_init(|| answer).clone())
    }

    fn outside(&self) -> Result<Settings, ServiceError> {
        outside(&self.snapshot.outside, self.snapshot.layout.sealing, &self.ring)
    }

    fn exposed_settings(&self, exposure: Exposure) -> Result<Bytes, ServiceError> {
        let mut outside = SettingsView::new(&self.outside()?, exposure);
        let agent = Path::Root.member(Section::Agent.name());
        let map = agent.member(MCP_CONFIG);
        let mut servers = Vec::with_capacity(self.items.len());
        for (key, item) in &self.items {
            let shown = opened(&item.server, &self.snapshot.layout, &self.ring);
            outside.unreadable.extend(needs_reentry_below(&map.member(key.as_str()), &shown));
            servers.push((key.as_str(), text(&shown, exposure)));
        }
        if exposure == Exposure::Plaintext && !outside.unreadable.is_empty() {
            return Err(ServiceError::SecretUnreadable(outside.unreadable));
        }
        Ok(answer(outside, servers.iter().map(|(key, text)| (*key, &**text))))
    }
}

/// What a state says outside its servers, secrets opened.
pub(super) fn outside(
    sections: &Outside,
    sealing: Sealing,
    ring: &KeyRing,
) -> Result<Settings, ServiceError> {
    let root = sections.root().map_err(Clone::clone);
    let settings = root.and_then(|root| Settings::open(root, sealing, ring));
    settings.map_err(ServiceError::MalformedSettings)
}

/// The answer, with each server's text in its place.
fn answer<'a>(outside: SettingsView, servers: impl Iterator<Item = (&'a str, &'a str)>) -> Bytes {
    let map = object(servers.map(|(key, text)| (key, Cow::Borrowed(text))));
    let agent = object(outside.agent_settings.iter().map(|(name, value)| {
        let text = if name == MCP_CONFIG { Cow::Borrowed(&*map) } else { Cow::Owned(to_compact(value)) };
        (name, text)
    }));
    let rest = [
        (Section::Conversation.name(), outside.conversation_settings.into()),
        ("llm_api_key_is_set", Json::Bool(outside.llm_api_key_is_set)),
    ];
    let active = ActivePointer::ALL.map(ActivePointer::name).into_iter().zip(outside.active);
    let misc = (Section::Misc.name(), outside.misc_settings.into());
    let rest = rest.into_iter().chain(active).chain([misc]);
    let rest = rest.map(|(name, value)| (name, Cow::Owned(to_compact(&value))));
    Bytes::from(object([(Section::Agent.name(), Cow::Owned(agent))].into_iter().chain(rest)))
}

/// The text of an object, of which the members' texts are there already.
fn object<'a>(members: impl Iterator<Item = (&'a str, Cow<'a, str>)>) -> String {
    let mut out = String::from("{");
    for (index, (name, text)) in members.enumerate() {
        if 0 < index {
            out.push(',');
        }
        write_string(&mut out, name);
        out.push(':');
        out.push_str(&text);
    }
    out.push('}');
    out
}

impl Item {
    fn shown(&self, layout: &Layout, ring: &KeyRing) -> &str {
        self.shown.get_or_init(|| text(&opened(&self.server, layout, ring), Exposure::Redacted))
    }
}

/// The server as it is shown, secrets opened. One that can't be read is shown as one that says nothing.
fn opened(server: &StoredServer, layout: &Layout, ring: &KeyRing) -> Config {
    let nothing = Object::new();
    let stored = server.config.as_ref().unwrap_or(&nothing);
    shape(&config::open(stored, layout.sealing, ring))
}

fn text(shown: &Config, exposure: Exposure) -> Box<str> {
    to_compact(&Json::Object(view_masked(shown, exposure, SETTINGS_MASK))).into()
}
