//! The default probe, and faults that look the same to probes and calls (D1 to D4).

use serde_json::{Value, json};

use super::ALL;
use super::{
    call, checked_by, once, once_a_second, place, probe, program, put, set_policy, shown, start, stop,
    text_of,
};
use crate::server::{TestServer, WRITER, item};
use crate::sessions::web::{Reply, Request, Web, usual};

/// A service with a server at this address, which has been called.
fn called(web: &Web) -> TestServer {
    let server = start();
    put(&server, "a", &json!({"url": web.url(), "transport": "http"}));
    text_of(call(&server, "a", "x"));
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_without_a_health_check_the_list_of_tools_is_asked_for() {
    let web = Web::serve(usual).await;
    let server = called(&web);
    assert_eq!(once(&server, "a", "running")["state"], "running");
    let calls = web.count("tools/call");
    assert_eq!(probe(&server, "a")["health"]["status"], "healthy");
    assert!(1 <= web.count("tools/list"));
    assert_eq!((web.count("tools/call"), web.count("ping")), (calls, 0));
    assert_eq!(web.count("initialize"), 1, "through the session of the calls");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_nobody_asks_for_the_first_probe() {
    let web = Web::serve(usual).await;
    let server = called(&web);
    crate::server::eventually("it is probed", || shown(&server, "a")["health"]["status"] == "healthy");
    assert_eq!(web.count("tools/list"), 1);
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_a_server_without_tools_is_pinged() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "initialize" => Reply::result(
            request,
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "w", "version": "1"}}),
        ),
        _ => usual(request),
    })
    .await;
    let server = called(&web);
    assert_eq!(probe(&server, "a")["ok"], true);
    assert!(1 <= web.count("ping") && web.count("tools/list") == 0);
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn d2_a_health_check_replaces_the_default() {
    let web = Web::serve(usual).await;
    let server = start();
    put(&server, "a", &json!({"url": web.url(), "transport": "http"}));
    let policy = r#"{"health_check": {"tool": "get_me", "arguments": {"n": 1.50}}}"#;
    let policy = server.put(format!("{}/policy", place("a"))).key(ALL).body("application/json", policy);
    policy.send().expect(200);
    text_of(call(&server, "a", "x"));
    assert_eq!(probe(&server, "a")["ok"], true);
    let checks: Vec<_> =
        web.requests().into_iter().filter(|request| request.body.contains("get_me")).collect();
    assert!(!checks.is_empty());
    assert!(checks.iter().all(|check| check.body.contains("1.50")), "the arguments as they are");
    assert_eq!(web.count("tools/list"), 0);
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn d3_only_what_runs_is_probed() {
    let web = Web::serve(usual).await;
    let server = start();
    put(&server, "idle", &json!({"url": web.url()}));
    put(&server, "disabled", &json!({"url": web.url(), "enabled": false}));
    put(
        &server,
        "failed",
        &json!({"url": format!("{}?x=1", web.url()), "headers": {"X": "${MCP_SECRET_ABSENT}"}}),
    );
    set_policy(&server, "failed", &json!({"start": "always"}));
    once(&server, "failed", "error");
    for (name, slug) in [("idle", "not-running"), ("failed", "not-running"), ("disabled", "not-runnable")] {
        server.post(format!("{}/probe", place(name))).key(WRITER).send().expect_problem(409, slug);
    }
    assert_eq!(web.connections(), 0);
    // One that is stopped is not probed any longer.
    text_of(call(&server, "idle", "x"));
    server.patch(item("idle")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    once(&server, "idle", "disabled");
    let before = web.connections();
    once_a_second(&server, "idle", "probe").expect_problem(409, "not-runnable");
    std::thread::sleep(std::time::Duration::from_millis(5_500));
    assert_eq!(web.connections(), before, "the first probe would have come by now");
    stop(server);
}

/// The kind of the fault of a call.
#[track_caller]
fn kind_of_call(server: &TestServer, tool: &str) -> Value {
    let answer = call(server, "a", tool).send();
    let status = if matches!(tool, "hang") { 504 } else { 502 };
    answer.expect_problem(status, "server-fault").json()["fault"]["kind"].clone()
}

#[test]
fn d4_probe_and_call_see_the_same_fault() {
    for (tool, kind) in
        [("refuse", "json_rpc"), ("hang", "timeout"), ("leave", "exited"), ("large", "too_large")]
    {
        let server = start();
        let mut config = program(&[]);
        let mut policy = checked_by(tool);
        if kind == "timeout" {
            config["timeout"] = json!(1);
        } else {
            policy["health_check"]["timeout_seconds"] = json!(20);
        }
        put(&server, "a", &config);
        // It has answered once, so that to end is no failed start.
        text_of(call(&server, "a", "pid"));
        assert_eq!(kind_of_call(&server, tool), kind, "{tool}");
        // Where the call has ended the instance there is another one.
        text_of(call(&server, "a", "pid"));
        // The first comes by itself within five seconds, the next after a minute unless it is asked for.
        probe(&server, "a");
        set_policy(&server, "a", &policy);
        let reading = probe(&server, "a");
        assert_eq!(
            (&reading["ok"], &reading["fault"]["kind"]),
            (&json!(false), &json!(kind)),
            "{tool}: {reading}"
        );
        stop(server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_so_they_do_over_http() {
    for (status, kind) in [(401, "auth"), (403, "auth"), (500, "http_status"), (429, "http_status")] {
        let web =
            Web::serve(
                move |request: &Request| {
                    if request.body.contains("\"x\"") { Reply::status(status) } else { usual(request) }
                },
            )
            .await;
        let server = start();
        put(&server, "a", &json!({"url": web.url(), "transport": "http"}));
        set_policy(&server, "a", &checked_by("x"));
        text_of(call(&server, "a", "y"));
        assert_eq!(kind_of_call(&server, "x"), kind, "{status}");
        let reading = probe(&server, "a");
        assert_eq!(
            (&reading["ok"], &reading["fault"]["kind"]),
            (&json!(false), &json!(kind)),
            "{status}: {reading}"
        );
        if kind == "auth" {
            let instance = shown(&server, "a");
            assert_eq!(instance["health"]["status"], "auth_required", "{instance}");
            assert_eq!(instance["attention"], "connect", "{instance}");
        }
        stop(server);
    }
}
