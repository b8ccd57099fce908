//! One edit of a document: which bytes change. Everything else is not even copied (law L2).

use std::sync::Arc;

use super::items::Items;
use super::locate::{Located, Place, locate};
use super::rewrite::{fresh, key_text, rewrite};
use super::servers::{Entry, Servers};
use super::surroundings::Surroundings;
use super::{Body, Document};
use crate::json::{Json, Object, RawObject, Style, first_byte, line_indent, scan_object};
use crate::model::{Access, Author, Dialect, Edit, Sealing, SettingsKey, StoredServer};

impl Document {
    /// Applies one edit. The caller has seen to it that the document is writable, that it
    /// [can hold](crate::model::Layout::can_hold) the server and that nobody has its new name; an edit for
    /// which that does not hold changes nothing, since it would cost other servers.
    pub fn apply(&mut self, edit: &Edit, author: Option<&Author>) {
        match edit {
            _ if matches!(self.layout.access, Access::ReadOnly(_)) => {}
            Edit::Reseal { tokens } => self.reseal(tokens),
            Edit::Outside { member, value } => self.set_outside(member, value),
            _ if self.layout.access != Access::Writable => {}
            Edit::Put { key, config } => self.put(key, config, author),
            Edit::Remove { key } => self.remove(key),
            Edit::Rename { from, to } => self.rename(from, to, author),
        }
    }

    fn put(&mut self, key: &SettingsKey, config: &Object, author: Option<&Author>) {
        if !self.layout.can_hold(key, Some(config)) {
            return;
        }
        self.make_map();
        let Body::Split(servers) = &mut self.body else { return };
        let head = self.around.head();
        let map_indent = line_indent(head, head.len());
        let stored = |text: String| StoredServer {
            text: text.into(),
            config: Ok(config.clone()),
            author: author.cloned(),
        };
        let style = value_style(servers, map_indent).unwrap_or_else(|| self.style.clone());
        match servers.position(key.as_str()) {
            Some(at) => {
                let indent = servers.indent(at).unwrap_or(map_indent);
                let old = &servers.entry(at).server;
                let text = match &old.config {
                    Ok(same) if same == config => return,
                    Ok(other) => rewrite(&old.text, other, config, &style, indent),
                    Err(_) => fresh(&Json::Object(config.clone()), &style, indent),
                };
                servers.replace(at, stored(text));
            }
            None => {
                let slot = servers.next_slot(&self.style, map_indent);
                let indent = slot.indent().unwrap_or(map_indent);
                let text = fresh(&Json::Object(config.clone()), &style, indent);
                let entry = Entry { key: key.clone(), server: Arc::new(stored(text)) };
                servers.push(slot, key_text(key.as_str()), entry);
            }
        }
    }

    fn remove(&mut self, key: &SettingsKey) {
        let Body::Split(servers) = &mut self.body else { return };
        let Some(at) = servers.position(key.as_str()) else { return };
        servers.remove(at);
        // Without a server and below schema version 5 a flat map is no longer one (row 10 becomes row 9).
        let is_flat_by_content =
            self.layout.dialect == Dialect::Closed && self.layout.sealing != Sealing::Listed;
        if servers.is_empty() && is_flat_by_content {
            self.read_again(self.render());
        }
    }

    fn rename(&mut self, from: &SettingsKey, to: &SettingsKey, author: Option<&Author>) {
        let Body::Split(servers) = &mut self.body else { return };
        let Some(at) = servers.position(from.as_str()) else { return };
        let StoredServer { text, config, .. } = &*servers.entry(at).server;
        if servers.position(to.as_str()).is_some() || !self.layout.can_hold(to, config.as_ref().ok()) {
            return;
        }
        let server = StoredServer { text: text.clone(), config: config.clone(), author: author.cloned() };
        let entry = Entry { key: to.clone(), server: Arc::new(server) };
        servers.rename(at, key_text(to.as_str()), entry);
    }

    /// Replaces whole string literals in everything but the servers' values.
    fn reseal(&mut self, tokens: &[(Box<str>, Box<str>)]) {
        let replaced = |text: &str| {
            tokens.iter().fold(text.to_owned(), |text, (old, new)| {
                text.replace(&format!("\"{old}\""), &format!("\"{new}\""))
            })
        };
        let (head, tail) = (replaced(self.around.head()), replaced(self.around.tail()));
        self.around = Surroundings::new(&head, &tail, None);
    }

    /// Writes an empty map of servers if the document has no map (rows 1, 5, 9 and 11).
    fn make_map(&mut self) {
        let text = match &self.body {
            Body::Absent => return self.begin(),
            Body::Whole => match locate(self.around.head(), self.new) {
                Ok(Located { place: Place::Missing { parent, member, value }, style, .. }) => {
                    add_member(self.around.head(), &parent, member, value, &style)
                }
                _ => return,
            },
            Body::Split(_) => return,
        };
        self.read_again(text.into_bytes());
    }

    /// Begins the document if it does not exist.
    pub(super) fn begin(&mut self) {
        if let Body::Absent = self.body {
            self.read_again(self.new.text().into_bytes());
        }
    }

    fn read_again(&mut self, bytes: Vec<u8>) {
        *self = Self::read(&bytes, self.new, None)
            .expect("a readable document stays readable when its map is begun or emptied");
    }
}

/// The text with one more member in one of its objects.
fn add_member(text: &str, parent: &RawObject, member: &str, value: Object, style: &Style) -> String {
    let mut items = Items::of_object(text, parent, |member| text[member.value.clone()].to_owned());
    let outer = line_indent(text, parent.open);
    let slot = items.next_slot(style, outer);
    let value = fresh(&Json::Object(value), style, slot.indent().unwrap_or(outer));
    items.push(slot, key_text(member), value);

    let mut out = text[..=parent.open].to_owned();
    items.write(&mut out, |value| value);
    out.push_str(&text[parent.close..]);
    out
}

/// The manner in which the last server that has one is written.
fn value_style(servers: &Servers, map_indent: &str) -> Option<Style> {
    let last = servers.entries().len().checked_sub(1)?;
    let text = &servers.entry(last).server.text;
    let (open, b'{') = first_byte(text)? else { return None };
    Style::of(text, &scan_object(text, open).ok()?, servers.indent(last).unwrap_or(map_indent))
}
