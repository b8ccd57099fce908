//! What the claims do again and again, in short words.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::json::{Json, Object};
use crate::model::{Edit, Outside, SettingsKey};
use crate::store::{Change, Committed, Current, Decision, Names, Snapshot, Store, StoreErrorKind};

pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn key(name: &str) -> SettingsKey {
    SettingsKey::new(name)
}

pub(super) fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

pub(super) fn put(name: &str, value: &str) -> Edit {
    let config = [("command", Json::string(value))].into_iter().collect();
    Edit::Put { key: key(name), config }
}

pub(super) fn rename(from: &str, to: &str) -> Edit {
    Edit::Rename { from: key(from), to: key(to) }
}

/// Sets a section to an object whose member `a` is this text.
pub(super) fn set(section: &str, text: &str) -> Edit {
    let value = Json::from(Object::from_iter([("a", Json::string(text))]));
    Edit::Outside { member: section.to_owned(), value }
}

pub(super) fn change(decide: impl Fn(&Current<'_>) -> Decision + Send + Sync + 'static) -> Change {
    let deadline = Instant::now() + PATIENCE;
    Change { names: Names::everything(), author: None, deadline, decide: Box::new(decide) }
}

pub(super) fn edits(edits: Vec<Edit>) -> Change {
    change(move |_| Decision::edit(edits.clone()))
}

/// Adds to a server's value what only a change that sees the one before it adds rightly.
pub(super) fn append(name: &str, more: &str) -> Change {
    let (name, more) = (name.to_owned(), more.to_owned());
    let names = Names::these([key(&name)]);
    let append = change(move |current| {
        let value = current_value(current, &name).unwrap_or_default();
        Decision::edit(vec![put(&name, &(value + &more))])
    });
    Change { names, ..append }
}

fn command(config: &Object) -> Option<String> {
    config.get("command").and_then(Json::as_str).map(str::to_owned)
}

pub(super) fn current_value(current: &Current<'_>, name: &str) -> Option<String> {
    current.server(&key(name)).and_then(|server| server.config.as_ref().ok().and_then(command))
}

pub(super) fn value(snapshot: &Snapshot, name: &str) -> Option<String> {
    snapshot.servers.get(&key(name)).and_then(|server| server.config.as_ref().ok().and_then(command))
}

pub(super) fn values(snapshot: &Snapshot) -> Vec<(String, String)> {
    let names = snapshot.servers.keys().map(SettingsKey::as_str);
    names.map(|name| pair(name, &value(snapshot, name).unwrap_or_default())).collect()
}

/// The member `a` of a section.
pub(super) fn section(outside: &Outside, section: &str) -> Option<String> {
    let section = outside.root().ok()?.get(section)?.as_object()?;
    Some(section.get("a")?.as_str()?.to_owned())
}

/// The values that a server had, newest first; `None` where the past is not there.
pub(super) fn past(current: &Current<'_>, name: &str) -> Option<Vec<String>> {
    let states = current.past(&key(name))?;
    Some(states.iter().filter_map(|state| state.config.as_ref().ok().and_then(command)).collect())
}

pub(super) fn read(store: &impl Store) -> Arc<Snapshot> {
    wait(store.read()).expect("the place of a claim can be read")
}

pub(super) fn listed(store: &impl Store) -> Vec<(String, String)> {
    values(&read(store))
}

pub(super) fn run(store: &impl Store, change: Change) -> Committed {
    wait(store.commit(change)).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Runs a change that must fail, and says how it did.
pub(super) fn refused(store: &impl Store, change: Change) -> (StoreErrorKind, &'static str) {
    match wait(store.commit(change)) {
        Ok(committed) => panic!("{committed:?}"),
        Err(error) => (error.kind(), error.code()),
    }
}

pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("the machine has room for a runtime").block_on(future)
}
