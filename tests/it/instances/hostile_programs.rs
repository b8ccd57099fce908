//! Programs that misbehave, through the API: each fault is shown as what it is, no secret gets out, nothing is left.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    ALL, CANARY, RUNNER, call, call_with, once, place, processes, program, put, running, script, set_policy,
    shown, start, stop, text_of, until_none, until_nothing_runs, with_env,
};
use crate::server::{TestServer, eventually, item};

/// A service with this server, whose start may take no longer than two seconds.
fn impatient(config: &Value) -> TestServer {
    let server = start();
    put(&server, "a", config);
    set_policy(&server, "a", &json!({"start_timeout_seconds": 2}));
    server
}

/// It cannot be started, for this kind of reason; and what a person can do.
#[track_caller]
fn fails(server: &TestServer, kind: &str, attention: &str) -> Value {
    let answer = call(server, "a", "pid").send().expect_problem(503, "instance-failed").json();
    assert_eq!(answer["fault"]["kind"], kind, "{answer}");
    let instance = once(server, "a", "error");
    assert_eq!(
        (&instance["retry"]["fault"]["kind"], &instance["attention"]),
        (&json!(kind), &json!(attention))
    );
    assert_eq!(instance["health"]["status"], "unhealthy");
    assert_eq!(running(server), [], "left after a failed start");
    instance
}

/// A service with this server.
fn patient(config: &Value) -> TestServer {
    let server = start();
    put(&server, "a", config);
    server
}

/// The tools of a program that does this can be called, and nothing of it is left when it is disabled.
#[track_caller]
fn serves_and_ends(words: &[&str], most: usize) {
    let server = patient(&program(words));
    text_of(call(&server, "a", "pid"));
    // The supervisor, the program and what it started. What starts a daemon ends.
    eventually("all run", || running(&server).len() == most);
    let began = Instant::now();
    server.patch(item("a")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    once(&server, "a", "disabled");
    // Its supervisor may still be at it, where the machine is busy.
    until_nothing_runs(&server);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    stop(server);
}

#[test]
fn silent() {
    let server = impatient(&program(&["mute"]));
    fails(&server, "timeout", "retry");
    stop(server);
}

#[test]
fn no_program_of_mcp_at_all() {
    let server = impatient(&json!({"command": "sleep", "args": ["1000"]}));
    fails(&server, "timeout", "retry");
    stop(server);
}

#[test]
fn exits_at_once() {
    let server = patient(&program(&["exit", "say=no database"]));
    let instance = fails(&server, "exited", "retry");
    let message = instance["retry"]["fault"]["message"].as_str().expect("a text");
    assert!(message.contains("status 3") && message.contains("no database"), "{message}");
    stop(server);
}

#[test]
fn initializes_and_dies() {
    let server = patient(&program(&["die"]));
    set_policy(&server, "a", &json!({"start": "always"}));
    let instance = once(&server, "a", "error");
    let retry = &instance["retry"];
    assert_eq!(
        (&retry["fault"]["kind"], &retry["attempt_count"]),
        (&json!("exited"), &json!(1)),
        "{instance}"
    );
    assert_eq!(
        (&instance["health"]["status"], &instance["attention"]),
        (&json!("unhealthy"), &json!("retry"))
    );
    assert_eq!(running(&server), []);
    stop(server);
}

#[test]
fn junk_on_stdout() {
    let server = patient(&program(&["junk"]));
    text_of(call(&server, "a", "pid"));
    assert_eq!(super::probe(&server, "a")["ok"], true);
    stop(server);
}

#[test]
fn a_list_without_end() {
    let server = patient(&program(&["cursor"]));
    text_of(call(&server, "a", "pid"));
    assert_eq!(super::probe(&server, "a")["ok"], true, "one page says that it lives");
    stop(server);
}

#[test]
fn an_answer_of_64_mb() {
    let server = patient(&program(&[]));
    // It has answered once, so that to end is no failed start.
    text_of(call(&server, "a", "pid"));
    let answer = call(&server, "a", "large").send().expect_problem(502, "server-fault").json();
    assert_eq!(answer["fault"]["kind"], "too_large", "{answer}");
    until_nothing_runs(&server);
    text_of(call(&server, "a", "pid"));
    stop(server);
}

#[test]
fn a_flood_on_stderr() {
    let server = patient(&program(&["flood"]));
    text_of(call(&server, "a", "pid"));
    let log = server.get(format!("{}/log", place("a"))).key(RUNNER).send().expect(200).json();
    let lines = log["lines"].as_array().expect("lines");
    let bytes: usize = lines.iter().map(|line| line["text"].as_str().expect("a text").len()).sum();
    assert!((1..=64 << 10).contains(&bytes), "{bytes}");
    assert!(!server.log().contains(&"x".repeat(99)), "it is no part of our log");
    stop(server);
}

#[test]
fn has_a_child() {
    serves_and_ends(&["fork"], 3);
}

#[test]
fn has_a_daemon() {
    serves_and_ends(&["daemon"], 3);
}

#[test]
fn ignores_every_signal() {
    serves_and_ends(&["deaf"], 2);
}

#[test]
fn all_of_that_at_once() {
    serves_and_ends(&["deaf", "fork", "daemon"], 4);
}

#[test]
fn dies_and_leaves_a_child_and_a_daemon() {
    let server = patient(&program(&["fork", "daemon"]));
    text_of(call(&server, "a", "pid"));
    let answer = call(&server, "a", "leave").send().expect_problem(502, "server-fault").json();
    assert_eq!(answer["fault"]["kind"], "exited", "{answer}");
    until_nothing_runs(&server);
    stop(server);
}

#[test]
fn after_a_sigkill_of_the_service_nothing_is_left() {
    let server = start();
    let all: [&[&str]; 4] = [&["deaf"], &["fork"], &["daemon"], &["deaf", "fork", "daemon"]];
    for (number, words) in all.into_iter().enumerate() {
        let name = format!("s{number}");
        put(&server, &name, &program(words));
        text_of(call(&server, &name, "pid"));
    }
    eventually("all run", || running(&server).len() == 2 + 3 + 3 + 4);
    let site = server.site();
    drop(server.crash());
    until_none(|| processes(&site, None));
}

#[test]
fn a_secret_on_stderr_is_shown_redacted_and_logged_nowhere() {
    let server = start();
    let config =
        with_env(json!({"command": script("secret_on_stderr.sh")}), json!({"API_KEY": "${MCP_SECRET_GOOD}"}));
    put(&server, "a", &config);
    let (mut events, _) = server.follow();
    let instance = fails(&server, "exited", "retry");
    let stderr = instance["retry"]["stderr"].as_str().expect("a text");
    assert!(stderr.contains("login with *** failed"), "{stderr}");
    let log = server.get(format!("{}/log", place("a"))).key(RUNNER).send().expect(200).text();
    assert!(log.contains("login with *** failed"), "{log}");
    // It writes `user:` and the secret in base64 as well; this is the part that the secret alone decides.
    for answer in [instance.to_string(), log, server.log()] {
        assert!(!answer.contains(CANARY) && !answer.contains("jYW5hcnktNGYxZDlj"), "{answer}");
    }
    events.wait_at_most(Duration::from_millis(1_500));
    drop(events.try_next());
    assert!(!format!("{:?}", events.instances).contains("canary"));
    // A caller that may neither run nor reveal sees no stderr.
    let detail = server.get(place("a")).send().expect(200).json();
    assert!(detail["retry"]["stderr"].is_string(), "the admin reveals");
    let detail = server.get(place("a")).key(crate::server::READER).send().expect(200).json();
    assert_eq!(detail["retry"].get("stderr"), None);
    stop(server);
}

#[test]
fn an_error_that_holds_the_environment_is_shown_redacted() {
    let server = start();
    put(&server, "a", &with_env(program(&[]), json!({"TOKEN": "${MCP_SECRET_GOOD}"})));
    let answer = call(&server, "a", "leak").send().expect_problem(502, "server-fault").json();
    assert_eq!(answer["fault"], json!({"kind": "json_rpc", "message": "token is required, not ***"}));
    call_with(&server, "a", "say", &json!({"text": format!("token={CANARY}")})).send().expect(200);
    let log = || server.get(format!("{}/log", place("a"))).key(RUNNER).send().expect(200).text();
    eventually("the line is there", || log().contains("token=***"));
    assert!(!log().contains(CANARY) && !shown(&server, "a").to_string().contains(CANARY));
    // What a tool answers is passed on as it is.
    assert!(text_of(call(&server, "a", "env")).contains(CANARY));
    stop(server);
}

#[test]
fn a_slow_start_is_shown_as_one_and_served() {
    let server = start();
    put(&server, "a", &program(&["slow=3", "say=downloading the package"]));
    set_policy(&server, "a", &json!({"start": "always"}));
    let instance = once(&server, "a", "starting");
    assert_eq!((&instance["health"]["status"], &instance["attention"]), (&json!("unknown"), &json!("none")));
    eventually("its last line is shown", || {
        shown(&server, "a").get("last_line").is_some_and(|line| line == "downloading the package")
    });
    let reader = server.get(place("a")).key(crate::server::READER).send().expect(200).json();
    assert_eq!((&reader["state"], reader.get("last_line")), (&json!("starting"), None));
    // A call waits for it.
    let pid = text_of(call(&server, "a", "pid"));
    assert_eq!(text_of(call(&server, "a", "pid")), pid);
    assert_eq!(once(&server, "a", "running")["restarts"], 0);
    stop(server);
}

#[test]
fn a_start_slower_than_its_deadline_fails() {
    let server = impatient(&program(&["slow=60"]));
    fails(&server, "timeout", "retry");
    stop(server);
}
