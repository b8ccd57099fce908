//! Several services on one settings file, and a state that cannot be stored.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::json;

use super::{ALL, BOTH, RUNNER, approve, builder, opened, place, put, start, word};
use crate::server::{TestServer, WRITER, eventually, item};
use crate::site::Site;

#[track_caller]
fn within_a_second(server: &TestServer, expected: &str) {
    let deadline = Instant::now() + Duration::from_secs(1);
    loop {
        let found = word(server, "a");
        if found == expected {
            return;
        }
        assert!(Instant::now() < deadline, "{found} and not {expected}");
    }
}

#[test]
fn what_is_approved_and_withdrawn_at_one_is_so_at_the_other_within_a_second() {
    let site = Arc::new(Site::new());
    let (one, other) = (opened(builder(Arc::clone(&site)).start()), opened(builder(site).start()));
    put(&one, "a", WRITER, &json!({"command": "x", "env": {"A": "s"}}));
    assert_eq!(word(&other, "a"), "no-approval");
    approve(&one, "a");
    within_a_second(&other, "approved");
    // What it was applied to was approved, at the other one.
    other.patch(item("a")).key(ALL).json(&json!({"args": ["y"]})).send().expect(200);
    within_a_second(&one, "approved");
    one.delete(place("a")).key(RUNNER).send().expect(204);
    within_a_second(&other, "no-approval");
}

/// The other one may not have seen the withdrawal yet: what is stored judges.
#[test]
fn a_withdrawal_at_one_is_not_undone_by_a_write_at_the_other() {
    let site = Arc::new(Site::new());
    let (one, other) = (opened(builder(Arc::clone(&site)).start()), opened(builder(site).start()));
    for number in 0..8 {
        put(&one, "a", BOTH, &json!({"command": "x", "args": [number.to_string()]}));
        within_a_second(&other, "approved");
        one.delete(place("a")).key(RUNNER).send().expect(204);
        other.patch(item("a")).key(BOTH).json(&json!({"cwd": format!("/{number}")})).send().expect(200);
        assert_eq!(word(&other, "a"), "no-approval");
        assert_eq!(word(&one, "a"), "no-approval");
    }
}

#[test]
fn an_approval_outlives_a_restart_and_a_crash() {
    let server = start();
    put(&server, "a", BOTH, &json!({"command": "x"}));
    put(&server, "b", WRITER, &json!({"command": "x"}));
    approve(&server, "b");
    assert_eq!(word(&server, "a"), "approved");
    let site = server.site();
    server.crash();
    let server = opened(builder(Arc::clone(&site)).start());
    assert_eq!((word(&server, "a"), word(&server, "b")), ("approved".into(), "approved".into()));
    server.stop();
    // Whoever loses what is remembered has nothing approved.
    std::fs::remove_file(site.state().join("state.db")).expect("it is there");
    let server = opened(builder(site).start());
    assert_eq!((word(&server, "a"), word(&server, "b")), ("no-approval".into(), "no-approval".into()));
}

#[test]
fn a_withdrawal_that_cannot_be_stored_is_effective_here_and_its_outcome_unknown() {
    let server = start();
    put(&server, "a", BOTH, &json!({"command": "x"}));
    put(&server, "b", BOTH, &json!({"command": "x"}));
    assert_eq!((word(&server, "a"), word(&server, "b")), ("approved".into(), "approved".into()));
    let other = Connection::open(server.state().join("state.db")).expect("it is there");
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody writes");
    let answer = server.delete(place("a")).key(RUNNER).send().expect_problem(503, "outcome-unknown");
    assert_eq!(answer.json()["outcome"], "unknown");
    assert_eq!(word(&server, "a"), "no-approval");
    assert_eq!(word(&server, "b"), "no-approval", "in doubt nothing is approved");
    let id = super::id(&server, "b");
    server.post(place("b")).key(RUNNER).json(&id).send().expect_problem(503, "state-unavailable");
    // What is written meanwhile is made, and not approved.
    put(&server, "c", BOTH, &json!({"command": "x"}));
    server.delete(item("b")).key(BOTH).send().expect_problem(503, "outcome-unknown");
    server.get(item("b")).send().expect(404);
    other.execute_batch("ROLLBACK").expect("it is open");
    eventually("it is stored", || {
        server.get("/ready").anonymous().send().expect(200).json() == json!({"status": "ready"})
    });
    assert_eq!((word(&server, "a"), word(&server, "c")), ("no-approval".into(), "no-approval".into()));
    let site = server.site();
    server.stop();
    let server = opened(builder(site).start());
    assert_eq!(word(&server, "a"), "no-approval");
}
