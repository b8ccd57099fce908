//! A reader of the stream of changes. It holds each event against the document, and does not know what it means.

use std::io;
use std::time::{Duration, Instant};

use mcp_settings::api::{DocumentChange, InstanceStatuses, Opened, ServerChange, ServerOrigins};
use serde_json::{Value, json};

use crate::api_types;
use crate::conformance;
use crate::response::Response;
use crate::server::{PATIENCE, TestServer};
use crate::wire::{Connection, Request};

/// Where the stream is.
pub(crate) const EVENTS: &str = "/api/settings/events";

/// An open stream. Closed when dropped, without a word.
pub(crate) struct Stream {
    connection: Connection,
    pub(crate) head: Response,
    /// What was received and not yet read.
    text: String,
    /// The id of the event that was read last.
    pub(crate) last_id: String,
    /// What the last event about instances said.
    pub(crate) instances: Vec<Value>,
    /// Whether it said that this service runs them; nothing before it was said.
    pub(crate) runner: Option<bool>,
    /// What was said last of where servers came from.
    pub(crate) origins: Option<Value>,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Event {
    /// The number in its id.
    pub(crate) fn number(&self) -> u64 {
        let number = self.id.rsplit('-').next().and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("no number in {self:?}"))
    }

    /// A text in its data; null is empty.
    #[track_caller]
    pub(crate) fn text(&self, member: &str) -> &str {
        let value = self.data.get(member).unwrap_or_else(|| panic!("no `{member}` in {self:?}"));
        value.as_str().unwrap_or_else(|| if value.is_null() { "" } else { panic!("no text: {self:?}") })
    }
}

impl Stream {
    /// Sends this request for the stream; an error is the response that is not a stream.
    pub(crate) fn open(request: &Request) -> io::Result<Result<Self, Response>> {
        let mut connection = Connection::open(request.address())?;
        let head = connection.begin(request)?;
        let is_stream = head.header("content-type") == Some("text/event-stream");
        let (text, last_id, instances) = (String::new(), String::new(), Vec::new());
        Ok(if is_stream {
            Ok(Self { connection, head, text, last_id, instances, runner: None, origins: None })
        } else {
            Err(head)
        })
    }

    /// Waits no longer than this for anything. What was half received then is lost.
    pub(crate) fn wait_at_most(&mut self, patience: Duration) {
        self.connection.wait_at_most(patience).expect("the connection is open");
    }

    /// The next event; nothing where the stream has ended.
    pub(crate) fn try_next(&mut self) -> io::Result<Option<Event>> {
        // What says that it is still there must not keep a test waiting.
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                if block.starts_with(':') {
                    if deadline < Instant::now() {
                        return Err(io::Error::new(io::ErrorKind::TimedOut, "no event came"));
                    }
                    continue;
                }
                // The states of instances come beside the changes, in no order with them.
                if block.starts_with("event: instances") {
                    (self.instances, self.runner) = read_instances(&block);
                    continue;
                }
                if block.starts_with("event: origins") {
                    self.origins = Some(read_origins(&block));
                    continue;
                }
                let event = read(&block);
                self.last_id.clone_from(&event.id);
                return Ok(Some(event));
            }
            let Some(chunk) = self.connection.chunk()? else { return Ok(None) };
            self.text += std::str::from_utf8(&chunk).expect("an event is one chunk, in UTF-8");
        }
    }

    /// The next event, which must come.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Event {
        let next = self.try_next().unwrap_or_else(|error| panic!("no event: {error}"));
        next.expect("the stream goes on")
    }

    /// The next event, which must tell of this server.
    #[track_caller]
    pub(crate) fn next_of(&mut self, server: &str) -> Event {
        let event = self.next();
        assert_eq!((&*event.name, &event.data["name"]), ("server", &json!(server)), "{event:?}");
        event
    }
}

impl TestServer {
    /// A request for the stream.
    pub(crate) fn events(&self) -> Request {
        self.get(EVENTS)
    }

    /// A stream from now on, its first event read.
    #[track_caller]
    pub(crate) fn follow(&self) -> (Stream, Event) {
        follow(&self.events())
    }

    /// The same with another key.
    #[track_caller]
    pub(crate) fn follow_with(&self, key: &str) -> Stream {
        follow(&self.events().key(key)).0
    }

    /// A stream from behind an event, its first event read.
    #[track_caller]
    pub(crate) fn resume(&self, id: &str) -> (Stream, Event) {
        follow(&self.events().header("Last-Event-ID", id))
    }
}

#[track_caller]
fn follow(request: &Request) -> (Stream, Event) {
    let stream = Stream::open(request).unwrap_or_else(|error| panic!("no answer: {error}"));
    let mut stream =
        stream.unwrap_or_else(|refusal| panic!("no stream: {} {}", refusal.status, refusal.text()));
    let first = stream.next();
    assert_eq!(first.name, "opened", "{first:?}");
    (stream, first)
}

fn read_origins(block: &str) -> Value {
    let data = block.trim_end().strip_prefix("event: origins\ndata: ");
    let data = data.unwrap_or_else(|| panic!("{block:?}"));
    drop(api_types::read::<ServerOrigins>(data));
    let data: Value = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error} in {data}"));
    conformance::check_event("origins", &json!({ "event": "origins", "data": data }));
    data
}

/// Exactly one line for each field, in this order.
fn read_instances(block: &str) -> (Vec<Value>, Option<bool>) {
    let data = block.trim_end().strip_prefix("event: instances\ndata: ");
    let data = data.unwrap_or_else(|| panic!("{block:?}"));
    drop(api_types::read::<InstanceStatuses<'_>>(data));
    let data: Value = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error} in {data}"));
    conformance::check_event("instances", &json!({ "event": "instances", "data": data }));
    (data["instances"].as_array().cloned().unwrap_or_default(), data["runner"].as_bool())
}

fn read(block: &str) -> Event {
    let mut lines = block.trim_end().lines();
    let mut field = |name: &str| {
        let value = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.unwrap_or_else(|| panic!("no `{name}` in {block:?}")).to_owned()
    };
    let [id, name, data] = ["id", "event", "data"].map(&mut field);
    assert_eq!(lines.next(), None, "{block:?}");
    match &*name {
        "opened" => drop(api_types::read::<Opened>(&data)),
        "server" => drop(api_types::read::<ServerChange>(&data)),
        "document" => drop(api_types::read::<DocumentChange>(&data)),
        other => panic!("there is no event `{other}`: {block:?}"),
    }
    let data: Value = serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error} in {data}"));
    conformance::check_event(&name, &json!({ "id": id, "event": name, "data": data }));
    Event { id, name, data }
}
