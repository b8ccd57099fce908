//! A test by name alone goes through the live instance, as probes and calls do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{TEST, answer, fails, failure, is_consistent, passed, test};
use crate::instances::{
    ALL, RUNNER, USER, call, once, place, program, put, running, set_policy, start, start_on,
    start_runner_on, started, starts, stop, text_of, with_env,
};
use crate::server::{READER, TestServer, WRITER, eventually, item};
use crate::sessions::web::{Web, usual};
use crate::site::Site;

/// What a test of the stored server `a` comes to.
#[track_caller]
fn tested(server: &TestServer) -> Value {
    answer(test(server, &json!({"name": "a"}))).expect(200).json()
}

#[track_caller]
fn tested_with(server: &TestServer, tool: &str) -> Value {
    answer(test(server, &json!({"name": "a", "call_tool": {"name": tool}}))).expect(200).json()
}

#[test]
fn it_is_the_live_instance_which_is_started_where_it_does_not_run() {
    let server = start();
    put(&server, "a", &program(&[&starts(&server), "say=ready", "slow=1"]));
    let first = tested(&server);
    is_consistent(&first);
    assert_eq!(passed(&first), ["resolve", "spawn", "initialize", "list_tools"]);
    assert_eq!((&first["server"]["name"], &first["stderr"]), (&json!("instance"), &json!("ready")));
    let pid = text_of(call(&server, "a", "pid"));
    assert_eq!(started(&server).join(" "), pid);
    let second = tested_with(&server, "pid");
    assert_eq!(second["result"]["content"][0]["text"], json!(pid));
    assert_eq!(passed(&second), ["resolve", "spawn", "initialize", "list_tools", "call_tool"]);
    assert_eq!(second["stages"][1], first["stages"][1], "those of the start are of the same start");
    assert_eq!((text_of(call(&server, "a", "pid")), started(&server).len()), (pid, 1));
    // A draft beside it is another one, and leaves it alone.
    let body = json!({"name": "a", "config": program(&[&starts(&server)]), "call_tool": {"name": "pid"}});
    let draft = answer(test(&server, &body)).expect(200).json();
    assert_eq!(started(&server).len(), 2);
    assert_eq!(draft["result"]["content"][0]["text"], json!(started(&server)[1]));
    assert_eq!(text_of(call(&server, "a", "pid")), started(&server)[0]);
    stop(server);
}

/// As a probe sees it; beside that it is said that its tools are not known.
#[test]
fn one_whose_list_has_no_end_works_and_that_is_said() {
    let server = start();
    put(&server, "a", &program(&["cursor"]));
    let tested = tested(&server);
    let last = tested["stages"].as_array().and_then(|stages| stages.last()).expect("a stage");
    assert_eq!((&tested["ok"], &tested["tools"]), (&json!(true), &Value::Null), "{tested}");
    assert!(last["message"].as_str().is_some_and(|message| message.contains("whole list")), "{tested}");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_have_it_started() {
    let web = Web::serve(usual).await;
    let server = start();
    put(&server, "a", &program(&[&starts(&server)]));
    put(&server, "free", &json!({"url": web.url()}));
    put(
        &server,
        "bound",
        &json!({"url": format!("{}?x=1", web.url()), "headers": {"X": "${MCP_SECRET_GOOD}"}}),
    );
    let test = |name: &str, key: &str| answer(server.post(TEST).key(key).json(&json!({"name": name})));
    for name in ["a", "bound"] {
        let refused = test(name, WRITER).expect_problem(403, "insufficient-scope").json();
        assert_eq!(refused["required_scope"], "run", "{refused}");
        for key in [READER, USER] {
            test(name, key).expect_problem(403, "insufficient-scope");
        }
    }
    assert_eq!((started(&server).len(), web.connections()), (0, 0));
    assert_eq!(test("free", WRITER).expect(200).json()["ok"], true);
    for name in ["a", "bound"] {
        for key in [RUNNER, WRITER] {
            assert_eq!(test(name, key).expect(200).json()["ok"], true, "{name}");
        }
    }
    assert_eq!(started(&server).len(), 1);
    let call = json!({"name": "a", "call_tool": {"name": "pid"}});
    for key in [RUNNER, WRITER] {
        let refused = server.post(TEST).key(key).json(&call).send().expect_problem(403, "insufficient-scope");
        assert_eq!(refused.json()["required_scope"], "use");
    }
    stop(server);
}

#[test]
fn what_may_not_run_is_not_tested() {
    let site = Arc::new(Site::new());
    let server = start_runner_on(Arc::clone(&site));
    put(&server, "off", &json!({"command": "x", "enabled": false}));
    server.put(item("unapproved")).key(WRITER).json(&program(&[&starts(&server)])).send().expect_success();
    put(&server, "a", &program(&[]));
    for (name, word) in [("off", "not enabled"), ("unapproved", "`no-approval`")] {
        let problem = test(&server, &json!({"name": name})).send().expect_problem(409, "not-runnable").json();
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(word)), "{problem}");
    }
    test(&server, &json!({"name": "nobody"})).send().expect_problem(404, "unknown-server");
    // As a draft it can be tried before it is enabled.
    let draft = json!({"name": "off", "config": {"enabled": false, "command": program(&[])["command"], "args": program(&[])["args"]}});
    assert_eq!(answer(test(&server, &draft)).expect(200).json()["ok"], true);
    let other = start_on(site);
    for body in [json!({"name": "a"}), json!({"config": program(&[])})] {
        let refused = test(&other, &body).send().expect_problem(503, "not-the-runner");
        assert!(refused.header("retry-after").is_some());
    }
    assert_eq!(started(&server).len(), 0);
    assert_eq!(other.stop().code, Some(0));
    stop(server);
}

#[test]
fn a_start_that_failed_is_reported_by_its_stages_and_is_not_made_again() {
    let server = start();
    let with = |words: &[&str]| program(&[&[&*starts(&server)][..], words].concat());
    for (config, stage, kind, message) in [
        (
            with_env(with(&[]), json!({"TOKEN": "${MCP_SECRET_ABSENT}"})),
            "resolve",
            "resolution",
            "MCP_SECRET_ABSENT",
        ),
        (with(&["exit", "say=no database"]), "initialize", "exited", "no database"),
        (json!({"command": "no-such-command-of-ours"}), "spawn", "spawn", "not found"),
        (with(&["mute"]), "initialize", "timeout", ""),
        (with(&["die", "say=bye"]), "list_tools", "exited", "status 3"),
        (json!({"command": "/no/such/command"}), "spawn", "spawn", ""),
        (json!({"url": "http://127.0.0.1:1/mcp"}), "connect", "connect", ""),
        (json!({"url": "http://169.254.169.254/mcp"}), "connect", "policy", ""),
    ] {
        put(&server, "a", &config);
        let seconds = if kind == "timeout" { 2 } else { 20 };
        set_policy(&server, "a", &json!({"start_timeout_seconds": seconds}));
        let first = tested(&server);
        fails(&first, stage, kind, message, "");
        let count = started(&server).len();
        let began = Instant::now();
        for _ in 0..2 {
            let again = tested(&server);
            fails(&again, stage, kind, message, "");
            assert_eq!((passed(&again), &again["stderr"]), (passed(&first), &first["stderr"]), "{config}");
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        assert_eq!((started(&server).len(), running(&server)), (count, Vec::new()), "{config}");
        // Each stage comes once.
        let stages: Vec<String> =
            first["stages"].as_array().expect("stages").iter().map(|own| own["stage"].to_string()).collect();
        assert!(stages.windows(2).all(|pair| pair[0] != pair[1]), "{stages:?}");
    }
    put(&server, "a", &program(&["say=no word of this"]));
    assert_eq!(tested(&server)["ok"], true, "what is repaired is started again");
    stop(server);
}

/// What is remembered of a start that an earlier process has made is its fault.
#[test]
fn so_it_is_after_a_restart_of_the_service() {
    for (config, stage, kind) in [
        (program(&["exit", "say=no database"]), "initialize", "exited"),
        (json!({"command": "no-such-command-of-ours"}), "spawn", "spawn"),
        (with_env(program(&[]), json!({"A": "${MCP_SECRET_ABSENT}"})), "resolve", "resolution"),
        (json!({"url": "http://127.0.0.1:1/mcp"}), "connect", "connect"),
    ] {
        let server = start();
        put(&server, "a", &config);
        assert_eq!(failure(&tested(&server)), (stage.to_owned(), kind.to_owned()));
        let site = server.site();
        stop(server);
        let server = start_on(site);
        eventually("it is known", || {
            let shown = crate::instances::shown(&server, "a");
            shown["state"] == "error" && shown["runner"] == true
        });
        let tested = tested(&server);
        assert_eq!(failure(&tested), (stage.to_owned(), kind.to_owned()), "{tested}");
        assert!(tested["stages"][0]["hint"].is_string(), "{tested}");
        stop(server);
    }
}

#[test]
fn a_call_in_a_test_keeps_to_the_run_policy() {
    let server = start();
    put(&server, "a", &program(&[]));
    assert_eq!(tested_with(&server, "calls")["result"]["content"][0]["text"], "1");
    for rules in [json!({"deny": ["calls"]}), json!({"allow": ["pid"]}), json!({"allow": []})] {
        set_policy(&server, "a", &json!({"tools": rules}));
        let refused = tested_with(&server, "calls");
        fails(&refused, "call_tool", "policy", "", "run policy");
        assert_eq!(refused["result"], Value::Null);
    }
    // A tool that nobody listed is not as it was accepted.
    set_policy(&server, "a", &json!({"tools": {"pinned": true}}));
    fails(&tested_with(&server, "hidden"), "call_tool", "policy", "", "run policy");
    assert_eq!(
        tested_with(&server, "calls")["result"]["content"][0]["text"],
        "2",
        "none of these has called"
    );
    fails(&tested_with(&server, "fail"), "call_tool", "tool_error", "token is required", "credentials");
    fails(&tested_with(&server, "leave"), "call_tool", "exited", "", "last lines");
    stop(server);
}

/// The route of the tests has a name that a server can have, too.
#[test]
fn a_server_that_is_called_test_is_read_called_and_tested() {
    let server = start();
    put(&server, "test", &program(&[]));
    let read =
        |path: &str| server.get(format!("{}{path}", place("test"))).key(READER).send().expect(200).json();
    assert_eq!(read("")["name"], "test");
    text_of(call(&server, "test", "pid"));
    once(&server, "test", "running");
    assert_eq!(read("/tools")["tools"][0]["name"], "pid");
    assert_eq!(crate::instances::probe(&server, "test")["ok"], true);
    assert_eq!(answer(test(&server, &json!({"name": "test"}))).expect(200).json()["ok"], true);
    assert_eq!(read("")["restarts"], 0);
    for (method, key) in [("PUT", ALL), ("DELETE", ALL), ("PATCH", ALL)] {
        let refused = server.request(method, TEST).key(key).json(&json!({})).send();
        assert_eq!(refused.status, 405, "{method}");
        assert_eq!(refused.list("allow"), ["get", "head", "post"]);
    }
    server.delete(item("test")).key(ALL).send().expect(204);
    server.get(place("test")).key(READER).send().expect_problem(404, "unknown-server");
    stop(server);
}
