//! How a stream ends: with the service, with a reader who is too slow, with its connection.

use std::time::{Duration, Instant};

use serde_json::json;

use super::document;
use crate::server::TestServer;
use crate::site::Site;
use crate::stream::Stream;

#[test]
fn streams_end_at_once_when_the_service_stops() {
    let server = TestServer::start();
    let mut streams: Vec<_> = (0..20).map(|_| server.follow().0).collect();
    let began = Instant::now();
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    assert!(began.elapsed() < Duration::from_secs(2), "stopped after {:?}", began.elapsed());
    for stream in &mut streams {
        assert!(stream.try_next().is_ok_and(|event| event.is_none()), "the stream was torn off");
    }
}

/// Writes more than fits between the service and a reader who reads nothing: the buffers of the sockets, and the
/// service's own. A file may hold long names. How many events that is.
fn flood(server: &TestServer, quick: &mut Stream) -> u64 {
    let (long, rounds, each) = ("x".repeat(8_000), 6, 400);
    for round in 0..rounds {
        let row = |n: u64| (format!("{long}{n:03}"), json!({"command": round.to_string()}));
        let servers: serde_json::Map<_, _> = (0..each).map(row).collect();
        server.write(document(&json!(servers)));
        for _ in 0..each {
            quick.next();
        }
    }
    rounds * each
}

#[test]
fn a_reader_that_is_too_slow_is_dropped_and_delays_nobody() {
    let server = TestServer::builder(Site::with_document(document(&json!({})))).start();
    let (mut slow, _) = server.follow();
    let (mut quick, _) = server.follow();
    let all = flood(&server, &mut quick);
    let mut read = 0;
    // It ends as a stream does, or is torn off where it has taken nothing for too long.
    while let Ok(Some(event)) = slow.try_next() {
        assert_eq!(event.number(), read + 1, "something was left out");
        read = event.number();
    }
    assert!(read < all - 1_024, "it was dropped after {read} events");
    let resume = server.events().header("Last-Event-ID", &slow.last_id);
    resume.send().expect_problem(410, "events-gone");
    // The quick one lives on.
    server.seed("last", &json!({"command": "x"}));
    quick.next_of("last");
}

#[test]
fn a_reader_who_takes_nothing_does_not_keep_its_seat() {
    let server = TestServer::builder(Site::with_document(document(&json!({})))).start();
    let (mut quick, _) = server.follow();
    let sockets = || {
        let files = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("the service runs");
        let files = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
        files.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
    };
    let before = sockets();
    let (slow, _) = server.follow();
    assert!(before < sockets(), "a stream takes no socket");
    flood(&server, &mut quick);
    crate::server::eventually("the service gives up who takes nothing", || sockets() <= before);
    drop(slow);
}
