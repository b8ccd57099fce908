//! An edit outside the servers: which bytes change. The servers, and the members that say where
//! they are, are not within its reach.

use super::locate::find_object;
use super::rewrite::rewrite;
use super::{Body, Document};
use crate::json::{Json, Object, first_byte, scan_object};
use crate::model::Dialect;
use crate::model::settings::{MCP_CONFIG, Section};

/// The members of `agent_settings` that say what the document is and hold its servers.
const GUARDED: [&str; 2] = ["schema_version", MCP_CONFIG];

impl Document {
    /// Sets a member of the root. The caller has seen to it that the document
    /// [can hold](crate::model::Outside::can_hold) it; what does not hold changes nothing.
    pub(super) fn set_outside(&mut self, member: &str, value: &Json) {
        if !self.outside().can_hold(member, value) {
            return;
        }
        let mut edited = self.clone();
        edited.begin();
        let Ok(old) = edited.around.outside().root() else { return };
        let mut new = old.clone();
        let value = match value {
            Json::Object(section) if member == Section::Agent.name() => edited.guarded(old, section).into(),
            value => value.clone(),
        };
        new.insert(member, value);
        if new == *old {
            return;
        }
        let text = edited.respelled(old, &new);
        if let Ok(again) =
            text.map_or(Err(()), |text| Self::read(text.as_bytes(), edited.new, Some(&edited)).map_err(drop))
        {
            *self = again;
        }
    }

    /// The section with the members that are not its to change as the document has them, or as it would begin
    /// with them. What stays keeps its place.
    fn guarded(&self, root: &Object, section: &Object) -> Object {
        let own = root.get(Section::Agent.name()).and_then(Json::as_object);
        let begun = self.new.agent_settings();
        let is_begun = own.is_none();
        let own = own.unwrap_or(&begun);
        let stays = |(name, value): (&str, &Json)| match section.get(name) {
            Some(sent) if !GUARDED.contains(&name) => Some((name.to_owned(), sent.clone())),
            None if !GUARDED.contains(&name) && !is_begun => None,
            _ => Some((name.to_owned(), value.clone())),
        };
        let is_new = |name: &str| !own.contains(name) && !GUARDED.contains(&name);
        let new = section.iter().filter(|(name, _)| is_new(name));
        let new = new.map(|(name, value)| (name.to_owned(), value.clone()));
        own.iter().filter_map(stays).chain(new).collect()
    }

    /// The whole text after the edit, the servers in their place.
    fn respelled(&self, old: &Object, new: &Object) -> Option<String> {
        let text = self.around.text();
        let (open, _) = first_byte(&text)?;
        let close = scan_object(&text, open).ok()?.close;
        let root = rewrite(&text[open..=close], old, new, &self.style, "");
        let text = format!("{}{root}{}", &text[..open], &text[close + 1..]);
        let Body::Split(servers) = &self.body else { return Some(text) };
        let path: &[&str] = match self.layout.dialect {
            Dialect::Open => &[Section::Agent.name(), MCP_CONFIG, "mcpServers"],
            Dialect::Closed => &[Section::Agent.name(), MCP_CONFIG],
        };
        let map = find_object(&text, path)?;
        let mut whole = text[..=map.open].to_owned();
        servers.write(&mut whole);
        whole.push_str(&text[map.close..]);
        Some(whole)
    }
}
