//! Counters, measures and gauges move as requests are answered, changes committed, servers started, probed and called, and
//! streams opened.

use std::time::Duration;

use serde_json::json;

use super::exposition::Exposition;
use super::scrape;
use crate::running::{
    EDITOR, Mark, OPERATOR, builder, place, program, put, request, run_always, shown, start_runner, within,
};
use crate::server::{SERVERS, TestServer, eventually, item};
use crate::site::Site;
use crate::stream::{EVENTS, Stream};
use crate::wire::Connection;

/// A series, by its name and labels, and by how much it is to grow.
type Growth<'a> = (&'a str, &'a [(&'a str, &'a str)], f64);

/// By how much a series has grown; one that was not there was 0.
fn growth(before: &Exposition, after: &Exposition, name: &str, labels: &[(&str, &str)]) -> f64 {
    let value = |read: &Exposition| read.value(name, labels).unwrap_or(0.0);
    value(after) - value(before)
}

#[track_caller]
fn grows(server: &TestServer, what: impl FnOnce(), expected: &[Growth]) {
    let before = scrape(server);
    what();
    let after = scrape(server);
    for (name, labels, by) in expected {
        assert_eq!(growth(&before, &after, name, labels), *by, "{name} {labels:?}");
    }
}

const REQUESTS: &str = "mcp_settings_http_requests_total";
const COMMITS: &str = "mcp_settings_commits_total";
const STARTS: &str = "mcp_settings_start_duration_seconds_count";
const CALLS: &str = "mcp_settings_tool_call_duration_seconds_count";
const REFUSED: &str = "mcp_settings_tool_calls_refused_total";
const PROBES: &str = "mcp_settings_probe_duration_seconds_count";

#[test]
fn requests_are_counted_by_method_route_and_class_of_the_status() {
    let server = builder(Site::new()).start();
    let get = |target: &str| server.get(target).key(OPERATOR);
    let of = |method, route, status| [("method", method), ("route", route), ("status", status)];
    let template = "/api/settings/mcp-servers/{name}";
    grows(
        &server,
        || {
            for _ in 0..3 {
                get("/health").send().expect(200);
            }
            server.request("HEAD", "/health").send().expect(200);
            get(&item("nobody-has-this-name")).send().expect(404);
            get(&item("a")).anonymous().send().expect(401);
            get("/nowhere").send().expect(404);
            get(SERVERS).header("Host", "evil.example").send().expect(403);
            server.request("BREW", "/health").send().expect(405);
            server.put(item("a")).key(OPERATOR).json(&json!({"command": "x"})).send().expect(201);
        },
        &[
            (REQUESTS, &of("GET", "/health", "2xx"), 3.0),
            (
                "mcp_settings_http_request_duration_seconds_count",
                &[("method", "GET"), ("route", "/health")],
                3.0,
            ),
            (REQUESTS, &of("HEAD", "/health", "2xx"), 1.0),
            (REQUESTS, &of("GET", template, "4xx"), 2.0),
            (REQUESTS, &of("GET", "-", "4xx"), 1.0),
            (REQUESTS, &of("GET", SERVERS, "4xx"), 1.0),
            (REQUESTS, &of("other", "/health", "4xx"), 1.0),
            (REQUESTS, &of("PUT", template, "2xx"), 1.0),
            // The first of the two.
            (REQUESTS, &of("GET", "/metrics", "2xx"), 1.0),
        ],
    );
}

#[test]
fn commits_are_counted_by_what_came_of_them() {
    for is_in_memory in [false, true] {
        let builder = builder(Site::new());
        let server = if is_in_memory { builder.in_memory() } else { builder }.start();
        let put = |command: &str| server.put(item("a")).key(EDITOR).json(&json!({"command": command}));
        let waits = if is_in_memory { 0.0 } else { 1.0 };
        let check = |what: &dyn Fn(), written: f64, unchanged: f64| {
            grows(
                &server,
                what,
                &[
                    (COMMITS, &[("outcome", "written")], written),
                    (COMMITS, &[("outcome", "unchanged")], unchanged),
                    (COMMITS, &[("outcome", "failed")], 0.0),
                    ("mcp_settings_commit_changes_total", &[], 1.0),
                    ("mcp_settings_commit_duration_seconds_count", &[], 1.0),
                    ("mcp_settings_lock_wait_seconds_count", &[], waits),
                ],
            );
        };
        check(&|| drop(put("x").send().expect(201)), 1.0, 0.0);
        check(&|| drop(put("x").send().expect(200)), 0.0, 1.0);
        check(&|| drop(put("y").if_match("\"stale\"").send().expect(412)), 0.0, 1.0);
    }
}

#[test]
fn a_commit_that_fails_is_counted() {
    let server = builder(Site::with_document("garbage")).start();
    let put = server.put(item("a")).key(EDITOR).json(&json!({"command": "x"}));
    grows(
        &server,
        || drop(put.send().expect(409)),
        &[
            (COMMITS, &[("outcome", "failed")], 1.0),
            (COMMITS, &[("outcome", "written")], 0.0),
            ("mcp_settings_commit_changes_total", &[], 1.0),
        ],
    );
}

#[test]
fn a_wait_for_the_lock_is_measured() {
    let server = builder(Site::new()).start();
    server.put(item("a")).key(EDITOR).json(&json!({"command": "x"})).send().expect(201);
    let lock = std::fs::File::open(server.lock_path()).expect("the service made it");
    lock.lock().expect("nobody has it");
    let before = scrape(&server);
    std::thread::scope(|scope| {
        let put = server.put(item("a")).key(EDITOR).json(&json!({"command": "y"}));
        let writer = scope.spawn(|| put.send().expect(200));
        std::thread::sleep(Duration::from_secs(1));
        lock.unlock().expect("it is ours");
        writer.join().expect("it does not panic");
    });
    let after = scrape(&server);
    let waited = growth(&before, &after, "mcp_settings_lock_wait_seconds_sum", &[]);
    assert!((0.1..20.0).contains(&waited), "{waited}");
    let short = growth(&before, &after, "mcp_settings_lock_wait_seconds_bucket", &[("le", "0.1")]);
    assert_eq!(short, 0.0);
}

#[test]
fn starts_probes_and_calls_are_counted_by_what_came_of_them() {
    let (server, mark) = (start_runner(builder(Site::new())), Mark::new());
    let call = |name: &str| request(&server, "POST", place(name, "/tools/t/call")).json(&json!({}));
    let outcome = |word| [("outcome", word)];
    put(&server, "plain", &mark.protocol("plain", "plain"));
    grows(
        &server,
        || drop(call("plain").send().expect(200)),
        &[(STARTS, &outcome("ok"), 1.0), (CALLS, &outcome("ok"), 1.0), (PROBES, &outcome("json_rpc"), 0.0)],
    );
    grows(
        &server,
        || drop(request(&server, "POST", place("plain", "/probe")).send().expect(200)),
        &[(STARTS, &outcome("ok"), 0.0), (CALLS, &outcome("ok"), 0.0)],
    );
    assert!(scrape(&server).value(PROBES, &outcome("ok")).is_some_and(|probes| 1.0 <= probes));
    assert_eq!(scrape(&server).value("mcp_settings_instance_up", &[("server", "plain")]), Some(1.0));

    for (word, status, kind) in [("failed", 200, "tool_error"), ("error", 502, "json_rpc")] {
        put(&server, word, &mark.protocol(word, word));
        grows(
            &server,
            || drop(call(word).send().expect(status)),
            &[(STARTS, &outcome("ok"), 1.0), (CALLS, &outcome(kind), 1.0), (CALLS, &outcome("ok"), 0.0)],
        );
    }

    put(&server, "absent", &json!({"command": "/nowhere/to-be-found"}));
    grows(
        &server,
        || drop(call("absent").send().expect_problem(503, "instance-failed")),
        &[
            (STARTS, &outcome("spawn"), 1.0),
            (CALLS, &outcome("ok"), 0.0),
            (REFUSED, &[("reason", "failed")], 1.0),
        ],
    );
    let failing = |name| scrape(&server).value("mcp_settings_instance_failing", &[("server", name)]);
    assert_eq!((failing("absent"), failing("plain")), (Some(1.0), Some(0.0)));

    server.put(item("new")).key(EDITOR).json(&json!({"command": "python3"})).send().expect(201);
    grows(
        &server,
        || drop(call("new").send().expect_problem(409, "not-runnable")),
        &[(REFUSED, &[("reason", "unapproved")], 1.0), (REFUSED, &[("reason", "gone")], 0.0)],
    );
    let states = scrape(&server);
    let in_state = |state| states.value("mcp_settings_instances_by_state", &[("state", state)]);
    assert_eq!(
        (in_state("running"), in_state("unapproved"), in_state("error")),
        (Some(3.0), Some(1.0), Some(1.0))
    );
    assert_eq!(states.value("mcp_settings_runner", &[]), Some(1.0));
    server.stop();
    mark.expect_gone(Duration::from_secs(20));
}

#[test]
fn a_failed_start_and_one_that_is_given_up_are_counted() {
    let (server, mark) = (start_runner(builder(Site::new())), Mark::new());
    put(&server, "refuse", &mark.protocol("refuse", "refuse"));
    put(&server, "silent", &mark.protocol("silent", "silent"));
    run_always(&server, "refuse");
    let count = |outcome| scrape(&server).value(STARTS, &[("outcome", outcome)]).unwrap_or(0.0);
    eventually("the start has failed", || count("json_rpc") == 1.0);
    run_always(&server, "silent");
    eventually("it starts", || shown(&server, "silent")["state"] == "starting");
    request(&server, "DELETE", item("silent")).send().expect(204);
    within(Duration::from_secs(20), "the start is given up", || count("cancelled") == 1.0);
    assert_eq!(count("ok"), 0.0);
}

#[test]
fn a_call_whose_client_has_gone_is_counted() {
    let server = start_runner(builder(Site::new()));
    put(&server, "a", &json!({"command": "python3", "args": [program("instance.py")]}));
    let call =
        |tool: &str| request(&server, "POST", place("a", &format!("/tools/{tool}/call"))).json(&json!({}));
    call("pid").send().expect(200);
    let mut connection = Connection::open(server.address()).expect("it listens");
    connection.write(&call("hang").message()).expect("it reads");
    connection.wait_at_most(Duration::from_millis(300)).expect("it is open");
    assert!(connection.answer("POST").is_err(), "it answers");
    let count = |outcome| scrape(&server).value(CALLS, &[("outcome", outcome)]).unwrap_or(0.0);
    assert_eq!((count("ok"), count("cancelled")), (1.0, 0.0));
    drop(connection);
    eventually("it is given up", || count("cancelled") == 1.0);
    assert_eq!(count("ok"), 1.0);
}

#[test]
fn open_streams_are_counted_until_their_readers_are_gone() {
    let server = start_runner(builder(Site::new()));
    put(&server, "a", &json!({"command": "python3", "args": [program("instance.py")]}));
    let say = || {
        let said = json!({"arguments": {"text": "said"}});
        request(&server, "POST", place("a", "/tools/say/call")).json(&said).send().expect(200);
    };
    say();
    let open = |stream| scrape(&server).value("mcp_settings_streams", &[("stream", stream)]);
    assert_eq!((open("changes"), open("log")), (Some(0.0), Some(0.0)));
    let changes = server.get(EVENTS).key(OPERATOR);
    let log = server.get(place("a", "/log?follow=true")).key(OPERATOR);
    let [first, second, log] = [&changes, &changes, &log].map(|stream| {
        let opened = Stream::open(stream).expect("it listens");
        opened.unwrap_or_else(|refused| panic!("{}", refused.text()))
    });
    assert_eq!((open("changes"), open("log")), (Some(2.0), Some(1.0)));
    drop((first, log));
    // It is noticed when something is written to them.
    let mut number = 0;
    eventually("they are gone", || {
        number += 1;
        server
            .put(item("b"))
            .key(EDITOR)
            .json(&json!({"command": number.to_string()}))
            .send()
            .expect_success();
        say();
        (open("changes"), open("log")) == (Some(1.0), Some(0.0))
    });
    drop(second);
}
