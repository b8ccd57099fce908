//! The servers of a document: items of its map, found by name. Cheap to clone; an edit touches one item.

use std::sync::Arc;

use super::items::{Items, Slot};
use crate::json::{Fault, FaultKind, Json, Object, RawObject, Rules, Style, parse};
use crate::model::{SettingsKey, StoredServer};

/// The members of the server map.
#[derive(Clone)]
pub(super) struct Servers {
    items: Items<Entry>,
    /// The places of the items, sorted by name.
    by_name: Vec<usize>,
}

/// One member.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: SettingsKey,
    pub(super) server: Arc<StoredServer>,
}

impl Servers {
    /// Reads the map. A server that has the same name and text in `previous` is taken from there, and
    /// with it what is known of its author.
    pub(super) fn read(text: &str, map: &RawObject, previous: Option<&Self>) -> Self {
        let items = Items::of_object(text, map, |member| {
            let text = &text[member.value.clone()];
            let known = previous
                .and_then(|previous| Some(previous.entry(previous.position(&member.name)?)))
                .filter(|known| *known.server.text == *text);
            known.cloned().unwrap_or_else(|| Entry {
                key: SettingsKey::new(&member.name),
                server: Arc::new(StoredServer { text: text.into(), config: read_server(text), author: None }),
            })
        });
        let mut by_name: Vec<usize> = (0..items.len()).collect();
        by_name.sort_unstable_by(|left, right| items.value(*left).key.cmp(&items.value(*right).key));
        Self { items, by_name }
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.rank(name).ok().map(|rank| self.by_name[rank])
    }

    /// The rank of a name, or the one that it would have.
    fn rank(&self, name: &str) -> Result<usize, usize> {
        self.by_name.binary_search_by(|at| self.items.value(*at).key.as_str().cmp(name))
    }

    pub(super) fn entry(&self, at: usize) -> &Entry {
        self.items.value(at)
    }

    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.items.values()
    }

    pub(super) fn indent(&self, at: usize) -> Option<&str> {
        self.items.indent(at)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.len() == 0
    }

    pub(super) fn replace(&mut self, at: usize, server: StoredServer) {
        let key = self.entry(at).key.clone();
        self.items.set_value(at, Entry { key, server: Arc::new(server) });
    }

    pub(super) fn next_slot(&self, style: &Style, indent: &str) -> Slot {
        self.items.next_slot(style, indent)
    }

    /// Appends a server; nobody has its name.
    pub(super) fn push(&mut self, slot: Slot, key_text: String, entry: Entry) {
        let (Ok(rank) | Err(rank)) = self.rank(entry.key.as_str());
        self.by_name.insert(rank, self.items.len());
        self.items.push(slot, key_text, entry);
    }

    pub(super) fn remove(&mut self, gone: usize) {
        self.items.keep(|at, _| at != gone);
        self.by_name.retain(|at| *at != gone);
        for at in self.by_name.iter_mut().filter(|at| **at > gone) {
            *at -= 1;
        }
    }

    /// Gives a server another name, which nobody has.
    pub(super) fn rename(&mut self, at: usize, key_text: String, entry: Entry) {
        self.by_name.retain(|other| *other != at);
        let (Ok(rank) | Err(rank)) = self.rank(entry.key.as_str());
        self.by_name.insert(rank, at);
        self.items.set_key(at, key_text);
        self.items.set_value(at, entry);
    }

    /// How much [`Self::write`] appends.
    pub(super) fn text_len(&self) -> usize {
        self.items.text_len(|entry| &entry.server.text)
    }

    /// Appends all text between the map's braces.
    pub(super) fn write(&self, out: &mut String) {
        self.items.write(out, |entry| &entry.server.text);
    }
}

fn read_server(text: &str) -> Result<Object, Fault> {
    match parse(text, &Rules::STORED)? {
        Json::Object(object) => Ok(object),
        _ => Err(Fault::whole(FaultKind::NotAnObject)),
    }
}
