//! Every problem of the routes of instances, as a client sees it.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    ALL, RUNNER, USER, call, counted, once, once_a_second, place, program, put, running, set_policy, start,
    stop, text_of,
};
use crate::server::{ADMIN, READER, WRITER, item};
use crate::site::Site;
use crate::wire::Connection;

#[test]
fn not_runnable_says_why() {
    let mcp = json!({"mcpServers": {"unusable": {"command": "x", "env": {"K": "gAAAAABnotours"}}}});
    let site = Site::with_document(json!({"agent_settings": {"mcp_config": mcp}}).to_string());
    let server = super::start_runner_on(site);
    put(&server, "disabled", &json!({"command": "x", "enabled": false}));
    server.put(item("unapproved")).key(WRITER).json(&program(&[])).send().expect_success();
    for (name, word) in
        [("disabled", "not enabled"), ("unapproved", "`no-approval`"), ("unusable", "can't be used")]
    {
        let problem = call(&server, name, "pid").send().expect_problem(409, "not-runnable").json();
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(word)), "{problem}");
        server.post(format!("{}/probe", place(name))).send().expect_problem(409, "not-runnable");
    }
    let problem = call(&server, "unusable", "pid").send().json();
    assert_eq!(problem["fault"]["kind"], "resolution", "{problem}");
    assert!(
        problem["fault"]["message"].as_str().is_some_and(|message| message.contains("/env/K")),
        "{problem}"
    );
    let state = |name: &str| {
        let instance = super::shown(&server, name);
        (instance["state"].clone(), instance["reason"].clone(), instance["attention"].clone())
    };
    assert_eq!(state("disabled"), (json!("disabled"), json!(null), json!("none")));
    assert_eq!(state("unapproved"), (json!("unapproved"), json!("no-approval"), json!("approve")));
    assert_eq!(state("unusable"), (json!("error"), json!(null), json!("fix")));
    // A restart starts none of them.
    for name in ["disabled", "unapproved", "unusable"] {
        once_a_second(&server, name, "restart").expect(200);
    }
    assert!(running(&server).is_empty());
    // What is changed after an approval is not what was approved.
    put(&server, "unapproved", &program(&["approved"]));
    text_of(call(&server, "unapproved", "pid"));
    server.patch(item("unapproved")).key(WRITER).json(&json!({"cwd": "/"})).send().expect(200);
    let problem = call(&server, "unapproved", "pid").send().expect_problem(409, "not-runnable").json();
    assert!(
        problem["detail"].as_str().is_some_and(|detail| detail.contains("`launch-changed`")),
        "{problem}"
    );
    super::until_nothing_runs(&server);
    stop(server);
}

#[test]
fn not_runnable_where_the_service_runs_nothing() {
    let server = super::builder(Site::new()).env("MCP_SETTINGS_RUN", "off").start();
    server.get(format!("{}/approval", place("a"))).key(RUNNER).send().expect_problem(404, "unknown-server");
    put(&server, "a", &program(&[]));
    let problem = call(&server, "a", "pid").send().expect_problem(409, "not-runnable").json();
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("`run-off`")), "{problem}");
    let instance = super::shown(&server, "a");
    assert_eq!((&instance["state"], &instance["reason"]), (&json!("unapproved"), &json!("run-off")));
    assert!(running(&server).is_empty());
    stop(server);
}

#[test]
fn not_running_where_there_is_nothing_to_probe() {
    let server = start();
    put(&server, "a", &program(&[]));
    server.post(format!("{}/probe", place("a"))).key(WRITER).send().expect_problem(409, "not-running");
    assert!(running(&server).is_empty());
    stop(server);
}

#[test]
fn instance_failed_names_the_fault_and_when_to_try_again() {
    let server = start();
    put(&server, "a", &program(&["exit", "say=no database"]));
    for _ in 0..2 {
        let answer = call(&server, "a", "pid").send().expect_problem(503, "instance-failed");
        let wait: u64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("a number");
        assert!((28..=33).contains(&wait), "{wait}");
        let fault = &answer.json()["fault"];
        assert_eq!(fault["kind"], "exited");
        assert!(fault["message"].as_str().is_some_and(|message| message.contains("no database")), "{fault}");
    }
    stop(server);
}

#[test]
fn instance_starting_after_25_seconds_and_the_start_goes_on() {
    let server = start();
    put(&server, "a", &program(&["slow=32"]));
    let mut connection = Connection::open(server.address()).expect("it listens");
    connection.wait_at_most(Duration::from_secs(40)).expect("it is open");
    let began = Instant::now();
    let answer = connection.send(call(&server, "a", "pid")).expect("an answer");
    let answer = answer.expect_problem(503, "instance-starting");
    assert!((24..28).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(answer.header("retry-after").is_some());
    assert_eq!(once(&server, "a", "starting")["retry"], json!(null));
    assert_eq!(once(&server, "a", "running")["restarts"], 0);
    text_of(call(&server, "a", "pid"));
    stop(server);
}

#[test]
fn server_fault_is_a_bad_gateway_or_a_gateway_timeout() {
    let server = start();
    let mut config = program(&[]);
    config["timeout"] = json!(1);
    put(&server, "a", &config);
    let answer = call(&server, "a", "refuse").send().expect_problem(502, "server-fault").json();
    assert_eq!(answer["fault"], json!({"kind": "json_rpc", "message": "token is required"}));
    let began = Instant::now();
    let answer = call(&server, "a", "hang").send().expect_problem(504, "server-fault").json();
    assert_eq!(answer["fault"]["kind"], "timeout");
    assert!((1..4).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    // A tool that says of itself that it failed has answered.
    let answer = call(&server, "a", "fail").send().expect(200).json();
    assert_eq!(answer["result"]["isError"], true);
    assert_eq!(answer["result"]["content"][0]["text"], "token is required");
    let instance = counted(&server, "a", 3);
    assert_eq!((&instance["calls"], &instance["failed_calls"]), (&json!(3), &json!(3)));
    stop(server);
}

#[test]
fn tool_not_allowed_and_nothing_is_started() {
    let server = start();
    put(&server, "a", &program(&[]));
    for tools in [json!({"deny": ["pid"]}), json!({"allow": ["env"]}), json!({"allow": []})] {
        set_policy(&server, "a", &json!({"tools": tools}));
        call(&server, "a", "pid").send().expect_problem(403, "tool-not-allowed");
    }
    assert!(running(&server).is_empty());
    set_policy(&server, "a", &json!({"tools": {"allow": ["pid"]}}));
    text_of(call(&server, "a", "pid"));
    stop(server);
}

#[test]
fn too_often_within_a_second() {
    let server = start();
    put(&server, "a", &program(&[]));
    put(&server, "b", &program(&[]));
    text_of(call(&server, "a", "pid"));
    let probe = |name: &str| server.post(format!("{}/probe", place(name))).key(WRITER).send();
    let restart = |name: &str| server.post(format!("{}/restart", place(name))).key(WRITER).send();
    probe("a").expect(200);
    assert!(probe("a").expect_problem(429, "too-often").header("retry-after").is_some());
    // Each that is asked for has a pace of its own.
    restart("a").expect(200);
    assert!(restart("a").expect_problem(429, "too-often").header("retry-after").is_some());
    // Each server has a pace of its own.
    probe("b").expect_problem(409, "not-running");
    std::thread::sleep(Duration::from_millis(1_050));
    restart("a").expect(200);
    stop(server);
}

#[test]
fn unknown_server_on_every_route() {
    let server = start();
    let requests = [
        server.get(place("z")),
        server.post(format!("{}/probe", place("z"))).key(WRITER),
        server.post(format!("{}/restart", place("z"))).key(WRITER),
        server.get(format!("{}/log", place("z"))).key(RUNNER),
        server.get(format!("{}/log?follow=true", place("z"))).key(RUNNER),
        call(&server, "z", "pid"),
    ];
    for request in requests {
        request.send().expect_problem(404, "unknown-server");
    }
    stop(server);
}

#[test]
fn insufficient_scope_on_every_route() {
    let server = start();
    put(&server, "a", &program(&[]));
    let body = json!({});
    let tool = format!("{}/tools/pid/call", place("a"));
    let requests = [
        (server.get(place("a")).key(USER), "read"),
        (server.get("/api/instances").key(USER), "read"),
        (server.post(format!("{}/probe", place("a"))).key(READER), "write"),
        (server.post(format!("{}/restart", place("a"))).key(READER), "write"),
        (server.post(&tool).key(WRITER).json(&body), "use"),
        (server.post(&tool).key(RUNNER).json(&body), "use"),
        (server.get(format!("{}/log", place("a"))).key(WRITER), "run"),
    ];
    for (request, scope) in requests {
        let answer = request.send().expect_problem(403, "insufficient-scope").json();
        assert_eq!(answer["required_scope"], scope, "{answer}");
    }
    assert!(running(&server).is_empty());
    server.get(place("a")).anonymous().send().expect(401);
    server.post(&tool).key(ADMIN).json(&body).send().expect(200);
    stop(server);
}

#[test]
fn malformed_bodies_of_calls_are_named() {
    let server = start();
    put(&server, "a", &program(&[]));
    let tool = format!("{}/tools/pid/call", place("a"));
    for (body, pointer) in [(json!({"arguments": []}), "/arguments"), (json!({"x": 1}), "/x")] {
        let answer = server.post(&tool).key(ALL).json(&body).send().expect_problem(422, "malformed-body");
        assert_eq!(answer.error_pointers(), [pointer]);
    }
    assert!(running(&server).is_empty());
    stop(server);
}
