//! `Expect` (RFC 9110 §10.1.1): a body is asked for where the head alone does not decide, and only there.

use std::time::Duration;

use serde_json::json;

use crate::server::{READER, TestServer, item};
use crate::wire::{Connection, Request};

const MIB: usize = 1 << 20;

/// Sends the head, with the expectation, and reads what comes first.
fn first_answer(request: &Request) -> (Connection, u16) {
    let mut connection = Connection::open(request.address()).expect("the service listens");
    connection.wait_at_most(Duration::from_secs(10)).expect("it is open");
    connection.write(&request.head()).expect("it is open");
    // An interim answer has no body.
    let answer = connection.answer("HEAD").expect("an answer");
    (connection, answer.status)
}

#[test]
fn a_head_that_decides_alone_gets_no_100() {
    let server = TestServer::start();
    let config = json!({"command": "x"});
    let put = || server.put(item("a")).json(&config);
    for (request, status) in [
        (put().header("Host", "evil.example"), 403),
        (put().header("Origin", "http://evil.example"), 403),
        (put().anonymous(), 401),
        (put().key(READER), 403),
        (put().if_match("no tag"), 400),
        (server.put(format!("{}?nonsense=1", item("a"))).json(&config), 400),
        (server.put(item("a")).body("text/plain", "x"), 415),
        (server.put(item("a")).body("application/json", vec![b' '; MIB + 1]), 413),
        (server.post("/nowhere").json(&config), 404),
        (server.post(item("a")).json(&config), 405),
        (server.get("/health").bytes("x"), 200),
        (server.delete(item("none")).bytes("x"), 404),
    ] {
        for request in [request.clone(), request.clone().chunked()] {
            // In chunks nothing is said of the size.
            let is_size_unknown = status == 413 && request.message().ends_with(b"0\r\n\r\n");
            let (mut connection, found) = first_answer(&request.header("Expect", "100-continue"));
            assert_eq!(found, if is_size_unknown { 100 } else { status });
            if !is_size_unknown {
                connection.rest().expect("the connection ends, since the body is not read");
            }
        }
    }
}

#[test]
fn a_body_that_is_needed_is_asked_for_once() {
    let server = TestServer::start();
    for request in [
        server.put(item("a")).json(&json!({"command": "x"})),
        server.put(item("a")).json(&json!({"command": "y"})).chunked(),
    ] {
        let request = request.header("Expect", "100-Continue");
        let (mut connection, status) = first_answer(&request);
        assert_eq!(status, 100);
        connection.write(&request.message()[request.head().len()..]).expect("it is open");
        connection.answer("PUT").expect("an answer").expect_success();
        // The connection goes on, and the next one is asked for its body too.
        connection.write(&request.head()).expect("it is open");
        connection.answer("HEAD").expect("an answer").expect(100);
        connection.write(&request.message()[request.head().len()..]).expect("it is open");
        connection.answer("PUT").expect("an answer").expect(200);
    }
}

#[test]
fn a_client_that_does_not_wait_gets_no_100() {
    let server = TestServer::start();
    let request = server.put(item("a")).json(&json!({"command": "x"})).header("Expect", "100-continue");
    let mut connection = Connection::open(server.address()).expect("the service listens");
    connection.write(&request.message()).expect("it is open");
    connection.answer("PUT").expect("an answer").expect(201);
}

#[test]
fn another_expectation_is_not_met() {
    let server = TestServer::start();
    for expectation in ["something", "100-continue, something", "100-continue=1"] {
        let request = server.put(item("a")).json(&json!({"command": "x"})).header("Expect", expectation);
        request.send().expect_problem(417, "expectation-failed");
    }
    server.get(item("a")).send().expect(404);
}

#[test]
fn an_expectation_of_http_1_0_is_ignored() {
    let server = TestServer::start();
    let request = server.put(item("a")).json(&json!({"command": "x"})).header("Expect", "100-continue");
    let message = String::from_utf8(request.message()).expect("it is text");
    let message = message.replacen("HTTP/1.1", "HTTP/1.0", 1);
    let mut connection = Connection::open(server.address()).expect("the service listens");
    let (head, body) = message.split_at(message.find("\r\n\r\n").expect("a head") + 4);
    connection.write(head.as_bytes()).expect("it is open");
    connection.write(body.as_bytes()).expect("it is open");
    connection.answer("PUT").expect("an answer").expect(201);
}
