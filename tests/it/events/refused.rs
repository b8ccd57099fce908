//! Who is refused a stream, and with which problem.

use crate::server::{ADMIN, READER, REVEALER, TestServer, WRITER};
use crate::site::Site;
use crate::stream::{EVENTS, Stream};

#[test]
fn a_malformed_position_is_an_invalid_header() {
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
fn a_position_that_no_event_had_is_gone() {
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
fn a_head_request_has_the_status_of_a_get_and_opens_no_stream() {
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

/// Opens as many streams with a key as one key may have.
fn take_share(server: &TestServer, key: &str) -> Vec<Stream> {
    let streams = (0..128).map(|_| Stream::open(&server.events().key(key)));
    streams
        .map(|stream| stream.expect("an answer").unwrap_or_else(|refusal| panic!("{}", refusal.text())))
        .collect()
}

#[test]
fn a_key_has_a_quarter_of_the_seats_and_leaves_the_others() {
    let server = TestServer::start();
    let mut streams = take_share(&server, READER);
    for method in ["GET", "HEAD"] {
        let answer = server.request(method, EVENTS).key(READER).send().expect(429);
        assert!(answer.header("retry-after").is_some());
    }
    server.events().key(READER).send().expect_problem(429, "stream-share-taken");
    // Other keys are served, and this one for everything else.
    server.follow();
    server.get("/api/settings/mcp-servers").key(READER).send().expect(200);
    streams.pop();
    crate::server::eventually("the seat is free", || is_free(&server, READER));
}

#[test]
fn a_page_has_a_share_of_its_own() {
    let server = TestServer::start();
    let code = serde_json::json!({"code": server.code()});
    let key = server.post("/api/session").anonymous().json(&code).send().expect(200).json();
    let key = key["key"].as_str().expect("a key").to_owned();
    let _streams = take_share(&server, &key);
    server.events().key(&key).send().expect_problem(429, "stream-share-taken");
    server.follow();
}

/// Whether a stream can be opened. Writing to the readers who left shows that they did.
fn is_free(server: &TestServer, key: &str) -> bool {
    let now = std::time::UNIX_EPOCH.elapsed().expect("now").as_nanos().to_string();
    server.seed("a", &serde_json::json!({"command": now}));
    Stream::open(&server.events().key(key)).is_ok_and(|answer| answer.is_ok())
}

#[test]
fn the_seats_are_counted_and_one_that_is_left_is_free() {
    let server = TestServer::start();
    let mut streams: Vec<Stream> =
        [ADMIN, WRITER, READER, REVEALER].iter().flat_map(|key| take_share(&server, key)).collect();
    let code = serde_json::json!({"code": server.code()});
    let key = server.post("/api/session").anonymous().json(&code).send().expect(200).json();
    let key = key["key"].as_str().expect("a key").to_owned();
    let refused = server.events().key(&key).send().expect_problem(503, "too-many-streams");
    assert!(refused.header("retry-after").is_some());
    server.request("HEAD", EVENTS).key(&key).send().expect(503);
    streams.pop();
    crate::server::eventually("the seat is free", || is_free(&server, &key));
}
