//! Tests and calls whose client goes away.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{ALL, call, counted, program, put, running, start, stop, text_of, until_nothing_runs};
use crate::server::{PATIENCE, TestServer, eventually};
use crate::sessions::web::{Reply, Web, usual};
use crate::wire::{Connection, Request};

const TEST: &str = "/api/instances/test";

/// A test that goes on for as long as it may.
fn silent(server: &TestServer) -> Request {
    server.post(TEST).key(ALL).json(&json!({"config": program(&["mute"]), "timeout_seconds": 300}))
}

/// One that runs, as so many do then. What is left of others may still have their seats.
#[track_caller]
fn begun(server: &TestServer, count: usize) -> Connection {
    let run = || running(server).iter().filter(|(_, line)| line.contains("mute")).count();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut connection = Connection::open(server.address()).expect("it listens");
        connection.write(&silent(server).message()).expect("it is open");
        connection.wait_at_most(Duration::from_millis(50)).expect("it is open");
        let refused = loop {
            assert!(Instant::now() < deadline, "{count} do not run");
            // Its program, and the supervisor of that.
            if run() == 2 * count {
                return connection;
            }
            if let Ok(answer) = connection.answer("POST") {
                break answer;
            }
        };
        refused.expect_problem(429, "too-many-tests");
    }
}

#[test]
fn a_test_ends_with_the_connection_that_asked_for_it_and_counts_no_more() {
    let server = start();
    // More than may be under way at once.
    for _ in 0..3 {
        let connections = [begun(&server, 1), begun(&server, 2)];
        server
            .post(TEST)
            .key(ALL)
            .json(&json!({"config": program(&[])}))
            .send()
            .expect_problem(429, "too-many-tests");
        drop(connections);
        until_nothing_runs(&server);
    }
    let answer: Value = works(&server);
    assert_eq!(answer["ok"], true, "{answer}");
    stop(server);
}

/// What comes of a test for which there is room, or will be in a moment.
fn works(server: &TestServer) -> Value {
    let request = server.post(TEST).key(ALL).json(&json!({"config": program(&[])}));
    loop {
        let mut connection = Connection::open(server.address()).expect("it listens");
        connection.wait_at_most(Duration::from_secs(40)).expect("it is open");
        let answer = connection.send(request.clone()).expect("an answer");
        if answer.status != 429 {
            return answer.expect(200).json();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_client_goes_away_is_cancelled_and_the_session_goes_on() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/call" if request.body.contains("hang") => Reply::Nothing,
        _ => usual(request),
    })
    .await;
    let server = start();
    put(&server, "a", &json!({"url": web.url(), "transport": "http"}));
    text_of(call(&server, "a", "x"));
    let mut connection = Connection::open(server.address()).expect("it listens");
    connection.wait_at_most(Duration::from_millis(300)).expect("it is open");
    assert!(connection.send(call(&server, "a", "hang")).is_err(), "it was answered");
    eventually("it is under way", || web.count("tools/call") == 2);
    assert_eq!(web.count("notifications/cancelled"), 0);
    drop(connection);
    eventually("it is cancelled", || web.count("notifications/cancelled") == 1);
    let health = &counted(&server, "a", 2)["health"];
    assert!(
        health["status"] != "degraded" && health["fault"].is_null(),
        "it is no fault of the server: {health}"
    );
    text_of(call(&server, "a", "x"));
    assert_eq!(web.count("initialize"), 1);
    stop(server);
}
