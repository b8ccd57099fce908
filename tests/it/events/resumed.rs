//! A reader who was cut off and comes back.

use serde_json::json;

use super::{document, list_tag};
use crate::server::{TestServer, item};
use crate::stream::Event;

#[test]
fn a_resumed_stream_has_exactly_the_missed_events() {
    let server = TestServer::start();
    let (mut whole, opened) = server.follow();
    let mut tags = vec![opened.text("etag").to_owned()];
    let mut events: Vec<Event> = Vec::new();
    for number in 0..20 {
        server.seed(&format!("s{}", number % 3), &json!({"command": number.to_string()}));
        events.push(whole.next());
        tags.push(list_tag(&server));
    }
    for from in [0, 1, 7, 19, 20] {
        let id = if from == 0 { &opened.id } else { &events[from - 1].id };
        let (mut stream, first) = server.resume(id);
        // The first event has the reader's position.
        assert_eq!((&first.id, first.text("etag")), (id, &*tags[from]));
        for expected in &events[from..] {
            assert_eq!(&stream.next(), expected);
        }
        // And it goes on from there.
        let tag = server.seed("more", &json!({"command": from.to_string()}));
        let event = stream.next_of("more");
        assert_eq!(event.text("new_etag"), tag);
        assert_eq!(event, whole.next());
        events.push(event);
        tags.push(list_tag(&server));
    }
    // Ids count on without a gap.
    assert!(events.windows(2).all(|pair| pair[0].number() + 1 == pair[1].number()));
}

#[test]
fn events_without_a_reader_are_sent_to_a_reader_that_comes_back() {
    let server = TestServer::start();
    let (stream, _) = server.follow();
    let id = stream.last_id.clone();
    drop(stream);
    let first = server.seed("a", &json!({"command": "x"}));
    server.write(document(&json!({"a": {"command": "y"}})));
    let last = server.get(item("a")).send().etag();
    assert_ne!(first, last);
    let (mut stream, _) = server.resume(&id);
    let mut tag = String::new();
    while tag != last {
        let event = stream.next_of("a");
        assert_eq!(event.text("old_etag"), tag);
        event.text("new_etag").clone_into(&mut tag);
    }
}

#[test]
fn a_restarted_service_knows_no_position() {
    let server = TestServer::start();
    let (stream, _) = server.follow();
    let (id, site) = (stream.last_id.clone(), server.site());
    drop(stream);
    server.crash();
    let server = TestServer::builder(site).start();
    let (_, opened) = server.follow();
    assert_ne!(opened.id, id);
    server.events().header("Last-Event-ID", &id).send().expect_problem(410, "events-gone");
}

#[test]
fn a_position_that_is_too_old_is_gone() {
    let server = TestServer::builder(crate::site::Site::with_document(document(&json!({})))).start();
    let (mut stream, opened) = server.follow();
    let many = |value: &str, count: usize| {
        let servers: serde_json::Map<_, _> =
            (0..count).map(|n| (format!("s{n:04}"), json!({"command": value}))).collect();
        document(&json!(servers))
    };
    server.write(many("1", 1_000));
    let first = stream.next();
    for _ in 1..1_000 {
        stream.next();
    }
    // The oldest position of all is still there, and with 24 events more it just is.
    server.resume(&opened.id);
    server.write(many("1", 1_024));
    for _ in 0..24 {
        stream.next();
    }
    let (mut oldest, _) = server.resume(&opened.id);
    assert_eq!(oldest.next(), first);
    server.seed("last", &json!({"command": "x"}));
    stream.next_of("last");
    server.events().header("Last-Event-ID", &opened.id).send().expect_problem(410, "events-gone");
    server.resume(&first.id);
}
