//! What the servers of a file mean to us, so that two spellings of one server can be known as such. It does not know how
//! they are put together.

use std::collections::HashMap;

use crate::formats::client::Client;
use crate::formats::export::{NAME, REFERENCES};
use crate::formats::format::Format;
use crate::formats::import::Entry;
use crate::formats::reading::Reading;
use crate::formats::source::Source;
use crate::json::{Json, Object, Pointer};

use super::switches;

/// A server as it would be stored: its configuration, and what is kept for its client. How its name and its references are
/// spelled is no part of it.
pub(super) struct Meaning {
    config: Json,
    bag: Json,
}

impl Meaning {
    fn of(entry: &Entry) -> Self {
        let stored = entry.to_stored();
        let mut config = stored.config;
        // A list without arguments says nothing.
        if config.get("args").and_then(Json::as_array).is_some_and(<[Json]>::is_empty) {
            config.remove("args");
        }
        let says_something =
            |(name, value): &(String, Json)| !value.is_null() && ![NAME, REFERENCES].contains(&name.as_str());
        let mut bag: Object = stored.bag.into_iter().filter(says_something).collect();
        match entry.client {
            Format::Gemini => switches::without_marks(&mut bag),
            // What servers ask for is beside them, and merged there.
            Format::Vscode => drop(bag.remove("inputs")),
            _ => {}
        }
        Self { config: config.into(), bag: bag.into() }
    }

    /// Whether this is the server that was meant. What is kept for its client may be more.
    pub(super) fn is(&self, meant: &Self) -> bool {
        self.config.has_value_of(&meant.config) && has(&self.bag, &meant.bag)
    }

    /// Whether both have one configuration, whatever is kept for their client.
    pub(super) fn is_reached_as(&self, other: &Self) -> bool {
        self.config.has_value_of(&other.config)
    }
}

/// Whether a value has all that another one has.
fn has(value: &Json, meant: &Json) -> bool {
    match (value, meant) {
        (Json::Object(value), Json::Object(meant)) => {
            meant.iter().all(|(name, meant)| value.get(name).is_some_and(|value| has(value, meant)))
        }
        _ => value.has_value_of(meant),
    }
}

/// The servers of a file.
pub(super) fn servers(client: &Client, file: &Source) -> Vec<Entry> {
    let mut reading = Reading::default();
    reading.file(client, file);
    reading.named().0
}

/// What each server means, by its place.
pub(super) fn meanings(servers: &[Entry]) -> HashMap<Pointer, Meaning> {
    servers.iter().map(|entry| (entry.place.pointer.clone(), Meaning::of(entry))).collect()
}
