//! What a reader has replayed is what the store holds, however often it is cut off: two services on one file, a
//! reader of each, writers on both, kills, and an epoch and a window that end.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::document;
use crate::server::{SERVERS, TestServer, item};
use crate::site::Site;
use crate::soak::seeded_rng::SeededRng;
use crate::stream::{Event, Stream};

/// How often each reader is cut off.
const ROUNDS: usize = 100;

/// How many writes each service gets in a round.
const WRITES: usize = 6;

/// Some rounds begin with the end of a service, others with more changes than are kept.
const CRASH_EACH: usize = 10;
const FLOOD_EACH: usize = 25;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// What a client knows that follows the rule: open, then list, then follow the events.
#[derive(Default)]
struct Reader {
    stream: Option<Stream>,
    last_id: String,
    /// The tag of each server.
    tags: BTreeMap<String, String>,
    /// The new tag of the last event of each name, since the last listing.
    reported: BTreeMap<String, String>,
    /// The collection's tag after all differences that were seen together with the last event.
    collection: String,
    /// How many of these are still to come.
    more: u64,
    resumed: usize,
    relisted: usize,
}

impl Reader {
    /// Resumes, or begins again if that is refused.
    fn come_back(&mut self, server: &TestServer) {
        if !self.last_id.is_empty() {
            let request = server.events().header("Last-Event-ID", &self.last_id);
            match Stream::open(&request).expect("an answer") {
                Ok(mut stream) => {
                    let first = stream.next();
                    assert_eq!((&*first.name, &first.id), ("opened", &self.last_id));
                    assert_eq!(first.text("etag"), self.collection, "the reader comes back to another state");
                    self.stream = Some(stream);
                    self.resumed += 1;
                    return;
                }
                Err(refusal) => drop(refusal.expect_problem(410, "events-gone")),
            }
        }
        let (stream, opened) = server.follow();
        (self.collection, self.last_id) = (opened.text("etag").to_owned(), opened.id);
        self.stream = Some(stream);
        self.tags = listed(server).1;
        self.more = 0;
        self.reported.clear();
        self.relisted += 1;
    }

    fn take(&mut self, event: &Event) {
        assert_eq!(event.name, "server", "{event:?}");
        let (name, old, new) = (event.text("name"), event.text("old_etag"), event.text("new_etag"));
        if let Some(last) = self.reported.insert(name.to_owned(), new.to_owned()) {
            assert_eq!(last, old, "the chain of `{name}` is broken: {event:?}");
        }
        match new {
            "" => drop(self.tags.remove(name)),
            new => drop(self.tags.insert(name.to_owned(), new.to_owned())),
        }
        event.text("collection_etag").clone_into(&mut self.collection);
        self.more = event.data["more"].as_u64().expect("a number");
        self.last_id.clone_from(&event.id);
    }

    /// Reads so many events, or for so long, and is cut off.
    fn be_cut_off(&mut self, events: usize, patience: Duration) {
        let Some(mut stream) = self.stream.take() else { return };
        stream.wait_at_most(patience);
        for _ in 0..events {
            // After a wait without an event, or without the service, the connection is of no more use.
            let Ok(Some(event)) = stream.try_next() else { return };
            self.take(&event);
        }
    }

    /// Reads until it has the state of the store.
    fn catch_up(&mut self, server: &TestServer) {
        let (tag, tags) = listed(server);
        let mut stream = self.stream.take().expect("it has come back");
        while self.collection != tag || 0 < self.more {
            match stream.try_next().expect("the service is there") {
                Some(event) => self.take(&event),
                // There were more events than are kept.
                None => {
                    self.come_back(server);
                    stream = self.stream.take().expect("it has just come back");
                }
            }
        }
        assert_eq!(self.tags, tags, "after {} and {}", self.resumed, self.relisted);
        self.stream = Some(stream);
    }
}

#[test]
fn what_was_replayed_is_what_the_store_holds_after_a_hundred_cuts() {
    let site = Site::with_document(document(&json!({"a": {"command": "x"}})));
    let mut servers = [TestServer::builder(site).start(), TestServer::start()];
    servers[1] = TestServer::builder(servers[0].site()).start();
    let mut readers = [Reader::default(), Reader::default()];
    let mut dice = SeededRng::new(8_710);
    for round in 0..ROUNDS {
        for (reader, server) in readers.iter_mut().zip(&servers) {
            reader.come_back(server);
        }
        if round % FLOOD_EACH == FLOOD_EACH - 1 {
            flood(&servers[0]);
        }
        let seed = dice.below(1 << 30);
        let (one, two) = servers.split_at_mut(1);
        let crashes = round % CRASH_EACH == CRASH_EACH - 1;
        thread::scope(|scope| {
            for (number, server) in [&one[0], &two[0]].into_iter().enumerate() {
                scope.spawn(move || write(server, &mut SeededRng::new((seed + number) as u64)));
            }
            for reader in &mut readers {
                reader.be_cut_off(dice.below(6), Duration::from_millis(1 + dice.below(20) as u64));
            }
            // Half of them come back while others write.
            if dice.once_in(2) && !crashes {
                readers[0].come_back(&one[0]);
            }
        });
        if crashes {
            let at = dice.below(2);
            let restarted = TestServer::builder(servers[at].site()).start();
            drop(readers[at].stream.take());
            std::mem::replace(&mut servers[at], restarted).crash();
        }
        for (reader, server) in readers.iter_mut().zip(&servers) {
            if reader.stream.is_none() {
                reader.come_back(server);
            }
            reader.catch_up(server);
            drop(reader.stream.take());
        }
    }
    for reader in &readers {
        assert!(ROUNDS / 2 < reader.resumed && 2 < reader.relisted, "{} {}", reader.resumed, reader.relisted);
    }
}

/// Another program writes more at once than the stream keeps, and takes it back.
fn flood(server: &TestServer) {
    let before = server.document().expect("there is a document");
    let servers: serde_json::Map<String, Value> =
        (0..1_100).map(|number| (format!("many{number}"), json!({"command": "x"}))).collect();
    server.write(document(&json!(servers)));
    server.get(SERVERS).send().expect(200);
    server.write(before);
    server.get(SERVERS).send().expect(200);
}

fn write(server: &TestServer, dice: &mut SeededRng) {
    for _ in 0..WRITES {
        let name = *dice.pick(&NAMES);
        let value = dice.below(4).to_string();
        let request = match dice.below(6) {
            0 => server.delete(item(name)),
            1 => server.post(format!("{}/rename", item(name))).json(&json!({"to": dice.pick(&NAMES)})),
            2 => server.patch(item(name)).json(&json!({"env": {"A": value}})),
            _ => server.put(item(name)).json(&json!({"command": value, "env": {"A": value}})),
        };
        // What comes of it is not what is tried here; that it is described is.
        drop(request.try_send());
    }
}

/// The list's tag, and the tag of each server.
fn listed(server: &TestServer) -> (String, BTreeMap<String, String>) {
    let list = server.get(format!("{SERVERS}?view=full")).send().expect(200);
    let rows = list.json()["servers"].as_array().expect("an array").clone();
    let text = |row: &Value, member: &str| row[member].as_str().expect("a text").to_owned();
    (list.etag(), rows.iter().map(|row| (text(row, "name"), text(row, "etag"))).collect())
}
