//! What a test shows of tools, and calls, where a run policy withholds them, and what it repeats of a tool that fails.

use serde_json::{Value, json};

use super::{answer, fails, test, tried};
use crate::instances::{ALL, CANARY, call, put, set_policy, start, stop, text_of};
use crate::server::TestServer;
use crate::sessions::web::{Reply, Request, Web, usual};

fn config(web: &Web) -> Value {
    json!({"url": web.url(), "transport": "http", "headers": {"X-Key": CANARY}})
}

/// A test of a draft that calls the tool of [`usual`].
fn calling(name: &str, web: &Web) -> Value {
    json!({"name": name, "config": config(web), "call_tool": {"name": "a"}})
}

#[track_caller]
fn is_withheld(server: &TestServer, web: &Web) {
    let before = web.count("tools/call");
    let tested = tried(server, &calling("s", web));
    fails(&tested, "call_tool", "policy", "does not allow this tool", "");
    assert_eq!(tested["tools"][0]["offered"], false, "{tested}");
    let theirs =
        json!({"name": "s", "server": {"type": "http", "url": web.url()}, "tool_call": {"name": "a"}});
    let theirs = answer(server.post("/api/mcp/test").key(ALL).json(&theirs)).expect(200).json();
    assert_eq!((&theirs["ok"], &theirs["tool_result"]["is_error"]), (&json!(true), &json!(true)), "{theirs}");
    assert_eq!(web.count("tools/call"), before, "it was called");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_calls_nothing_that_the_policy_of_its_name_withholds() {
    let web = Web::serve(usual).await;
    let server = start();
    put(&server, "s", &config(&web));
    for rules in [json!({"deny": ["a"]}), json!({"allow": ["b"]}), json!({"allow": []})] {
        set_policy(&server, "s", &json!({"tools": rules}));
        is_withheld(&server, &web);
        let stored = answer(test(&server, &json!({"name": "s"}))).expect(200).json();
        assert_eq!(
            (&stored["ok"], &stored["tools"][0]["offered"]),
            (&json!(true), &json!(false)),
            "{stored}"
        );
    }
    // The policy is that of one server.
    let tested = tried(&server, &calling("other", &web));
    assert_eq!((&tested["ok"], &tested["tools"][0]["offered"]), (&json!(true), &json!(true)), "{tested}");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_what_is_pinned_and_is_not_as_it_was_seen_first() {
    let (web, other) = (Web::serve(usual).await, Web::serve(renamed).await);
    let server = start();
    put(&server, "s", &config(&web));
    set_policy(&server, "s", &json!({"tools": {"pinned": true}}));
    text_of(call(&server, "s", "a"));
    assert_eq!(tried(&server, &calling("s", &web))["ok"], true);
    let tested = tried(&server, &calling("s", &other));
    fails(&tested, "call_tool", "policy", "changed since it was accepted", "");
    assert_eq!((&tested["tools"][0]["held_back"], other.count("tools/call")), (&json!(true), 0), "{tested}");
    stop(server);
}

/// Its tool describes itself otherwise.
fn renamed(request: &Request) -> Reply {
    match request.rpc().as_str() {
        "tools/list" => {
            let tool = json!({"name": "a", "description": "other", "inputSchema": {"type": "object"}});
            Reply::result(request, json!({"tools": [tool]}))
        }
        _ => usual(request),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_a_tool_that_fails_hold_no_secret_in_a_message() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/call" => {
            let words = format!("\u{1b}[2Jkey {CANARY} {}", "y".repeat(10_000));
            Reply::result(request, json!({"content": [{"type": "text", "text": words}], "isError": true}))
        }
        _ => usual(request),
    })
    .await;
    let server = start();
    put(&server, "s", &config(&web));
    for body in [calling("s", &web), json!({"name": "s", "call_tool": {"name": "a"}})] {
        let tested = answer(test(&server, &body)).expect(200).json();
        fails(&tested, "call_tool", "tool_error", "key ***", "");
        let last = tested["stages"].as_array().expect("stages").last().expect("a stage");
        let message = last["message"].as_str().expect("a text");
        assert!(message.chars().count() <= 300 && !message.contains('\u{1b}'), "{message:?}");
        assert!(!message.contains(CANARY), "{message}");
    }
    stop(server);
}

#[test]
fn a_test_of_a_server_that_is_not_there_says_which() {
    let server = start();
    let problem =
        test(&server, &json!({"name": "nobody"})).send().expect_problem(404, "unknown-server").json();
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("nobody")), "{problem}");
    stop(server);
}
