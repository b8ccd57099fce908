//! From state to state: the events that lead from what was told last to what is seen now. For each name the old
//! tag is always the new one of its last event, because each step begins where the last one ended. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::SettingsKey;
use crate::service::access::Caller;
use crate::service::{Projected, ServiceError};

use super::event::{Event, Kind, ServerChange, Standing};

/// What has been told.
pub(super) struct Told {
    /// The newest state that could be used.
    last: Arc<Projected>,
    /// Why there is none now.
    trouble: Option<ServiceError>,
}

impl Told {
    /// Begins with a state.
    pub(super) fn new(state: Arc<Projected>) -> Self {
        Self { last: state, trouble: None }
    }

    /// What holds after all that has been told.
    pub(super) fn standing(&self) -> Standing {
        let (tag, access) = (self.last.tag().clone(), self.last.access().clone());
        Standing { tag, access, trouble: self.trouble.clone() }
    }

    /// What is to be told of what is seen now: how the document may be used, then the servers.
    pub(super) fn step(&mut self, seen: Result<Arc<Projected>, ServiceError>, at_ms: u64) -> Vec<Event> {
        match seen {
            Err(error) => {
                let is_news = self.trouble.as_ref().is_none_or(|own| own.to_string() != error.to_string());
                self.trouble = Some(error.clone());
                is_news.then_some(Event::Access(Err(error))).into_iter().collect()
            }
            Ok(state) => {
                let is_usable_again = self.trouble.take().is_some();
                let before = std::mem::replace(&mut self.last, state);
                let access = self.last.access();
                let document = is_usable_again || before.access() != access;
                let document = document.then(|| Event::Access(Ok(access.clone())));
                let servers = difference(&before, &self.last, at_ms).into_iter().map(Box::new);
                document.into_iter().chain(servers.map(Event::Server)).collect()
            }
        }
    }
}

/// The servers that differ: those that are gone, so that a renamed one is never there twice, then the others.
fn difference(before: &Arc<Projected>, after: &Arc<Projected>, at_ms: u64) -> Vec<ServerChange> {
    if Arc::ptr_eq(before, after) || before.tag() == after.tag() {
        return Vec::new();
    }
    let change = |name: &SettingsKey, kind| ServerChange {
        name: name.clone(),
        kind,
        old: before.item(name).map(|item| item.tag().clone()),
        new: after.item(name).map(|item| item.tag().clone()),
        members: Vec::new(),
        by: after.item(name).and_then(|item| item.by()).map(str::to_owned),
        at_ms,
        renamed_from: None,
        renamed_to: None,
        collection: after.tag().clone(),
        more: 0,
    };
    let mut changes = Vec::new();
    let mut renamed: BTreeMap<&SettingsKey, &SettingsKey> = BTreeMap::new();
    for (name, _) in before.items().filter(|(name, _)| after.item(name).is_none()) {
        let departure = after.departure(name);
        let renamed_to = departure.and_then(|departure| departure.now.as_ref());
        let renamed_to = renamed_to.filter(|now| after.item(now).is_some());
        renamed.extend(renamed_to.map(|now| (now, name)));
        let author = departure.and_then(|departure| departure.author.as_ref());
        changes.push(ServerChange {
            by: author.map(|author| Caller::name_in(author).to_owned()),
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
