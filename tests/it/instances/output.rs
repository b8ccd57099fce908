//! What programs write to stderr, and what the stream of events says of instances.

use serde_json::{Value, json};

use super::{
    ALL, Blocks, CANARY, READER, REVEALER, RUNNER, USER, WRITER, call, call_with, once_seen, place, program,
    put, running, start, stop, text_of, with_env,
};
use crate::server::{ADMIN, eventually, item};
use crate::stream::EVENTS;

fn log_of(name: &str) -> String {
    format!("{}/log", place(name))
}

/// The texts of the lines.
fn texts(log: &Value) -> Vec<&str> {
    let lines = log["lines"].as_array().expect("lines").iter();
    lines.map(|line| line["text"].as_str().expect("a text")).collect()
}

#[test]
fn the_log_is_for_who_may_run_or_reveal() {
    let server = start();
    put(&server, "a", &program(&["say=listening"]));
    assert_eq!(server.get(log_of("a")).key(RUNNER).send().expect(200).json(), json!({"lines": []}));
    assert!(running(&server).is_empty(), "to read it starts nothing");
    text_of(call(&server, "a", "pid"));
    eventually("the line is read", || {
        texts(&server.get(log_of("a")).key(RUNNER).send().expect(200).json()) == ["listening"]
    });
    for key in [RUNNER, REVEALER, ADMIN, ALL] {
        let answer = server.get(log_of("a")).key(key).send().expect(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(texts(&answer.json()), ["listening"]);
    }
    for key in [READER, WRITER, USER] {
        for target in [log_of("a"), format!("{}?follow=true", log_of("a"))] {
            let answer = server.get(target).key(key).send().expect_problem(403, "insufficient-scope");
            assert_eq!(answer.json()["required_scope"], "run");
        }
    }
    stop(server);
}

#[test]
fn the_log_can_be_followed() {
    let server = start();
    put(&server, "a", &with_env(program(&["say=first"]), json!({"TOKEN": "${MCP_SECRET_GOOD}"})));
    text_of(call(&server, "a", "pid"));
    let say = |text: &str| {
        call_with(&server, "a", "say", &json!({"text": text})).send().expect(200);
    };
    let mut lines = Blocks::open(&server.get(format!("{}?follow=true", log_of("a"))).key(RUNNER));
    say("second");
    say(&format!("the third is {CANARY}"));
    for text in ["first", "second", "the third is ***"] {
        let (name, line) = lines.next();
        assert_eq!((&*name, &line["text"]), ("line", &json!(text)));
        assert!(line["at_ms"].as_i64().is_some_and(|at| 1_700_000_000_000 < at), "{line}");
    }
    assert_eq!(texts(&server.get(log_of("a")).key(RUNNER).send().json()).len(), 3);
    stop(server);
}

#[test]
fn a_head_of_the_log_has_no_body() {
    let server = start();
    put(&server, "a", &program(&["say=listening"]));
    text_of(call(&server, "a", "pid"));
    let get = server.get(log_of("a")).key(RUNNER).send().expect(200);
    let head = server.request("HEAD", log_of("a")).key(RUNNER).send().expect(200);
    assert_eq!((head.header("content-type"), head.text().as_str()), (get.header("content-type"), ""));
    let head = server.request("HEAD", format!("{}?follow=true", log_of("a"))).key(RUNNER).send().expect(200);
    assert_eq!((head.header("content-type"), head.text().as_str()), (Some("text/event-stream"), ""));
    server.request("HEAD", log_of("a")).key(READER).send().expect(403);
    stop(server);
}

#[test]
fn what_was_written_is_still_there_when_the_program_has_ended() {
    let server = start();
    put(&server, "a", &program(&["exit", "say=no database"]));
    call(&server, "a", "pid").send().expect_problem(503, "instance-failed");
    assert_eq!(texts(&server.get(log_of("a")).key(RUNNER).send().expect(200).json()), ["no database"]);
    stop(server);
}

#[test]
fn the_stream_says_first_how_all_are_and_then_what_differs() {
    let server = start();
    put(&server, "a", &with_env(program(&["say=hello"]), json!({"TOKEN": "${MCP_SECRET_GOOD}"})));
    put(&server, "b", &program(&["exit", "say=no database"]));
    put(&server, "c", &json!({"command": "x", "enabled": false}));
    for name in ["a", "b", "c"] {
        once_seen(&server, name);
    }
    let mut events = Blocks::open(&server.get(EVENTS).key(READER));
    assert_eq!(events.next().0, "opened");
    let (name, first) = events.next();
    assert_eq!((&*name, &first["runner"]), ("instances", &json!(true)));
    let states = |event: &Value| -> Vec<(String, String)> {
        let all = event["instances"].as_array().expect("instances").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        all.map(|instance| (text(&instance["name"]), text(&instance["state"]))).collect()
    };
    let pair = |name: &str, state: &str| (name.to_owned(), state.to_owned());
    assert_eq!(states(&first), [pair("a", "idle"), pair("b", "idle"), pair("c", "disabled")]);
    let members: Vec<&String> = first["instances"][0].as_object().expect("an object").keys().collect();
    let expected = [
        "name",
        "state",
        "reason",
        "since_ms",
        "attention",
        "health",
        "health_since_ms",
        "generation",
        "approved",
        "drift",
        "next_retry_at_ms",
    ];
    assert!(members.iter().all(|member| expected.contains(&member.as_str())), "{members:?}");
    // Only what differs follows.
    call(&server, "b", "pid").send().expect_problem(503, "instance-failed");
    let mut texts = first.to_string();
    let mut last = json!(null);
    while last["state"] != "error" {
        let (name, event) = events.next();
        assert_eq!(name, "instances");
        assert!(states(&event).iter().all(|(name, _)| name == "b"), "{event}");
        texts += &event.to_string();
        last = event["instances"][0].clone();
    }
    assert_eq!((&last["health"], &last["attention"]), (&json!("unhealthy"), &json!("retry")));
    assert!(last["next_retry_at_ms"].is_i64(), "{last}");
    call(&server, "a", "leak").send().expect_problem(502, "server-fault");
    loop {
        let (_, event) = events.next();
        texts += &event.to_string();
        if states(&event).contains(&pair("a", "running")) {
            break;
        }
    }
    for text in ["hello", "no database", "token is required", CANARY, "instance\",\"version"] {
        assert!(!texts.contains(text), "{text}: the stream says nothing of a server's own");
    }
    stop(server);
}

#[test]
fn the_stream_says_that_a_server_is_disabled_and_that_it_ended() {
    let server = start();
    put(&server, "a", &program(&[]));
    text_of(call(&server, "a", "pid"));
    let mut events = Blocks::open(&server.get(EVENTS).key(READER));
    assert_eq!(events.next().0, "opened");
    assert_eq!(events.next().1["instances"][0]["state"], "running");
    server.patch(item("a")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    let mut seen = Vec::new();
    eventually("it is said to be disabled", || {
        let (name, event) = events.next();
        seen.push(name.clone());
        name == "instances" && event["instances"][0]["state"] == "disabled"
    });
    assert!(seen.iter().any(|name| name == "server"), "{seen:?}");
    assert!(running(&server).is_empty());
    stop(server);
}
