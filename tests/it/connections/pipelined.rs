//! Requests that are sent before earlier ones are answered: each is answered as if it were alone.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::response::Response;
use crate::server::{READER, SERVERS, TestServer, item};
use crate::wire::{Connection, Request};

/// How many pipelines are tried: `PIPELINES` makes it as long as one likes.
fn pipelines() -> u32 {
    std::env::var("PIPELINES").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// The kinds of requests: with and without a body, read, refused, and refused before the body is read.
fn kinds(server: &TestServer) -> Vec<Request> {
    let config = |command: &str| json!({"command": command, "env": {"A": "secret"}});
    let put = |name: &str| server.put(item(name)).json(&config("x"));
    let long = format!("{{\"code\":\"{}\"}}", "a".repeat(5_000));
    let code = server.post("/api/session").anonymous();
    vec![
        server.get("/health"),
        server.request("HEAD", "/health"),
        server.get(SERVERS),
        server.request("HEAD", SERVERS),
        server.get(item("a")),
        server.request("HEAD", item("none")),
        server.get(format!("{SERVERS}/")),
        put("a"),
        put("b"),
        put("b").chunked(),
        put("c").if_match("\"stale\""),
        server.patch(item("b")).json(&json!({"description": "d"})),
        server.patch(item("b")).json(&json!({"description": null})).chunked(),
        server.patch(item("none")).json(&json!({"command": "y"})),
        server.delete(item("b")),
        server.delete(item("none")),
        server.get("/nowhere"),
        server.post("/nowhere").json(&config("x")),
        server.post("/nowhere").json(&config("x")).chunked(),
        server.post(item("a")).json(&config("x")),
        server.post(item("a")),
        server.get(item("a")).bytes("unexpected"),
        put("a").anonymous(),
        put("a").key(READER),
        put("a").header("Host", "evil.example"),
        server.put(item("a")).body("text/plain", "x"),
        server.put(item("a")).json(&json!([1])),
        code.clone().body("application/json", &long),
        code.clone().body("application/json", &long).chunked(),
        code.json(&json!({"code": "wrong"})),
        server.get("/health").header("Connection", "close"),
    ]
}

/// What a client sees of an answer; request ids, the clock and the order of the headers differ.
fn seen(answer: &Response) -> String {
    let mut lines: Vec<String> = answer.head_text().lines().map(str::to_owned).collect();
    lines.retain(|line| !line.starts_with("x-request-id:") && !line.starts_with("date:"));
    lines.sort_unstable();
    format!("{}\n{}\n\n{}", answer.status, lines.join("\n"), answer.text())
}

/// Every pipeline begins with the same servers.
fn reset(server: &TestServer) {
    server.put(item("a")).json(&json!({"command": "x", "env": {"A": "secret"}})).send().expect_success();
    server.delete(item("b")).send();
}

/// The answers to these requests, each sent on a connection of its own.
fn one_by_one(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| seen(&request.clone().send())).collect()
}

/// The answers to these requests, sent on one connection before any answer is read, in pieces that end at these
/// places. What the service does not answer, because it closes the connection, is sent again on another one.
fn at_once(server: &TestServer, requests: &[Request], cuts: &[prop::sample::Index]) -> Vec<String> {
    let mut answers = Vec::new();
    while answers.len() < requests.len() {
        let left = &requests[answers.len()..];
        let message: Vec<u8> = left.iter().flat_map(Request::message).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(message.len())).collect();
        cuts.extend([0, message.len()]);
        cuts.sort_unstable();
        let mut connection = Connection::open(server.address()).expect("the service listens");
        for piece in cuts.windows(2) {
            // The service may have closed the connection behind a refused body.
            if connection.write(&message[piece[0]..piece[1]]).is_err() {
                break;
            }
        }
        for request in left {
            let answer = connection.answer(request.method()).expect("an answer");
            answers.push(seen(&answer));
            if answer.list("connection").contains(&"close".to_owned()) {
                assert!(connection.rest().is_ok_and(|rest| rest.is_empty()), "something follows a close");
                break;
            }
        }
    }
    answers
}

#[test]
fn a_request_in_a_pipeline_is_answered_as_if_it_were_alone() {
    let server = TestServer::start();
    let kinds = kinds(&server);
    let pipeline = prop::collection::vec(0..kinds.len(), 1..9);
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 0..6);
    let config = Config { cases: pipelines(), failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(pipeline, cuts), |(pipeline, cuts)| {
        let requests: Vec<Request> = pipeline.iter().map(|kind| kinds[*kind].clone()).collect();
        reset(&server);
        let expected = one_by_one(&requests);
        reset(&server);
        prop_assert_eq!(at_once(&server, &requests, &cuts), expected);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_head_request_behind_a_get_takes_no_body_from_it() {
    let server = TestServer::start();
    let mut connection = Connection::open(server.address()).expect("the service listens");
    let requests =
        [server.get("/health"), server.request("HEAD", SERVERS), server.get(SERVERS), server.get("/health")];
    let message: Vec<u8> = requests.iter().flat_map(Request::message).collect();
    connection.write(&message).expect("the connection is open");
    let bodies = requests.map(|request| connection.answer(request.method()).expect("an answer").text());
    assert_eq!(bodies, [r#"{"status":"ok"}"#, "", r#"{"servers":[]}"#, r#"{"status":"ok"}"#]);
}

#[test]
fn requests_behind_a_stream_wait_for_its_end() {
    let server = TestServer::start();
    let mut connection = Connection::open(server.address()).expect("the service listens");
    let stream = server.events();
    let mut message = stream.message();
    message.extend(server.put(item("behind")).json(&json!({"command": "x"})).message());
    connection.write(&message).expect("the connection is open");
    assert_eq!(connection.answer("HEAD").expect("an answer").status, 200);
    let mut chunk =
        || connection.chunk().expect("a chunk").map(|chunk| String::from_utf8_lossy(&chunk).into_owned());
    assert!(chunk().is_some_and(|text| text.starts_with("id: ")));
    assert!(chunk().is_some_and(|text| text.starts_with("event: instances")));
    // The connection ends with the stream, so that what is behind it is never done.
    server.seed("other", &json!({"command": "x"}));
    let is_of_other = |text: String| text.starts_with("id: ") && text.contains("other");
    assert!((0..3).any(|_| chunk().is_some_and(is_of_other)));
    server.get(item("behind")).send().expect(404);
}
