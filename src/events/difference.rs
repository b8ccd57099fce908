//! From state to state: the events that lead from the state last reported to the one seen now. For each name the old
//! tag is always the new one of its last event, because each step begins where the last one ended. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::SettingsKey;
use crate::service::{Differing, ReadModel, ServiceError};

use super::event::{Condition, Event, Kind, ServerChange};

/// What has been reported.
pub(super) struct Differ {
    /// The newest state that could be used.
    last: Arc<ReadModel>,
    /// Why it can't be read now.
    trouble: Option<ServiceError>,
}

impl Differ {
    /// Begins with a state.
    pub(super) fn new(state: Arc<ReadModel>) -> Self {
        Self { last: state, trouble: None }
    }

    /// Whether there is nothing to report, because it is the very state that was reported last.
    pub(super) fn is_at(&self, seen: &Result<Arc<ReadModel>, ServiceError>) -> bool {
        self.trouble.is_none() && seen.as_ref().is_ok_and(|seen| Arc::ptr_eq(seen, &self.last))
    }

    /// The state after everything that has been reported.
    pub(super) fn current(&self) -> Condition {
        let (tag, access) = (self.last.tag().clone(), self.last.access());
        Condition { tag, access, trouble: self.trouble.clone() }
    }

    /// The events for what is seen now: how the document may be used, then the servers.
    pub(super) fn step(&mut self, seen: Result<Arc<ReadModel>, ServiceError>, at_ms: u64) -> Vec<Event> {
        match seen {
            Err(error) => {
                let is_news = self.trouble.as_ref().is_none_or(|own| own.to_string() != error.to_string());
                self.trouble = Some(error.clone());
                is_news.then_some(Event::Access(Err(error))).into_iter().collect()
            }
            Ok(state) => {
                let access = state.access();
                let is_news = self.trouble.is_some() || self.last.access() != access;
                let access = is_news.then(|| Event::Access(Ok(access)));
                let servers = difference(&self.last, &state, at_ms).into_iter().map(Box::new);
                let events = access.into_iter().chain(servers.map(Event::Server)).collect();
                // Not sooner: a panic on the way here must have reported nothing.
                *self = Self::new(state);
                events
            }
        }
    }
}

/// The servers that differ: those that are gone, so that a renamed one is never there twice, then the others.
fn difference(before: &Arc<ReadModel>, after: &Arc<ReadModel>, at_ms: u64) -> Vec<ServerChange> {
    if Arc::ptr_eq(before, after) || before.tag() == after.tag() {
        return Vec::new();
    }
    let change = |name: &SettingsKey, kind| ServerChange {
        name: name.clone(),
        kind,
        old: before.item(name).map(|item| item.tag().clone()),
        new: after.item(name).map(|item| item.tag().clone()),
        members: Differing::default(),
        by: after.made_by(before, name).map(str::to_owned),
        at_ms,
        renamed_from: None,
        renamed_to: None,
        collection: after.tag().clone(),
        more: 0,
    };
    let mut changes = Vec::new();
    let mut renamed: BTreeMap<&SettingsKey, &SettingsKey> = BTreeMap::new();
    for (name, _) in before.items().filter(|(name, _)| after.item(name).is_none()) {
        let tombstone = after.tombstone(name);
        let renamed_to = tombstone.and_then(|tombstone| tombstone.now.as_ref());
        let renamed_to = renamed_to.filter(|now| after.item(now).is_some());
        renamed.extend(renamed_to.map(|now| (now, name)));
        let author = tombstone.and_then(|tombstone| tombstone.author.as_ref());
        changes.push(ServerChange {
            by: author.map(|author| author.name().to_owned()),
            renamed_to: renamed_to.cloned(),
            ..change(name, Kind::Removed)
        });
    }
    for (name, item) in after.items() {
        let kind = match before.item(name) {
            Some(old) if old.tag() == item.tag() => continue,
            Some(_) => Kind::Changed,
            None => Kind::Created,
        };
        changes.push(ServerChange {
            members: after.differing_since(before, name),
            renamed_from: renamed.get(name).map(|from| (*from).clone()),
            ..change(name, kind)
        });
    }
    for (more, change) in changes.iter_mut().rev().enumerate() {
        change.more = more;
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, NewDocument};
    use crate::model::{Access, Author, SettingsKey, StoredServer};
    use crate::secrets::{EtagKey, KeyRing};
    use crate::store::Snapshot;
    use crate::store::file::FileError;

    fn ring() -> Arc<KeyRing> {
        Arc::new(KeyRing::new(&[], None, &EtagKey::random()))
    }

    fn state(servers: &str, ring: &Arc<KeyRing>) -> Arc<ReadModel> {
        let text = format!(r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{servers}}}}}}}"#);
        state_of(&text, ring)
    }

    fn state_of(text: &str, ring: &Arc<KeyRing>) -> Arc<ReadModel> {
        let document = Document::read(text.as_bytes(), NewDocument::Own, None).unwrap();
        let servers = document.servers().map(|(key, server)| (key.clone(), by_ann(server))).collect();
        let (layout, outside) = (document.layout().clone(), Arc::clone(document.outside()));
        let snapshot = Snapshot::new(layout, servers, outside);
        Arc::new(ReadModel::new(Arc::new(snapshot), Arc::clone(ring), Arc::default(), None))
    }

    fn by_ann(server: &StoredServer) -> Arc<StoredServer> {
        let (text, config) = (server.text.clone(), server.config.clone());
        Arc::new(StoredServer { text, config, author: Some(Author::new("ann")) })
    }

    /// One line for each event.
    fn shown(events: &[Event]) -> Vec<String> {
        let line = |event: &Event| match event {
            Event::Access(Ok(access)) => format!("{access:?}"),
            Event::Access(Err(_)) => "unreadable".to_owned(),
            Event::Server(change) => {
                let members: Vec<_> = change.members.places.iter().map(|pointer| pointer.as_str()).collect();
                format!("{:?} {} {}", change.kind, change.name.as_str(), members.join(","))
            }
        };
        events.iter().map(line).collect()
    }

    #[test]
    fn what_differs_is_reported_in_order() {
        let ring = ring();
        let before = state(r#"{"a":{"command":"x"},"b":{"command":"x"},"c":{"command":"x"}}"#, &ring);
        for (after, expected) in [
            (r#"{"c":{"command":"x"},"b":{"args":[],"command":"x"},"a":{"command":"x"}}"#, &[][..]),
            (
                r#"{"b":{"command":"y"},"a":{"command":"x"},"0":{"command":"x"}}"#,
                &["Removed c ", "Created 0 ", "Changed b /command"],
            ),
            (
                r#"{"a":[],"b":{"command":"x","command":"x"},"c":{"command":"x"}}"#,
                &["Changed a ", "Changed b "],
            ),
            (r#"{}"#, &["Removed a ", "Removed b ", "Removed c "]),
        ] {
            let mut all = Differ::new(Arc::clone(&before));
            let state = state(after, &ring);
            assert_eq!(shown(&all.step(Ok(Arc::clone(&state)), 1)), expected, "{after}");
            assert_eq!(shown(&all.step(Ok(state), 2)), [""; 0], "{after} again");
        }
    }

    #[test]
    fn other_keys_change_every_tag_and_no_member_and_are_nobodys_doing() {
        let by = |events: &[Event]| match events {
            [Event::Server(change)] => change.by.clone(),
            other => panic!("{other:?}"),
        };
        let (servers, ring) = (r#"{"a":{"command":"x","env":{"K":"v"}}}"#, ring());
        let mut all = Differ::new(state("{}", &ring));
        assert_eq!(by(&all.step(Ok(state(servers, &ring)), 1)).as_deref(), Some("ann"));
        let events = all.step(Ok(state(servers, &self::ring())), 1);
        assert_eq!((shown(&events), by(&events)), (vec!["Changed a ".to_owned()], None));
    }

    #[test]
    fn trouble_is_reported_once_and_what_changed_meanwhile_when_it_is_over() {
        let ring = ring();
        let mut all = Differ::new(state(r#"{"a":{"command":"x"}}"#, &ring));
        let before = all.current().tag;
        let gone = || Err(ServiceError::Store(FileError::Vanished.into()));
        let no_folder = || Err(ServiceError::Store(FileError::NoDirectory.into()));
        let steps = [gone(), gone(), no_folder(), gone()].map(|seen| shown(&all.step(seen, 1)).len());
        assert_eq!(steps, [1, 0, 1, 1]);
        assert!(all.current().trouble.is_some() && all.current().tag == before);
        let after = state(r#"{"b":{"command":"x"}}"#, &ring);
        assert_eq!(shown(&all.step(Ok(after), 2)), ["Writable", "Removed a ", "Created b "]);
        assert!(all.current().trouble.is_none() && all.current().tag != before);
    }

    #[test]
    fn another_access_is_reported_before_the_servers() {
        let ring = ring();
        let mut all = Differ::new(state(r#"{"a":{"command":"x"}}"#, &ring));
        let acp = state_of(r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#, &ring);
        assert_eq!(shown(&all.step(Ok(acp), 1)), ["NoCollection", "Removed a "]);
        assert_eq!(all.current().access, Access::NoCollection);
    }

    #[test]
    fn each_old_tag_is_the_new_one_of_the_last_event() {
        let (one, other) = (ring(), ring());
        let mut all = Differ::new(state("{}", &one));
        let mut last: BTreeMap<SettingsKey, _> = BTreeMap::new();
        for step in 0..200_u32 {
            let server = |name: &str, bits: u32| match bits % 4 {
                0 => None,
                value => Some(format!(r#""{name}":{{"command":"{value}"}}"#)),
            };
            let mixed = step.wrapping_mul(2_654_435_761) >> 8;
            let servers = [("a", mixed), ("b", mixed >> 4), ("c", mixed >> 8)];
            let servers = servers.into_iter().filter_map(|(name, bits)| server(name, bits));
            let text = format!("{{{}}}", servers.collect::<Vec<_>>().join(","));
            let ring = if mixed % 5 == 0 { &other } else { &one };
            let events = all.step(Ok(state(&text, ring)), 0);
            for (left, event) in events.iter().rev().enumerate() {
                let Event::Server(change) = event else { panic!("{event:?}") };
                assert_eq!(last.insert(change.name.clone(), change.new.clone()).flatten(), change.old);
                assert_eq!((change.more, &change.collection), (left, &all.current().tag));
            }
        }
        assert_eq!(last.len(), 3);
    }
}
