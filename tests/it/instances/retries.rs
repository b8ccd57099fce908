//! Attempts that fail: counted, delayed, remembered, and ended by an edit or on request (B6, B8, B9).

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::ALL;
use super::{
    call, once, place, program, put, script, set_policy, shown, start, start_runner_on, started, starts, stop,
};
use crate::server::{TestServer, WRITER, eventually, item};

fn count(instance: &Value) -> u64 {
    instance["retry"]["attempt_count"].as_u64().unwrap_or_else(|| panic!("no count: {instance}"))
}

/// A server that exits at once, is tried by itself, and has failed.
fn failed() -> TestServer {
    let server = start();
    put(&server, "a", &program(&[&starts(&server), "exit"]));
    set_policy(&server, "a", &json!({"start": "always"}));
    once(&server, "a", "error");
    assert_eq!(started(&server).len(), 1);
    server
}

#[track_caller]
fn fails_with(config: &Value, kind: &str) {
    let server = start();
    put(&server, "a", config);
    let answer = call(&server, "a", "pid").send().expect_problem(503, "instance-failed");
    let wait: u64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("a number");
    assert!((29..=33).contains(&wait), "{wait}");
    assert_eq!(answer.json()["fault"]["kind"], kind, "{}", answer.text());
    let instance = once(&server, "a", "error");
    let retry = &instance["retry"];
    assert_eq!((count(&instance), &retry["fault"]["kind"]), (1, &json!(kind)), "{retry}");
    assert_eq!(retry["error"], retry["fault"]["message"]);
    let delay = retry["next_retry_at_ms"].as_i64().expect("a time")
        - retry["last_attempt_at_ms"].as_i64().expect("one");
    assert!((30_000..=33_000).contains(&delay), "{delay}");
    assert_eq!(instance["health"]["status"], "unhealthy");
    // Before that time a call is answered at once, and no attempt is made.
    call(&server, "a", "pid").send().expect_problem(503, "instance-failed");
    assert_eq!(count(&shown(&server, "a")), 1);
    stop(server);
}

#[test]
fn b6_a_command_that_is_not_there_is_a_failed_attempt() {
    fails_with(&json!({"command": "no-such-program-anywhere"}), "spawn");
    fails_with(&json!({"command": "/no/such/program"}), "spawn");
}

#[test]
fn b6_a_directory_that_is_not_there_is_a_failed_attempt() {
    fails_with(&json!({"command": script("exits_with_3.sh"), "cwd": "/no/such/folder"}), "spawn");
}

#[test]
fn b6_a_program_that_exits_is_a_failed_attempt() {
    fails_with(&json!({"command": script("exits_with_3.sh")}), "exited");
    fails_with(&program(&["exit"]), "exited");
}

#[test]
fn b8_a_restart_of_the_service_keeps_the_count_and_makes_no_attempt_before_its_time() {
    let mut server = failed();
    let before = once(&server, "a", "error");
    for is_crash in [false, true] {
        let site = server.site();
        drop(if is_crash { server.crash() } else { server.stop() });
        server = start_runner_on(site);
        let after = once(&server, "a", "error");
        for member in ["attempt_count", "next_retry_at_ms", "last_attempt_at_ms", "error", "stderr"] {
            assert_eq!(after["retry"][member], before["retry"][member], "{member}");
        }
        assert_eq!(after["generation"], before["generation"]);
        let answer = call(&server, "a", "pid").send().expect_problem(503, "instance-failed").json();
        assert_eq!(answer["fault"]["kind"], "exited", "{answer}");
        thread::sleep(Duration::from_millis(1_500));
        assert_eq!(started(&server).len(), 1, "no attempt before its time");
    }
    stop(server);
}

#[test]
fn b9_an_edit_of_the_launch_ends_the_wait_and_resets_the_count() {
    let server = failed();
    server.post(format!("{}/restart", place("a"))).key(WRITER).send().expect(200);
    eventually("it is tried again", || started(&server).len() == 2);
    let before = once(&server, "a", "error");
    assert_eq!(count(&before), 2);
    let mut config = program(&[&starts(&server), "exit", "edited"]);
    let args = config["args"].take();
    server.patch(item("a")).key(ALL).json(&json!({"args": args})).send().expect(200);
    eventually("it is tried at once", || started(&server).len() == 3);
    let after = once(&server, "a", "error");
    assert_eq!(count(&after), 1, "{after}");
    assert_ne!(after["generation"], before["generation"]);
    stop(server);
}

#[test]
fn b9_an_edit_of_anything_else_does_not() {
    let server = failed();
    let before = shown(&server, "a");
    server.patch(item("a")).key(ALL).json(&json!({"timeout": 7})).send().expect(200);
    thread::sleep(Duration::from_millis(1_500));
    let after = shown(&server, "a");
    assert_eq!((&after["retry"], &after["generation"]), (&before["retry"], &before["generation"]));
    assert_ne!(after["etag"], before["etag"]);
    assert_eq!(started(&server).len(), 1);
    stop(server);
}

#[test]
fn b9_a_restart_on_request_keeps_the_count() {
    let server = failed();
    for attempts in [2, 3] {
        thread::sleep(Duration::from_millis(1_050));
        server.post(format!("{}/restart", place("a"))).key(WRITER).send().expect(200);
        eventually("it is tried at once", || started(&server).len() == attempts);
        eventually("it has failed", || {
            let instance = shown(&server, "a");
            instance["state"] == "error" && instance["retry"]["attempt_count"] == attempts
        });
    }
    stop(server);
}

#[test]
fn a_restart_starts_what_runs_again() {
    let server = start();
    put(&server, "a", &program(&[&starts(&server)]));
    let first = super::text_of(call(&server, "a", "pid"));
    server.post(format!("{}/restart", place("a"))).key(WRITER).send().expect(200);
    eventually("it is started again", || started(&server).len() == 2);
    let instance = once(&server, "a", "running");
    assert_eq!((&instance["restarts"], &instance["retry"]), (&json!(1), &json!(null)));
    assert_ne!(super::text_of(call(&server, "a", "pid")), first);
    stop(server);
}
