//! Who is refused a stream, and with which problem.

use crate::server::{READER, TestServer};
use crate::site::Site;
use crate::stream::{EVENTS, Stream};

#[test]
fn a_position_that_is_none_is_no_header() {
    let server = TestServer::start();
    let (stream, _) = server.follow();
    let id = &stream.last_id;
    for text in
        ["", "0", "x-1", &id.to_uppercase()[..], &format!("{id}x"), &format!("{id} "), &format!("{id},{id}")]
    {
        // White space around a value is no part of it.
        if text.trim() == id {
            continue;
        }
        let answer =
            server.events().header("Last-Event-ID", text).send().expect_problem(400, "invalid-header");
        assert_eq!(answer.json()["header"], "Last-Event-ID", "{text}");
    }
    let twice = server.events().header("Last-Event-ID", id).header("Last-Event-ID", id);
    twice.send().expect_problem(400, "invalid-header");
    // Elsewhere it means nothing.
    server.get("/api/settings/mcp-servers").header("Last-Event-ID", "x").send().expect(200);
}

#[test]
fn a_position_that_was_never_told_is_gone() {
    let server = TestServer::start();
    // Before anybody has read there is no position at all.
    let none = server.events().header("Last-Event-ID", "0123456789abcdef-0");
    none.send().expect_problem(410, "events-gone");
    let (stream, _) = server.follow();
    let (epoch, _) = stream.last_id.split_once('-').expect("an epoch and a number");
    for position in [format!("{epoch}-1"), format!("{epoch}-{}", u64::MAX), "0123456789abcdef-0".to_owned()] {
        let answer =
            server.events().header("Last-Event-ID", &position).send().expect_problem(410, "events-gone");
        assert!(
            answer.json()["detail"].as_str().is_some_and(|text| text.contains("List")),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn keys_scopes_hosts_methods_and_queries_are_judged_as_everywhere() {
    let server = TestServer::start();
    server.events().anonymous().send().expect_problem(401, "unauthorized");
    server.events().key("wrong").send().expect_problem(401, "unauthorized");
    let exposing = server.events().key(READER).expose("plaintext");
    exposing.send().expect_problem(403, "insufficient-scope");
    server.events().header("Host", "evil.example").send().expect_problem(403, "forbidden-host");
    server.events().header("Origin", "http://evil.example").send().expect_problem(403, "forbidden-origin");
    server.get(format!("{EVENTS}?after=x")).send().expect_problem(400, "invalid-query");
    server.events().if_match("bad").send().expect_problem(400, "invalid-header");
    server.post(EVENTS).send().expect_problem(405, "method-not-allowed");
}

#[test]
fn a_head_tells_whether_there_would_be_a_stream_and_takes_no_seat() {
    let server = TestServer::start();
    let head = || server.request("HEAD", EVENTS);
    for _ in 0..600 {
        let answer = head().send().expect(200);
        assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    }
    head().anonymous().send().expect(401);
    head().header("Last-Event-ID", "x").send().expect(400);
    head().header("Last-Event-ID", "0123456789abcdef-0").send().expect(410);
    server.follow();
    server.write("garbage");
    head().send().expect(503);
}

#[test]
fn without_a_state_there_is_no_stream() {
    let server = TestServer::builder(Site::with_document("garbage")).start();
    server.events().send().expect_problem(503, "document-unreadable");
    server.write("{}");
    let (mut stream, _) = server.follow();
    server.seed("a", &serde_json::json!({"command": "x"}));
    assert_eq!(stream.next_of("a").number(), 1);
}

#[test]
fn the_seats_are_counted_and_one_that_is_left_is_free() {
    let server = TestServer::start();
    let mut streams: Vec<Stream> = (0..512).map(|_| server.follow().0).collect();
    let refused = server.events().send().expect_problem(503, "too-many-streams");
    assert!(refused.header("retry-after").is_some());
    server.request("HEAD", EVENTS).send().expect(503);
    streams.pop();
    crate::server::eventually("the seat is free", || {
        // Writing to the reader who left shows that it did.
        server.seed("a", &serde_json::json!({"command": std::time::UNIX_EPOCH.elapsed().expect("now").as_nanos().to_string()}));
        Stream::open(&server.events()).is_ok_and(|answer| answer.is_ok())
    });
}
