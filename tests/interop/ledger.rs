//! What must be there when all writers have ended: every write left a trace of its own, so that one lost
//! write is one missing trace.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// The traces of one writer.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Servers that nobody else writes to.
    own: BTreeMap<String, Value>,
    /// Servers that it deleted.
    deleted: BTreeSet<String>,
    /// Members of maps in servers that everybody writes to.
    shared: Vec<Trace>,
}

/// One member of a map in a shared server.
pub(crate) struct Trace {
    pub(crate) server: &'static str,
    /// `env` or `headers`.
    pub(crate) map: &'static str,
    pub(crate) name: String,
    pub(crate) secret: String,
}

impl Trace {
    /// The merge patch that leaves this trace.
    pub(crate) fn patch(&self) -> Value {
        let entry = Map::from_iter([(self.name.clone(), self.secret.clone().into())]);
        Map::from_iter([(self.map.to_owned(), entry.into())]).into()
    }

    /// Whether it is in the server's configuration.
    pub(crate) fn is_in(&self, config: &Value) -> bool {
        config[self.map][&self.name] == self.secret
    }
}

impl Ledger {
    pub(crate) fn keeps(&mut self, name: &str, config: Value) {
        self.own.insert(name.to_owned(), config);
    }

    pub(crate) fn deleted(&mut self, name: &str) {
        self.own.remove(name);
        self.deleted.insert(name.to_owned());
    }

    pub(crate) fn left(&mut self, trace: Trace) {
        self.shared.push(trace);
    }

    /// Everything in this ledger that is not so.
    pub(crate) fn losses(&self, servers: &BTreeMap<String, Value>) -> Vec<String> {
        let own = self.own.iter().filter(|(name, config)| servers.get(*name) != Some(config));
        let own = own.map(|(name, _)| format!("{name} is not as it was left"));
        let deleted = self.deleted.iter().filter(|name| servers.contains_key(*name));
        let deleted = deleted.map(|name| format!("{name} is there again"));
        let is_lost = |trace: &&Trace| !servers.get(trace.server).is_some_and(|config| trace.is_in(config));
        let shared = self.shared.iter().filter(is_lost);
        let shared = shared.map(|trace| format!("{}: {}/{} is gone", trace.server, trace.map, trace.name));
        own.chain(deleted).chain(shared).collect()
    }
}
