//! Two tests at a time for each caller, also for one that hangs up.

use std::thread;

use serde_json::{Value, json};

use super::{answer, begun, test};
use crate::instances::{RUNNER, program, running, start, stop, until_nothing_runs};
use crate::server::{TestServer, eventually};

/// A draft that is silent for so long.
fn silent(words: &[&str], seconds: u32) -> Value {
    json!({"config": program(words), "timeout_seconds": seconds})
}

#[track_caller]
fn is_refused(server: &TestServer, body: &Value) {
    let refused = test(server, body).send().expect_problem(429, "too-many-tests");
    assert!(refused.header("retry-after").is_some());
}

#[test]
fn two_at_a_time_and_the_seat_is_free_again() {
    let server = start();
    let quick = json!({"config": program(&[])});
    for _ in 0..2 {
        thread::scope(|scope| {
            let both = [(); 2].map(|()| scope.spawn(|| answer(test(&server, &silent(&["mute"], 3)))));
            // The supervisor and the program of each.
            eventually("both run", || 4 <= running(&server).len());
            is_refused(&server, &quick);
            let theirs = json!({"server": quick["config"]});
            let refused = server.post("/api/mcp/test").key(crate::instances::ALL).json(&theirs);
            refused.send().expect_problem(429, "too-many-tests");
            // Another caller has its own.
            answer(test(&server, &quick).key(RUNNER)).expect(200);
            for own in both {
                assert_eq!(own.join().expect("it was answered").expect(200).json()["ok"], false);
            }
        });
    }
    answer(test(&server, &quick)).expect(200);
    stop(server);
}

/// Else a caller that hangs up had as many programs at once as it likes.
#[test]
fn a_test_that_was_given_up_has_its_seat_until_nothing_of_it_is_left() {
    let server = start();
    let body = silent(&["deaf", "fork", "slow=60"], 60);
    let connections = [begun(&server, &body), begun(&server, &body)];
    eventually("both run", || 6 <= running(&server).len());
    drop(connections);
    // What ignores every signal is killed half a second after it was asked to end.
    eventually("it is seen", || {
        let status = test(&server, &json!({"config": program(&[])})).send().status;
        assert!(status == 429 || running(&server).is_empty(), "{status} {:?}", running(&server));
        status == 200
    });
    until_nothing_runs(&server);
    stop(server);
}
