//! Tests of servers through the API (DESIGN §13.7): of a draft by an instance of its own, of a stored server through its
//! live one, stage by stage.

mod agreement;
mod disposable;
mod masks;
mod openhands;
mod scopes;
mod seats;
mod stages;
mod stored;
mod tls;
mod withheld;

use std::time::Duration;

use serde_json::{Value, json};

use crate::instances::{ALL, running};
use crate::response::Response;
use crate::server::{TestServer, eventually};
use crate::wire::{Connection, Request};

const TEST: &str = "/api/instances/test";

/// A request for a test, by somebody who may do everything.
fn test(server: &TestServer, body: &Value) -> Request {
    server.post(TEST).key(ALL).json(body)
}

/// Sends a request that may take longer than others do.
#[track_caller]
fn answer(request: Request) -> Response {
    let mut connection = Connection::open(request.address()).expect("it listens");
    connection.wait_at_most(Duration::from_secs(60)).expect("it is open");
    connection.send(request).expect("an answer")
}

/// What a test of this draft comes to. Nothing of it is left when it is answered.
#[track_caller]
fn tried(server: &TestServer, body: &Value) -> Value {
    let tested = answer(test(server, body)).expect(200).json();
    assert_eq!(running(server), [], "left after a test");
    is_consistent(&tested);
    tested
}

/// What a test of this configuration comes to, which may take this long to start.
#[track_caller]
fn tried_for(server: &TestServer, config: &Value, seconds: u32) -> Value {
    tried(server, &json!({"config": config, "timeout_seconds": seconds}))
}

/// Begins a test of which a program runs by now, and that goes on until the connection is closed.
#[track_caller]
fn begun(server: &TestServer, body: &Value) -> Connection {
    let before = running(server).len();
    let mut connection = Connection::open(server.address()).expect("it listens");
    connection.wait_at_most(Duration::from_millis(400)).expect("it is open");
    assert!(connection.send(test(server, body)).is_err(), "it was answered already");
    eventually("it runs", || before + 2 <= running(server).len());
    connection
}

/// The stages come in their order, each at most once but for a second call, and only the last may have failed.
#[track_caller]
fn is_consistent(tested: &Value) {
    let stages = tested["stages"].as_array().expect("stages");
    let (last, before) = stages.split_last().unwrap_or_else(|| panic!("no stages: {tested}"));
    assert_eq!(last["ok"], tested["ok"], "{tested}");
    assert!(before.iter().all(|stage| stage["ok"] == true && stage["kind"].is_null()), "{tested}");
    let words = ["resolve", "spawn", "connect", "initialize", "list_tools", "call_tool"];
    let place = |stage: &Value| words.iter().position(|word| stage["stage"] == *word).expect("a stage");
    let places: Vec<usize> = stages.iter().map(place).collect();
    assert!(places.is_sorted() && places[0] == 0, "{tested}");
    if last["ok"] == false {
        assert!(last["kind"].is_string() && last["message"].is_string(), "{tested}");
        assert!(last["hint"].as_str().is_some_and(|hint| 20 < hint.len()), "{tested}");
    }
}

/// Where and how a test has failed.
#[track_caller]
fn failure(tested: &Value) -> (String, String) {
    let last = tested["stages"].as_array().expect("stages").last().expect("a stage");
    assert_eq!((&tested["ok"], &last["ok"]), (&json!(false), &json!(false)), "{tested}");
    let word =
        |member: &str| last[member].as_str().unwrap_or_else(|| panic!("no {member}: {tested}")).to_owned();
    (word("stage"), word("kind"))
}

/// It has failed there, so, with a message and a hint that contain this.
#[track_caller]
fn fails(tested: &Value, stage: &str, kind: &str, message: &str, hint: &str) {
    assert_eq!(failure(tested), (stage.to_owned(), kind.to_owned()), "{tested}");
    let last = tested["stages"].as_array().expect("stages").last().expect("a stage");
    for (member, part) in [("message", message), ("hint", hint)] {
        let text = last[member].as_str().expect("a text");
        assert!(text.contains(part), "{part:?} is not in {member}: {tested}");
    }
}

/// The stages that went well.
fn passed(tested: &Value) -> Vec<&str> {
    let stages = tested["stages"].as_array().expect("stages").iter();
    stages.filter(|stage| stage["ok"] == true).filter_map(|stage| stage["stage"].as_str()).collect()
}
