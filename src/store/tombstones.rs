//! How names left the document that are not in it any more, as far as changes of this process took them: a
//! server that exists has its author, one that is gone does not. They go along with each state, so that
//! a reader that sees only some of the states misses nothing. It does not know what other processes did.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::model::{Author, SettingsKey, StoredServer};

/// How many names are remembered; the one that left first is forgotten first.
const MOST: usize = 1_024;

/// How a name left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// Who took it away.
    pub author: Option<Author>,
    /// The name that its server has now, where it was renamed and is still there.
    pub now: Option<SettingsKey>,
}

/// How each of the names left. A clone costs next to nothing.
#[derive(Clone, Debug, Default)]
pub struct Tombstones(Arc<VecDeque<(SettingsKey, Tombstone)>>);

impl Tombstones {
    /// How this name left, if it is gone and a change of this process took it.
    pub fn of(&self, key: &SettingsKey) -> Option<&Tombstone> {
        self.0.iter().find(|(own, _)| own == key).map(|(_, tombstone)| tombstone)
    }

    /// A server has this name (again).
    pub(in crate::store) fn arrived(&mut self, key: &SettingsKey) {
        if self.of(key).is_some() {
            Arc::make_mut(&mut self.0).retain(|(own, _)| own != key);
        }
    }

    /// No server has this name any more; the one that had it may have another one now.
    pub(in crate::store) fn left(
        &mut self,
        key: &SettingsKey,
        author: Option<&Author>,
        now: Option<&SettingsKey>,
    ) {
        let all = Arc::make_mut(&mut self.0);
        all.retain(|(own, _)| own != key);
        for (_, earlier) in all.iter_mut().filter(|(_, earlier)| earlier.now.as_ref() == Some(key)) {
            earlier.now = now.cloned();
        }
        all.push_back((key.clone(), Tombstone { author: author.cloned(), now: now.cloned() }));
        if MOST < all.len() {
            all.pop_front();
        }
    }

    /// The same beside these servers, which another process may have left: a name that is there has not gone,
    /// and nothing is renamed to one that is not.
    pub(in crate::store) fn beside(&self, servers: &BTreeMap<SettingsKey, Arc<StoredServer>>) -> Self {
        let is_there = |key: &SettingsKey| servers.contains_key(key);
        let is_so = |(key, tombstone): &(SettingsKey, Tombstone)| {
            !is_there(key) && tombstone.now.as_ref().is_none_or(is_there)
        };
        if self.0.iter().all(is_so) {
            return self.clone();
        }
        let gone = self.0.iter().filter(|(key, _)| !is_there(key)).cloned().map(|(key, tombstone)| {
            let now = tombstone.now.filter(is_there);
            (key, Tombstone { now, ..tombstone })
        });
        Self(Arc::new(gone.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> SettingsKey {
        SettingsKey::new(name)
    }

    fn author(tombstones: &Tombstones, name: &str) -> String {
        let Some(Tombstone { author, now }) = tombstones.of(&key(name)) else { return "-".to_owned() };
        let author = author.as_ref().map_or("?", Author::name);
        format!("{author} {}", now.as_ref().map_or("gone", SettingsKey::as_str))
    }

    #[test]
    fn a_renamed_server_is_followed_until_it_is_gone() {
        let mut tombstones = Tombstones::default();
        let (ann, bob) = (Author::new("ann"), Author::new("bob"));
        tombstones.left(&key("a"), Some(&ann), Some(&key("b")));
        assert_eq!(author(&tombstones, "a"), "ann b");
        tombstones.left(&key("b"), Some(&bob), Some(&key("c")));
        assert_eq!([author(&tombstones, "a"), author(&tombstones, "b")], ["ann c", "bob c"]);
        // Another server of that name is not the one that was renamed.
        tombstones.left(&key("c"), None, None);
        tombstones.arrived(&key("c"));
        assert_eq!(["a", "b", "c"].map(|name| author(&tombstones, name)), ["ann gone", "bob gone", "-"]);
        tombstones.arrived(&key("a"));
        assert_eq!(author(&tombstones, "a"), "-");
    }

    #[test]
    fn what_another_process_left_is_respected() {
        let mut tombstones = Tombstones::default();
        let ann = Author::new("ann");
        tombstones.left(&key("a"), Some(&ann), Some(&key("b")));
        tombstones.left(&key("x"), Some(&ann), None);
        let server =
            || Arc::new(StoredServer { text: "{}".into(), config: Ok(Default::default()), author: None });
        let servers = |names: &[&str]| names.iter().map(|name| (key(name), server())).collect();
        let all = |tombstones: &Tombstones| ["a", "x"].map(|name| author(tombstones, name));
        assert_eq!(all(&tombstones.beside(&servers(&["b"]))), ["ann b", "ann gone"]);
        assert_eq!(all(&tombstones.beside(&servers(&["b", "x"]))), ["ann b", "-"]);
        assert_eq!(all(&tombstones.beside(&servers(&["y"]))), ["ann gone", "ann gone"]);
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut tombstones = Tombstones::default();
        for number in 0..=MOST {
            tombstones.left(&key(&number.to_string()), None, None);
        }
        assert_eq!([author(&tombstones, "0"), author(&tombstones, "1")], ["-", "? gone"]);
    }
}
