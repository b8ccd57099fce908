//! Health checks by a tool: through the instance that calls go through, with the server's own reason (C1 to C7).

use std::time::Instant;

use serde_json::{Value, json};

use super::{
    ALL, CANARY, call, checked_by, counted, once, place, probe, program, put, script, set_policy, shown,
    start, started, starts, stop, text_of, with_env,
};
use crate::server::TestServer;

/// A server that runs and whose health this tool says.
fn checked(config: &Value, tool: &str) -> TestServer {
    let server = start();
    put(&server, "a", config);
    text_of(call(&server, "a", "pid"));
    // The first comes by itself within five seconds, the next after a minute unless it is asked for.
    probe(&server, "a");
    set_policy(&server, "a", &checked_by(tool));
    server
}

/// Probes with this tool: it fails with this kind.
#[track_caller]
fn fails_with(tool: &str, kind: &str) -> Value {
    let server = checked(&program(&[]), tool);
    let reading = probe(&server, "a");
    assert_eq!((&reading["ok"], &reading["fault"]["kind"]), (&json!(false), &json!(kind)), "{reading}");
    stop(server);
    reading
}

#[test]
fn c1_a_server_may_have_a_health_check_with_its_own_times() {
    let server = start();
    put(&server, "a", &program(&[]));
    let place = format!("{}/policy", place("a"));
    let example = json!({
        "tool": "get_me", "arguments": {}, "interval_seconds": 60, "timeout_seconds": 10, "failure_threshold": 3,
    });
    set_policy(&server, "a", &json!({"health_check": {"tool": "get_me"}}));
    assert_eq!(
        server.get(&place).send().expect(200).json()["policy"]["health_check"],
        example,
        "the defaults"
    );
    set_policy(&server, "a", &json!({"health_check": example}));
    assert_eq!(server.get(&place).send().expect(200).json()["policy"]["health_check"], example);
    for (member, wrong) in [
        ("interval_seconds", json!(9)),
        ("interval_seconds", json!(86_401)),
        ("timeout_seconds", json!(0)),
        ("timeout_seconds", json!(61)),
        ("failure_threshold", json!(0)),
        ("failure_threshold", json!(11)),
        ("arguments", json!([])),
        ("tool", json!(7)),
        ("retries", json!(1)),
    ] {
        let mut check = example.clone();
        check[member] = wrong;
        let answer = server.put(&place).key(ALL).json(&json!({"health_check": check})).send();
        let pointers = answer.expect_problem(422, "invalid-policy").error_pointers();
        assert_eq!(pointers, [format!("/health_check/{member}")]);
    }
}

#[test]
fn c2_ten_probes_go_through_the_instance_of_the_calls() {
    let server = start();
    put(&server, "a", &program(&[&starts(&server)]));
    set_policy(&server, "a", &checked_by("pid"));
    let pid = text_of(call(&server, "a", "pid"));
    for _ in 0..10 {
        assert_eq!(probe(&server, "a")["ok"], true);
    }
    assert_eq!(started(&server), std::slice::from_ref(&pid));
    assert_eq!(text_of(call(&server, "a", "pid")), pid);
    let served: u32 = text_of(call(&server, "a", "calls")).parse().expect("a number");
    assert!(12 <= served, "{served}: the probes came to it");
    let instance = counted(&server, "a", 3);
    assert_eq!((&instance["restarts"], &instance["calls"]), (&json!(0), &json!(3)), "probes are no calls");
    stop(server);
}

#[test]
fn c3_a_program_that_is_of_no_package_is_probed_as_any_other() {
    let server = checked(&json!({"command": script("instance.py")}), "pid");
    assert_eq!(probe(&server, "a")["health"]["status"], "healthy");
    set_policy(&server, "a", &json!({}));
    assert_eq!(probe(&server, "a")["ok"], true);
    stop(server);
}

#[test]
fn c4_an_error_of_json_rpc_is_a_failure() {
    assert_eq!(fails_with("refuse", "json_rpc")["fault"]["message"], "token is required");
}

#[test]
fn c4_a_result_that_says_so_is_a_failure() {
    assert_eq!(fails_with("fail", "tool_error")["fault"]["message"], "token is required");
}

#[test]
fn c4_a_connection_that_ends_is_a_failure() {
    fails_with("leave", "exited");
}

#[test]
fn c4_a_deadline_that_passes_is_a_failure() {
    fails_with("hang", "timeout");
}

#[test]
fn c5_a_probe_returns_at_its_deadline_although_the_server_never_answers() {
    let server = checked(&program(&[]), "hang");
    let began = Instant::now();
    let reading = probe(&server, "a");
    let took = began.elapsed().as_millis();
    assert!((800..2_500).contains(&took), "{took} ms");
    let ms = reading["ms"].as_u64().expect("a number");
    assert!((1_000..1_500).contains(&ms), "{ms} ms");
    assert_eq!(once(&server, "a", "running")["health"]["status"], "unhealthy", "it is not ended for it");
    stop(server);
}

#[test]
fn c6_the_reason_is_the_servers_own_without_its_secrets() {
    let server = checked(&with_env(program(&[]), json!({"TOKEN": "${MCP_SECRET_GOOD}"})), "leak");
    let reading = probe(&server, "a");
    assert_eq!(reading["fault"]["message"], "token is required, not ***");
    let instance = shown(&server, "a");
    assert_eq!(instance["health"]["fault"]["message"], "token is required, not ***");
    let events = instance["events"].as_array().expect("events");
    assert_eq!(events.last().expect("one")["fault"]["message"], "token is required, not ***");
    assert!(!instance.to_string().contains(CANARY));
    stop(server);
}

#[test]
fn c7_a_server_that_lists_its_tools_and_refuses_its_token_is_unhealthy() {
    let server = start();
    put(&server, "a", &with_env(program(&[]), json!({"TOKEN": ""})));
    text_of(call(&server, "a", "pid"));
    assert_eq!(probe(&server, "a")["health"]["status"], "healthy", "its list works");
    set_policy(&server, "a", &checked_by("whoami"));
    let reading = probe(&server, "a");
    assert_eq!(reading["health"]["status"], "unhealthy", "{reading}");
    assert_eq!(reading["fault"]["message"], "token is required");
    let instance = shown(&server, "a");
    assert_eq!((&instance["health"]["status"], &instance["attention"]), (&json!("unhealthy"), &json!("fix")));
    // With a token it is not.
    put(&server, "a", &with_env(program(&[]), json!({"TOKEN": "${MCP_SECRET_GOOD}"})));
    text_of(call(&server, "a", "pid"));
    assert_eq!(probe(&server, "a")["health"]["status"], "healthy");
    stop(server);
}
