//! A lock that another process holds: writes give up at their own deadline, everything else goes on (L10).

use std::time::{Duration, Instant};

use serde_json::json;

use super::refused;
use crate::peer::Peer;
use crate::server::{SERVERS, TestServer, eventually, item};
use crate::site::Site;

/// What an answer may take that waits for nobody: generous, since the machine may be busy.
const AT_ONCE: Duration = Duration::from_millis(250);

fn start() -> TestServer {
    TestServer::builder(Site::new()).env("MCP_SETTINGS_LOCK_TIMEOUT_MS", "600").start()
}

#[test]
fn a_held_lock_stops_writes_only() {
    let server = start();
    let tag = server.seed("a", &json!({"command": "x"}));
    let peer = Peer::holding(&server.lock_path());

    let config = json!({"command": "y"});
    let writes = [
        server.put(item("a")).json(&config),
        server.put(item("a")).if_match(&tag).json(&config),
        server.patch(item("a")).json(&config),
        server.delete(item("a")),
        server.put(item("a")).json(&json!({"command": "x"})),
    ];
    for write in writes {
        let began = Instant::now();
        let answer = refused(&server, "a held lock", write, 503, "store-busy");
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(500), "gave up after {took:?}");
        assert!(took < Duration::from_secs(3), "gave up only after {took:?}");
        let wait = answer.header("retry-after").expect("a busy store says when to come back");
        assert!(wait.parse::<u32>().is_ok_and(|seconds| (1..=60).contains(&seconds)), "Retry-After: {wait}");
    }
    drop(peer);
    server.put(item("a")).if_match(&tag).json(&config).send().expect(200);
}

#[test]
fn reads_and_health_are_answered_at_once_while_a_write_waits() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    let peer = Peer::holding(&server.lock_path());
    let waiting = server.patch(item("a")).json(&json!({"description": "waited"}));
    let waiting = std::thread::spawn(move || waiting.send());
    for target in [SERVERS, &item("a"), "/health", "/alive", "/ready"] {
        for _ in 0..5 {
            let began = Instant::now();
            server.get(target).send().expect(200);
            let took = began.elapsed();
            assert!(took < AT_ONCE, "{target} took {took:?}");
        }
    }
    assert!(!waiting.is_finished(), "a write went through a held lock");
    drop(peer);
    waiting.join().expect("the write is answered").expect(200);
}

#[test]
fn a_write_that_was_given_up_is_never_applied() {
    let server = start();
    server.seed("a", &json!({"command": "x"}));
    let peer = Peer::holding(&server.lock_path());
    server.put(item("late")).json(&json!({"command": "x"})).send().expect_problem(503, "store-busy");
    drop(peer);
    // A later write comes after everything that was queued before it.
    server.put(item("b")).json(&json!({"command": "x"})).send().expect(201);
    server.get(item("late")).send().expect(404);
}

#[test]
fn a_lock_file_that_was_replaced_is_not_trusted() {
    let server = start();
    server.seed("a", &json!({"command": "x"}));
    std::fs::remove_file(server.lock_path()).expect("the service made it");
    let peer = Peer::holding(&server.lock_path());
    let write = server.patch(item("a")).json(&json!({"description": "d"}));
    refused(&server, "a new lock file", write.clone(), 503, "store-busy");
    drop(peer);
    write.send().expect(200);
}

#[test]
fn the_log_says_what_a_commit_took_and_how_long_the_lock_was_waited_for() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOCK_TIMEOUT_MS", "2000").start();
    server.seed("a", &json!({"command": "x"}));
    let stored = server.site().document().expect("a server is stored").len();
    let commit = logged(&server, "committed a batch");
    assert!(commit.contains("DEBUG") && commit.contains("changes=1 failed=0"), "{commit}");
    assert_eq!(number(&commit, "bytes"), u64::try_from(stored).expect("it is short"), "{commit}");
    let [wait, decide, total] = ["lock_wait_us", "decide_us", "total_us"].map(|name| number(&commit, name));
    assert!(wait < 20_000_000 && 0 < total && decide <= total, "{commit}");

    // The write gives up after two seconds; the committer gets the lock later still, with nothing left to do.
    let peer = Peer::holding(&server.lock_path());
    server.delete(item("a")).send().expect_problem(503, "store-busy");
    drop(peer);
    let wait = logged(&server, "waited long for the settings lock");
    assert!(wait.contains("WARN") && 1_000_000 <= number(&wait, "lock_wait_us"), "{wait}");
    assert_eq!(server.log().matches("committed a batch").count(), 1, "nothing was committed");
}

/// The first line of the log with this text, once it is there.
fn logged(server: &TestServer, text: &str) -> String {
    let line = || server.log().lines().find(|line| line.contains(text)).map(str::to_owned);
    eventually(&format!("the log says {text:?}"), || line().is_some());
    line().expect("a log loses no line")
}

/// The number of a field in a line of the log.
fn number(line: &str, field: &str) -> u64 {
    let value = line.split(&format!("{field}=")).nth(1).and_then(|rest| rest.split(' ').next());
    value.and_then(|value| value.trim().parse().ok()).unwrap_or_else(|| panic!("no number `{field}`: {line}"))
}
