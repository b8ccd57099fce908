//! The answer that shows the whole settings to OpenHands' clients: every server as its `MCPServer`, and what
//! stands around the servers. In both layouts it is the same.

use bytes::Bytes;

use crate::json::{Json, Object, Path, to_compact, write_string};
use crate::model::config::{self, Config};
use crate::model::mask::SETTINGS_MASK;
use crate::model::openhands::shape;
use crate::model::{Layout, StoredServer};
use crate::projection::{needs_reentry_below, view_masked};
use crate::secrets::{Exposure, KeyRing};

use super::ServiceError;
use super::projected::{Item, Projected};

impl Projected {
    /// The whole settings. In the plaintext view every secret must be readable.
    pub fn settings(&self, exposure: Exposure) -> Result<Bytes, ServiceError> {
        match exposure {
            Exposure::Redacted => Ok(self.settings.get_or_init(|| self.redacted_settings()).clone()),
            Exposure::Encrypted | Exposure::Plaintext => self.exposed_settings(exposure),
        }
    }

    fn redacted_settings(&self) -> Bytes {
        let layout = &self.snapshot.layout;
        let servers = self.items.iter().map(|(key, item)| (key.as_str(), item.shown(layout, &self.ring)));
        self.answer(servers)
    }

    fn exposed_settings(&self, exposure: Exposure) -> Result<Bytes, ServiceError> {
        let (layout, ring) = (&self.snapshot.layout, &self.ring);
        let agent = Path::Root.member("agent_settings");
        let map = agent.member("mcp_config");
        let mut unreadable = Vec::new();
        let mut servers = Vec::with_capacity(self.items.len());
        for (key, item) in &self.items {
            let config = opened(&item.server, layout, ring);
            unreadable.extend(needs_reentry_below(&map.member(key.as_str()), &config));
            servers.push((key.as_str(), text(&config, exposure)));
        }
        if exposure == Exposure::Plaintext && !unreadable.is_empty() {
            return Err(ServiceError::SecretUnreadable(unreadable));
        }
        Ok(self.answer(servers.iter().map(|(key, text)| (*key, &**text))))
    }

    /// The answer with each server's text in its place.
    fn answer<'a>(&self, servers: impl Iterator<Item = (&'a str, &'a str)>) -> Bytes {
        let mut out = String::from(r#"{"agent_settings":{"mcp_config":{"#);
        for (index, (key, text)) in servers.enumerate() {
            if 0 < index {
                out.push(',');
            }
            write_string(&mut out, key);
            out.push(':');
            out.push_str(text);
        }
        out.push_str(r#"}},"conversation_settings":{},"llm_api_key_is_set":false,"active_profile":null,"active_agent_profile_id":null,"active_meta_profile":null,"misc_settings":{}}"#);
        Bytes::from(out)
    }
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
