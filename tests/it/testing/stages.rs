//! A draft that fails at each stage gets the stage, the kind and a hint; and one that works all of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{fails, passed, tried, tried_for};
use crate::instances::{program, script, start, stop, with_env};
use crate::sessions::web::{Reply, Request, Web, usual};

#[test]
fn a_program_that_works_passes_every_stage() {
    let server = start();
    let config = with_env(program(&["say=ready"]), json!({"TOKEN": "${MCP_SECRET_GOOD}"}));
    let tested = tried(&server, &json!({"config": config}));
    assert_eq!(passed(&tested), ["resolve", "spawn", "initialize", "list_tools"]);
    assert_eq!(tested["server"], json!({"name": "instance", "version": "1"}));
    assert_eq!((&tested["protocol_version"], &tested["stderr"]), (&json!("2025-11-25"), &json!("ready")));
    assert_eq!(
        (&tested["tools"][0]["name"], &tested["tools"][0]["read_only"]),
        (&json!("pid"), &json!(true))
    );
    assert_eq!(tested["result"], Value::Null);
    assert!(tested["ms"].is_u64() && tested["stages"][2]["ms"].is_u64(), "{tested}");
    let tested = tried(&server, &json!({"config": config, "call_tool": {"name": "whoami"}}));
    assert_eq!(passed(&tested), ["resolve", "spawn", "initialize", "list_tools", "call_tool"]);
    assert_eq!(tested["result"]["content"][0]["text"], "somebody");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_server_that_works_passes_every_stage() {
    let web = Web::serve(usual).await;
    let server = start();
    let body = json!({"config": {"url": web.url()}, "call_tool": {"name": "x", "arguments": {"n": 1.50}}});
    let tested = tried(&server, &body);
    assert_eq!(passed(&tested), ["resolve", "connect", "initialize", "list_tools", "call_tool"]);
    assert_eq!(tested["result"]["content"][0]["text"], "done");
    assert_eq!((web.count("initialize"), web.count("tools/call")), (1, 1));
    stop(server);
}

#[test]
fn a_reference_that_is_not_set() {
    let server = start();
    for (value, message) in [
        ("${MCP_SECRET_ABSENT}", "MCP_SECRET_ABSENT"),
        ("${file:/run/secrets/absent}", "/run/secrets/absent"),
        ("${vault:kv/app#token}", "kv/app#token"),
        ("${unknown:x}", "no form"),
    ] {
        let tested = tried_for(&server, &with_env(program(&[]), json!({"TOKEN": value})), 5);
        fails(&tested, "resolve", "resolution", message, "reference");
        assert_eq!(passed(&tested), [""; 0]);
        let config = json!({"url": "http://127.0.0.1:9/mcp", "headers": {"X": value}});
        fails(&tried_for(&server, &config, 5), "resolve", "resolution", message, "reference");
    }
    stop(server);
}

#[test]
fn a_command_that_is_not_found_or_is_no_program() {
    let server = start();
    for command in
        ["no-such-command-of-ours", "/no/such/command", "/tmp", "./relative", &script("protocol.py")]
    {
        let tested = tried_for(&server, &json!({"command": command}), 5);
        fails(&tested, "spawn", "spawn", "", "command");
        assert_eq!(passed(&tested), ["resolve"], "{command}");
    }
    let tested = tried_for(&server, &json!({"command": "true", "cwd": "/no/such/folder"}), 5);
    fails(&tested, "spawn", "spawn", "", "");
    stop(server);
}

#[test]
fn one_that_exits_at_once_says_with_which_words() {
    let server = start();
    let tested = tried_for(&server, &program(&["exit", "say=no database"]), 20);
    fails(&tested, "initialize", "exited", "no database", "last lines");
    assert!(
        tested["stages"][2]["message"].as_str().is_some_and(|text| text.contains("status 3")),
        "{tested}"
    );
    assert_eq!((&tested["stderr"], passed(&tested)), (&json!("no database"), vec!["resolve", "spawn"]));
    stop(server);
}

#[test]
fn a_silent_one_has_as_long_as_was_said() {
    let server = start();
    for config in
        [program(&["mute"]), json!({"command": "sleep", "args": ["1000"]}), program(&["deaf", "slow=60"])]
    {
        let began = Instant::now();
        fails(&tried_for(&server, &config, 1), "initialize", "timeout", "", "speaks MCP");
        let took = began.elapsed();
        assert!(Duration::from_secs(1) <= took && took < Duration::from_secs(5), "{took:?}");
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_speaks_something_else() {
    let server = start();
    let speaks = |word: &str| json!({"command": "python3", "args": [script("protocol.py"), word]});
    fails(&tried_for(&server, &speaks("old"), 20), "initialize", "protocol", "version", "speak MCP");
    fails(
        &tried_for(&server, &speaks("refuse"), 20),
        "initialize",
        "json_rpc",
        "token is required",
        "message",
    );
    // What prints something else and goes on never answers; what ends has ended.
    let prints =
        |rest: &str| json!({"command": "sh", "args": ["-c", format!("echo Server is running; {rest}")]});
    fails(&tried_for(&server, &prints("sleep 100"), 1), "initialize", "timeout", "", "speaks MCP");
    fails(&tried_for(&server, &prints("exit 0"), 20), "initialize", "exited", "", "arguments");
    for (status, transport, kind) in [
        (200, "http", "protocol"),
        (404, "http", "http_status"),
        (404, "sse", "http_status"),
        (200, "sse", "protocol"),
    ] {
        let page = move |_: &Request| {
            Reply::Whole(
                status,
                vec![("content-type", "text/html".to_owned())],
                b"<b>sk-live-canary</b>".to_vec(),
            )
        };
        let web = Web::serve(page).await;
        let tested = tried_for(&server, &json!({"url": web.url(), "transport": transport}), 5);
        fails(&tested, "initialize", kind, "", "speak");
        assert_eq!(passed(&tested), ["resolve", "connect"], "{status} {transport}");
        assert!(!tested.to_string().contains("sk-live"), "{tested}");
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_refuses_its_credentials() {
    let server = start();
    for status in [401, 403] {
        let web = Web::serve(move |_| Reply::status(status)).await;
        for transport in ["http", "sse"] {
            let config = json!({"url": web.url(), "transport": transport, "auth": {"strategy": "bearer", "value": "v"}});
            fails(&tried_for(&server, &config, 5), "initialize", "auth", "", "token");
        }
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_redirects_to_another_host() {
    let elsewhere = Web::serve(usual).await;
    let server = start();
    for status in [301, 302, 307, 308] {
        let target = elsewhere.url();
        let web =
            Web::serve(move |_| Reply::Whole(status, vec![("location", target.clone())], Vec::new())).await;
        let config = json!({"url": web.url(), "transport": "http", "headers": {"X-Key": "v"}});
        fails(&tried_for(&server, &config, 5), "initialize", "http_status", "", "path of the URL");
    }
    assert_eq!(elsewhere.connections(), 0);
    stop(server);
}

#[test]
fn one_that_is_not_there_or_must_not_be_dialled() {
    let server = start();
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    for url in [format!("http://{free}/mcp"), "http://no-such-host.invalid/mcp".to_owned()] {
        let tested = tried_for(&server, &json!({"url": url}), 5);
        fails(&tested, "connect", "connect", "", "address");
        assert_eq!(passed(&tested), ["resolve"]);
    }
    let own = format!("http://{}/mcp", server.address());
    for url in ["http://169.254.169.254/latest", &own] {
        fails(&tried_for(&server, &json!({"url": url}), 5), "connect", "policy", "", "MCP_SETTINGS_DIAL");
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_without_tools_works_and_that_is_said() {
    let server = start();
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/list" => Reply::result(request, json!({"tools": []})),
        _ => usual(request),
    })
    .await;
    for config in [program(&["bare"]), json!({"url": web.url()})] {
        let tested = tried_for(&server, &config, 20);
        let last = &tested["stages"][3];
        assert_eq!(
            (&tested["ok"], &last["stage"], &last["kind"]),
            (&json!(true), &json!("list_tools"), &Value::Null)
        );
        assert_eq!((&last["message"], &tested["tools"]), (&json!("the server has no tools"), &json!([])));
        assert!(last["hint"].as_str().is_some_and(|hint| hint.contains("offers nothing")), "{tested}");
    }
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_pages_lists_all_of_them() {
    let web = Web::serve(|request| match request.rpc().as_str() {
        "tools/list" => Reply::result(
            request,
            match request.json()["params"]["cursor"].as_str() {
                None => json!({"tools": [{"name": "first"}], "nextCursor": "2"}),
                Some(_) => json!({"tools": [{"name": "second"}]}),
            },
        ),
        _ => usual(request),
    })
    .await;
    let server = start();
    let tested = tried_for(&server, &json!({"url": web.url()}), 20);
    assert_eq!(
        (&tested["tools"][0]["name"], &tested["tools"][1]["name"]),
        (&json!("first"), &json!("second"))
    );
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_list_its_tools() {
    let server = start();
    for (kind, hint) in [("json_rpc", "message says why"), ("auth", "token"), ("http_status", "")] {
        let web = Web::serve(move |request| match (request.rpc().as_str(), kind) {
            ("tools/list", "json_rpc") => Reply::error(request, -32000, "out of order"),
            ("tools/list", "auth") => Reply::status(401),
            ("tools/list", _) => Reply::status(500),
            _ => usual(request),
        })
        .await;
        let tested = tried_for(&server, &json!({"url": web.url()}), 20);
        fails(&tested, "list_tools", kind, "", hint);
        assert_eq!(
            (passed(&tested), &tested["tools"]),
            (vec!["resolve", "connect", "initialize"], &Value::Null)
        );
        assert_eq!(tested["server"]["name"], "web", "it is known by then");
    }
    fails(&tried_for(&server, &program(&["cursor"]), 20), "list_tools", "too_large", "", "less");
    for words in [&["die"][..], &["die", "bare"]] {
        fails(&tried_for(&server, &program(words), 20), "list_tools", "exited", "status 3", "last lines");
    }
    stop(server);
}

#[test]
fn a_call_that_fails_says_whose_fault_it_is() {
    let server = start();
    for (tool, kind, message, hint) in [
        ("fail", "tool_error", "token is required", "refuses the call"),
        ("refuse", "json_rpc", "token is required", "refuses the call"),
        ("nameless", "json_rpc", "no such tool", "arguments"),
        ("leave", "exited", "status 3", "last lines"),
        ("hang", "timeout", "", "too long"),
        ("large", "too_large", "", "less"),
    ] {
        let seconds = if tool == "hang" { 5 } else { 20 };
        let body = json!({"config": program(&[]), "call_tool": {"name": tool}, "timeout_seconds": seconds});
        let tested = tried(&server, &body);
        fails(&tested, "call_tool", kind, message, hint);
        assert_eq!(passed(&tested), ["resolve", "spawn", "initialize", "list_tools"]);
        // What the tool says of itself is its result.
        assert_eq!(tested["result"]["isError"] == true, tool == "fail", "{tested}");
        assert!(tested["tools"].as_array().is_some_and(|tools| !tools.is_empty()), "{tested}");
    }
    stop(server);
}
