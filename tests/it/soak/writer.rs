//! One client: does what a round wants of it over connections that it keeps, and notes each call with its
//! start, its end and its answer. It refuses to judge.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::json;

use super::fleet::{config_of, value_of};
use super::history::{Answer, Ask, Call, Value};
use super::plan::{Intent, NAMES};
use crate::response::Response;
use crate::server::{ADMIN, item};
use crate::wire::{Connection, Request};

/// The newest state of a server that is known, and its tag. The server may be gone since.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) value: Value,
    pub(super) tag: String,
}

/// One writer's part in a round.
pub(super) struct Part {
    pub(super) intent: Intent,
    pub(super) address: SocketAddr,
    /// For each server.
    pub(super) held: Arc<Vec<Held>>,
    /// What makes this writer's values its own.
    pub(super) label: String,
    pub(super) start: Arc<Barrier>,
}

/// A call and the tag that its answer bore.
pub(super) type Noted = (Call, Option<String>);

/// A client with a thread of its own.
pub(super) struct Writer {
    parts: Option<Sender<Part>>,
    notes: Receiver<Vec<Noted>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn new() -> Self {
        let (parts, wanted) = channel();
        let (noted, notes) = channel();
        let thread = thread::spawn(move || {
            let mut client = Client::default();
            for part in wanted {
                if noted.send(client.play(&part)).is_err() {
                    return;
                }
            }
        });
        Self { parts: Some(parts), notes, thread: Some(thread) }
    }

    pub(super) fn begin(&self, part: Part) {
        let parts = self.parts.as_ref().expect("it is taken only when dropped");
        parts.send(part).expect("the writer has not panicked");
    }

    pub(super) fn finish(&self) -> Vec<Noted> {
        self.notes.recv().expect("the writer has not panicked")
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.parts.take());
        // A writer that panicked has been reported by the round that waited for it.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// A service closes a connection that has been idle for some seconds; this is well before that.
const IDLE: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Client {
    connections: HashMap<SocketAddr, (Connection, Instant)>,
    notes: Vec<Noted>,
}

impl Client {
    fn play(&mut self, part: &Part) -> Vec<Noted> {
        part.start.wait();
        let label = &part.label;
        let held = |server: usize| &part.held[server];
        let put = |server: usize| Ask::Put { on: held(server).value.clone(), put: label.clone() };
        let patch = |server: usize| Ask::Patch { on: held(server).value.clone(), patch: label.clone() };
        let delete = |server: usize| Ask::Delete { on: held(server).value.clone() };
        let tag = |server: usize| Some(held(server).tag.as_str());
        match part.intent {
            Intent::Read(server) => drop(self.call(part, server, Ask::Read, None)),
            Intent::Create(server) => drop(self.call(part, server, Ask::Create { put: label.clone() }, None)),
            Intent::Put(server) => drop(self.call(part, server, put(server), tag(server))),
            Intent::Patch(server) => drop(self.call(part, server, patch(server), tag(server))),
            Intent::Delete(server) => drop(self.call(part, server, delete(server), tag(server))),
            Intent::Chase(server) => {
                let first = self.call(part, server, patch(server), tag(server));
                if let Some((Answer::Stale(Some(on)), Some(tag))) = first {
                    let again = Ask::Patch { on, patch: format!("{label}-again") };
                    self.call(part, server, again, Some(&tag));
                }
            }
            Intent::Rename { from, to } => {
                let created = self.call(part, to, Ask::Create { put: label.clone() }, None);
                if let Some((Answer::Done(_), _)) = created {
                    self.call(part, from, delete(from), tag(from));
                }
            }
            Intent::Move { from, to } => self.rename(part, from, to),
        }
        std::mem::take(&mut self.notes)
    }

    /// Makes one call; nothing where the service went away.
    fn call(
        &mut self,
        part: &Part,
        server: usize,
        ask: Ask,
        tag: Option<&str>,
    ) -> Option<(Answer, Option<String>)> {
        let request = request(part.address, server, &ask, tag);
        let began = Instant::now();
        let answer = self.send(part.address, request);
        let ended = Instant::now();
        let answer =
            answer.map(|answer| (understand(&ask, &answer), answer.header("etag").map(str::to_owned)));
        let (end, tag) = match &answer {
            Some((answer, tag)) => (Some((ended, answer.clone())), tag.clone()),
            None => (None, None),
        };
        self.notes.push((Call { server, ask, began, end }, tag));
        answer
    }

    /// Renames a server: one request, which each of the two names has a view of.
    fn rename(&mut self, part: &Part, from: usize, to: usize) {
        let Held { value: on, tag } = part.held[from].clone();
        let request = Request::new(part.address, "POST", &format!("{}/rename", item(NAMES[from])));
        let request = request.key(ADMIN).if_match(&tag).json(&json!({"to": NAMES[to]}));
        let began = Instant::now();
        let answer = self.send(part.address, request);
        let ended = Instant::now();
        let (leave, arrive) = (Ask::Leave { on: on.clone() }, Ask::Arrive { on: on.clone() });
        let mut note = |server, ask, answer: Option<Answer>, tag| {
            let end = answer.map(|answer| (ended, answer));
            self.notes.push((Call { server, ask, began, end }, tag));
        };
        let Some(answer) = answer else {
            note(from, leave, None, None);
            return note(to, arrive, None, None);
        };
        match answer.status {
            200 => {
                note(from, leave, Some(Answer::Done(None)), None);
                let value = value_of(&answer.json()["config"]);
                note(to, arrive, Some(Answer::Done(Some(value))), Some(answer.etag()));
            }
            // The condition had held, so the old name was seen as it was.
            409 if answer.problem() == "name-taken" => {
                note(from, Ask::Read, Some(Answer::Saw(Some(on))), Some(tag));
                note(to, arrive, Some(Answer::Taken), None);
            }
            // Nothing was said of the new name.
            _ => {
                let tag = answer.header("etag").map(str::to_owned);
                note(from, leave.clone(), Some(understand(&leave, &answer)), tag);
            }
        }
    }

    fn send(&mut self, address: SocketAddr, request: Request) -> Option<Response> {
        let kept = self.connections.remove(&address).filter(|(_, used)| used.elapsed() < IDLE);
        let mut connection = match kept {
            Some((connection, _)) => connection,
            None => Connection::open(address).ok()?,
        };
        let answer = connection.send(request).ok()?;
        self.connections.insert(address, (connection, Instant::now()));
        Some(answer)
    }
}

fn request(address: SocketAddr, server: usize, ask: &Ask, tag: Option<&str>) -> Request {
    let request = |method| Request::new(address, method, &item(NAMES[server])).key(ADMIN);
    let request = match ask {
        Ask::Read => request("GET"),
        Ask::Create { put } => request("PUT").if_none_match("*").json(&config_of(put)),
        Ask::Put { put, .. } => request("PUT").json(&config_of(put)),
        Ask::Patch { patch, .. } => request("PATCH").json(&json!({"description": patch})),
        Ask::Delete { .. } => request("DELETE"),
        Ask::Leave { .. } | Ask::Arrive { .. } => unreachable!("a renaming is one request for two names"),
    };
    match tag {
        Some(tag) => request.if_match(tag),
        None => request,
    }
}

/// What the answer says.
fn understand(ask: &Ask, answer: &Response) -> Answer {
    match (answer.status, ask) {
        (200, Ask::Read) => Answer::Saw(Some(value_of(&answer.json()["config"]))),
        (404, Ask::Read) => Answer::Saw(None),
        (204, Ask::Delete { .. }) => Answer::Done(None),
        (200 | 201, Ask::Create { .. } | Ask::Put { .. } | Ask::Patch { .. }) => {
            Answer::Done(Some(value_of(&answer.json()["config"])))
        }
        (404, Ask::Patch { .. } | Ask::Delete { .. } | Ask::Leave { .. }) => Answer::Absent,
        (412, _) => Answer::Stale(answer.json().get("current").map(value_of)),
        (503, _) if answer.problem() == "store-busy" => Answer::Refused,
        (status, ask) => panic!("{status} in answer to {ask:?}: {}", answer.text()),
    }
}
