//! OpenHands' `POST /api/mcp/test`: the forms that its clients send, and the answers that they read.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::answer;
use crate::instances::{ALL, program, put, running, script, start, stop, with_env};
use crate::server::TestServer;
use crate::sessions::web::{Reply, Web, event, usual};

const TEST: &str = "/api/mcp/test";

/// The answer of OpenHands' agent-server is always 200 where the request could be read.
#[track_caller]
fn tested(server: &TestServer, body: &Value) -> Value {
    let tested = answer(server.post(TEST).key(ALL).json(body)).expect(200).json();
    let members = tested.as_object().expect("an object");
    assert!(members.values().all(|member| !member.is_null()), "nulls are left out: {tested}");
    assert_eq!(running(server), []);
    tested
}

#[track_caller]
fn fails(server: &TestServer, body: &Value, kind: &str) -> String {
    let tested = tested(server, body);
    assert_eq!((&tested["ok"], &tested["error_kind"]), (&json!(false), &json!(kind)), "{tested}");
    assert_eq!(tested.as_object().expect("an object").len(), 3, "{tested}");
    tested["error"].as_str().expect("a text").to_owned()
}

/// A program in OpenHands' words.
fn stdio(words: &[&str]) -> Value {
    let mut server = program(words);
    server["type"] = json!("stdio");
    server
}

#[test]
fn a_program_in_each_form() {
    let server = start();
    let bare = program(&[]);
    let with = |more: Value| {
        let mut form = bare.clone();
        form.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        form
    };
    for form in [
        stdio(&[]),
        bare.clone(),
        with(json!({"transport": "stdio"})),
        with(json!({"type": "stdio", "env": {}, "cwd": null})),
        with(json!({"type": "stdio", "env": {"TOKEN": "${MCP_SECRET_GOOD}"}, "cwd": "/"})),
    ] {
        let tested = tested(&server, &json!({"server": form}));
        let tools = tested["tools"].as_array().expect("names");
        assert_eq!((&tested["ok"], &tools[0]), (&json!(true), &json!("pid")), "{tested}");
        assert!(tools.iter().all(Value::is_string), "{tested}");
        assert_eq!(tested.as_object().expect("an object").len(), 2, "{tested}");
    }
    let whole = json!({"name": "test-server", "server": stdio(&[]), "timeout": 15.0, "tool_call": null});
    assert_eq!(tested(&server, &whole)["ok"], true);
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_server_in_each_form() {
    let web = Web::serve(usual).await;
    let server = start();
    let whole = json!({
        "type": "shttp", "url": web.url(), "headers": {"X-A": "b"}, "auth": null, "timeout": null,
        "sse_read_timeout": null, "keep_alive": null,
    });
    let mut forms = vec![whole, json!({"url": web.url()}), json!({"transport": "http", "url": web.url()})];
    for kind in ["http", "shttp", "streamable-http"] {
        forms.push(json!({"type": kind, "url": web.url(), "timeout": 5.0}));
        forms.push(json!({"type": kind, "url": web.url(), "auth": {"strategy": "bearer", "value": "v"}}));
    }
    for form in forms {
        let tested = tested(&server, &json!({"server": form}));
        assert_eq!(tested, json!({"ok": true, "tools": ["a"]}), "{form}");
    }
    let sent = |name: &str, value: &str| web.requests().iter().any(|own| own.header(name) == Some(value));
    assert!(sent("X-A", "b") && sent("Authorization", "Bearer v"));
    // The older transport is taken at its word.
    let before = web.requests().len();
    fails(&server, &json!({"server": {"type": "sse", "url": web.url()}}), "connection");
    assert_eq!((web.requests()[before].method.as_str(), web.requests().len()), ("GET", before + 1));
    stop(server);
}

#[test]
fn a_tool_call_is_reported_and_changes_nothing_of_ok() {
    let server = start();
    let call = |tool: &str, arguments: Value| {
        let body = json!({"server": stdio(&[]), "tool_call": {"name": tool, "arguments": arguments}});
        let tested = tested(&server, &body);
        assert_eq!((&tested["ok"], &tested["tools"][0]), (&json!(true), &json!("pid")), "{tested}");
        tested["tool_result"].clone()
    };
    assert_eq!(call("say", json!({"text": "x"})), json!({"is_error": false, "text": "said"}));
    for tool in ["fail", "refuse"] {
        assert_eq!(call(tool, json!({})), json!({"is_error": true, "text": "token is required"}), "{tool}");
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_timeout_is_for_the_start_and_the_list_of_tools_together() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/list" => Reply::Nothing,
        _ => usual(request),
    })
    .await;
    let server = start();
    let began = Instant::now();
    let silent = json!({"server": {"type": "http", "url": web.url()}, "timeout": 1});
    fails(&server, &silent, "timeout");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_of_three_kinds() {
    let server = start();
    let of = |config: Value| json!({"server": config, "timeout": 20});
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    fails(&server, &json!({"server": stdio(&["mute"]), "timeout": 2}), "timeout");
    assert!(fails(&server, &of(stdio(&["exit", "say=no database"])), "connection").contains("no database"));
    fails(&server, &of(json!({"type": "stdio", "command": "no-such-command-of-ours"})), "connection");
    fails(&server, &of(json!({"type": "http", "url": format!("http://{free}/mcp")})), "connection");
    let refusing = Web::serve(|_| Reply::status(401)).await;
    fails(&server, &of(json!({"type": "http", "url": refusing.url()})), "connection");
    let absent = with_env(stdio(&[]), json!({"A": "${MCP_SECRET_ABSENT}"}));
    assert!(fails(&server, &of(absent), "unknown").contains("MCP_SECRET_ABSENT"));
    let old = json!({"type": "stdio", "command": "python3", "args": [script("protocol.py"), "old"]});
    fails(&server, &of(old), "unknown");
    stop(server);
}

/// A named server of ours fills masks; a name that no server has is only a name.
#[tokio::test(flavor = "multi_thread")]
async fn the_name_may_be_of_a_stored_server_or_of_none() {
    let web = Web::serve(usual).await;
    let server = start();
    for name in ["test-server", "anything at all", "x/y"] {
        assert_eq!(
            tested(&server, &json!({"name": name, "server": {"url": web.url()}}))["ok"],
            true,
            "{name}"
        );
    }
    put(&server, "s", &json!({"url": web.url(), "transport": "http", "headers": {"X-Key": "kept-value"}}));
    let body = json!({"name": "s", "server": {"type": "http", "url": web.url(), "headers": {"X-Key": "**********"}}});
    assert_eq!(tested(&server, &body)["ok"], true);
    assert!(web.requests().iter().any(|own| own.header("X-Key") == Some("kept-value")));
    stop(server);
}

#[test]
fn what_cannot_be_read_is_422_and_oauth_is_not_implemented() {
    let server = start();
    for body in [
        json!({}),
        json!({"server": null}),
        json!({"server": {}}),
        json!({"server": {"type": "stdio"}}),
        json!({"server": {"type": "carrier-pigeon", "url": "http://h/"}}),
        json!({"server": {"command": "x"}, "timeout": 0}),
        json!({"server": {"command": "x"}, "timeout": 121}),
        json!({"server": {"command": "x"}, "tool_call": {"name": ""}}),
    ] {
        assert_eq!(server.post(TEST).key(ALL).json(&body).send().status, 422, "{body}");
    }
    for (method, path) in [("POST", "start"), ("GET", "status/1"), ("POST", "callback/1")] {
        let request = server.request(method, format!("/api/mcp/oauth/{path}")).key(ALL);
        let request = if method == "POST" { request.json(&json!({})) } else { request };
        request.send().expect_problem(501, "not-implemented");
    }
    stop(server);
}

/// Its own client reads the answer to a call over a stream, too.
#[tokio::test(flavor = "multi_thread")]
async fn the_texts_of_a_result_are_one_text() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/call" => {
            let content = json!([{"type": "text", "text": "a"}, {"type": "image", "data": ""}, {"type": "text", "text": "b"}]);
            Reply::Events(vec![event(&json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {"content": content}}))])
        }
        _ => usual(request),
    })
    .await;
    let server = start();
    let tested = tested(&server, &json!({"server": {"url": web.url()}, "tool_call": {"name": "x"}}));
    assert_eq!(tested["tool_result"], json!({"is_error": false, "text": "ab"}));
    stop(server);
}
