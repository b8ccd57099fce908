//! Who may test what: `write` or `run` at all, `run` what starts a program or resolves a reference, `use` what calls a tool.

use serde_json::{Value, json};

use super::{TEST, answer};
use crate::instances::{ALL, RUNNER, USER, program, put, running, start, started, starts, stop};
use crate::response::Response;
use crate::server::{ADMIN, READER, REVEALER, TestServer, WRITER};
use crate::sessions::web::{Web, usual};

const THEIRS: &str = "/api/mcp/test";

/// The answer to a test by this caller, of a configuration in both forms.
#[track_caller]
fn both(server: &TestServer, key: &str, config: &Value, call: Option<&str>) -> [Response; 2] {
    let call = call.map(|tool| json!({"name": tool}));
    [
        (TEST, json!({"config": config, "call_tool": call})),
        (THEIRS, json!({"server": config, "tool_call": call})),
    ]
    .map(|(at, body)| answer(server.post(at).key(key).json(&body)))
}

#[track_caller]
fn refused(answers: [Response; 2], scope: &str) {
    for answer in answers {
        let problem = answer.expect_problem(403, "insufficient-scope").json();
        assert_eq!(problem["required_scope"], scope, "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_test_which_draft() {
    let web = Web::serve(usual).await;
    let server = start();
    let remote = json!({"url": web.url()});
    let with_reference = |value: &str| json!({"url": web.url(), "headers": {"X": value}});
    let own = program(&[&starts(&server)]);
    for key in [READER, USER] {
        for config in [&remote, &own] {
            refused(both(&server, key, config, None), "write");
        }
    }
    for at in [TEST, THEIRS] {
        server.post(at).anonymous().json(&json!({"config": remote})).send().expect(401);
    }
    for key in [WRITER, ADMIN] {
        refused(both(&server, key, &own, None), "run");
        for value in ["${MCP_SECRET_GOOD}", "a ${file:/etc/passwd} b", "${x", "${MCP_SECRET_ABSENT:-x}"] {
            refused(both(&server, key, &with_reference(value), None), "run");
        }
        let auth = json!({"url": web.url(), "auth": {"strategy": "bearer", "value": "${MCP_SECRET_GOOD}"}});
        refused(both(&server, key, &auth, None), "run");
        let url = json!({"url": format!("{}?key=${{MCP_SECRET_GOOD}}", web.url())});
        refused(both(&server, key, &url, None), "run");
    }
    for key in [WRITER, RUNNER] {
        refused(both(&server, key, &remote, Some("x")), "use");
    }
    refused(both(&server, RUNNER, &own, Some("pid")), "use");
    assert_eq!((web.connections(), started(&server).len(), running(&server)), (0, 0, Vec::new()));
    // What they may.
    for (key, config, call) in [
        (WRITER, &remote, None),
        (RUNNER, &remote, None),
        (RUNNER, &own, None),
        (RUNNER, &with_reference("${MCP_SECRET_GOOD}"), None),
        (ADMIN, &remote, Some("x")),
        (ALL, &own, Some("pid")),
    ] {
        for answer in both(&server, key, config, call) {
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.json()["ok"], true, "{}", answer.text());
        }
    }
    assert_eq!(started(&server).len(), 4);
    stop(server);
}

/// A caller that may not run servers sees neither an address nor what a program wrote.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_of_a_test_depends_on_who_asked() {
    let server = start();
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let body = json!({"config": {"url": format!("http://{free}/mcp")}});
    for (key, has_detail) in [(WRITER, false), (REVEALER, false), (RUNNER, true), (ALL, true)] {
        if key == REVEALER {
            server.post(TEST).key(key).json(&body).send().expect_problem(403, "insufficient-scope");
            continue;
        }
        let tested = answer(server.post(TEST).key(key).json(&body)).expect(200).json();
        assert_eq!(tested["stages"][1].get("detail").is_some(), has_detail, "{key}: {tested}");
        assert_eq!(tested.get("stderr").is_some(), has_detail, "{key}: {tested}");
    }
    put(&server, "a", &program(&["say=for few", "slow=1"]));
    let stored = |key: &str| answer(server.post(TEST).key(key).json(&json!({"name": "a"})));
    stored(WRITER).expect_problem(403, "insufficient-scope");
    assert_eq!(stored(RUNNER).expect(200).json()["stderr"], "for few");
    assert_eq!(stored(WRITER).expect(200).json().get("stderr"), None, "it runs by now");
    stop(server);
}
