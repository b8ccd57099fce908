//! What servers offer, through the API (DESIGN §13.7): lists that are cached, kept, compared and accepted. A test whose
//! name begins with `f` and a digit holds that requirement.

mod asked;
mod drift;
mod kept;
mod lister;
mod pinned;
mod secrets;
mod sizes;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::instances::{RUNNER, place};
use crate::response::Response;
use crate::server::{READER, TestServer, WRITER};
use crate::wire::Request;

/// A request for the tools of a server.
fn tools_of(server: &TestServer, name: &str) -> Request {
    server.get(format!("{}/tools", place(name))).key(READER)
}

/// The same, to be asked of the server again.
fn asked_again(server: &TestServer, name: &str) -> Request {
    server.get(format!("{}/tools?refresh=true", place(name))).key(WRITER)
}

/// The tools of a server, as they are known.
#[track_caller]
fn tools(server: &TestServer, name: &str) -> Value {
    tools_of(server, name).send().expect(200).json()
}

/// The same after the server was asked again.
#[track_caller]
fn refreshed(server: &TestServer, name: &str) -> Value {
    asked_again(server, name).send().expect(200).json()
}

/// The names in a list of tools.
#[track_caller]
fn names(listing: &Value) -> Vec<String> {
    let tools = listing["tools"].as_array().unwrap_or_else(|| panic!("no tools: {listing}")).iter();
    tools.map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
}

/// One tool of a list.
#[track_caller]
fn tool<'a>(listing: &'a Value, name: &str) -> &'a Value {
    let tools = listing["tools"].as_array().expect("tools");
    tools.iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("no {name}: {listing}"))
}

/// Accepts the tools with this fingerprint.
fn accept(server: &TestServer, name: &str, fingerprint: &Value) -> Request {
    let body = json!({"fingerprint": fingerprint});
    server.post(format!("{}/tools/acceptance", place(name))).key(RUNNER).json(&body)
}

/// The answer to a request, and how long it took.
#[track_caller]
fn timed(request: Request) -> (Response, Duration) {
    let began = Instant::now();
    let answer = request.send();
    (answer, began.elapsed())
}
