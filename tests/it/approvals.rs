//! Approvals (DESIGN §13.3): what is shown of a launch, who approves it, and every way by which a launch must not become
//! approved.

mod attacks;
mod killed;
mod processes;
mod writes;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::launch::Builder;
use crate::server::{ADMIN, READER, TestServer, WRITER, item};
use crate::site::Site;

/// May approve and not write.
const RUNNER: &str = "runner-key-0123456789";

/// May write and approve, and not see secrets.
pub(crate) const BOTH: &str = "both-key-0123456789";

/// May do everything.
pub(crate) const ALL: &str = "all-key-0123456789";

fn builder(site: impl Into<Arc<Site>>) -> Builder {
    let keys = json!([
        {"name": "all", "key": ALL, "scopes": ["admin", "run"]},
        {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
        {"name": "both", "key": BOTH, "scopes": ["write", "run"]},
        {"name": "runner", "key": RUNNER, "scopes": ["run"]},
        {"name": "writer", "key": WRITER, "scopes": ["write"]},
        {"name": "reader", "key": READER, "scopes": ["read"]},
    ]);
    TestServer::builder(site).env("MCP_SETTINGS_API_KEYS", keys.to_string())
}

pub(crate) fn start() -> TestServer {
    opened(builder(Site::new()).start())
}

/// The same once it knows what is remembered: what is written before that is not approved.
fn opened(server: TestServer) -> TestServer {
    server.get(place("none")).key(RUNNER).send().expect_problem(404, "unknown-server");
    server
}

fn place(name: &str) -> String {
    format!("/api/instances/{name}/approval")
}

#[track_caller]
pub(crate) fn shown(server: &TestServer, name: &str) -> Value {
    server.get(place(name)).key(RUNNER).send().expect(200).json()
}

/// `approved`, or why not.
#[track_caller]
fn word(server: &TestServer, name: &str) -> String {
    let shown = shown(server, name);
    match shown["approved"].as_bool() {
        Some(true) => "approved".to_owned(),
        _ => shown["reason"].as_str().expect("a reason").to_owned(),
    }
}

/// The id of what would be executed.
#[track_caller]
fn id(server: &TestServer, name: &str) -> Value {
    json!({"launch": shown(server, name)["launch"]})
}

#[track_caller]
fn approve(server: &TestServer, name: &str) {
    let id = id(server, name);
    let answer = server.post(place(name)).key(RUNNER).json(&id).send().expect(200).json();
    assert_eq!(answer["approved"], true, "{answer}");
}

fn put(server: &TestServer, name: &str, key: &str, config: &Value) {
    server.put(item(name)).key(key).json(config).send().expect_success();
}

#[test]
fn what_would_be_executed_is_shown_approved_by_its_id_and_withdrawn() {
    let server = start();
    let config = json!({
        "command": "npx-of-nowhere", "args": ["-y", "x@1"], "cwd": "/srv",
        "env": {"TOKEN": "t0p-secret-value", "NODE_OPTIONS": "--require /tmp/x.js", "Path": "/usr/bin"},
    });
    put(&server, "a", WRITER, &config);
    let before = shown(&server, "a");
    assert_eq!((&before["approved"], &before["reason"]), (&json!(false), &json!("no-approval")));
    assert_eq!((&before["kind"], &before["needs_approval"]), (&json!("stdio"), &json!(true)));
    assert_eq!(
        before["command"],
        json!({"command": "npx-of-nowhere", "path": null, "real_path": null, "changed": false})
    );
    assert_eq!(before["args"][1], json!({"value": "x@1", "changed": false}));
    assert_eq!((&before["cwd"]["value"], &before["last"]), (&json!("/srv"), &json!(null)));
    let variable = |shown: &Value, name: &str| {
        let all = shown["env"].as_array().expect("an array").clone();
        all.into_iter().find(|variable| variable["name"] == name).expect("it is there")
    };
    let expected = json!({"name": "TOKEN", "value": null, "changed": false, "decides_code": false});
    assert_eq!(variable(&before, "TOKEN"), expected);
    for (name, value) in [("NODE_OPTIONS", "--require /tmp/x.js"), ("Path", "/usr/bin")] {
        let expected = json!({"name": name, "value": value, "changed": false, "decides_code": true});
        assert_eq!(variable(&before, name), expected);
    }
    approve(&server, "a");
    let after = shown(&server, "a");
    assert_eq!((&after["approved"], &after["last"]["by"]), (&json!(true), &json!("runner")));

    server
        .patch(item("a"))
        .key(ADMIN)
        .json(&json!({"args": ["-y", "x@2"], "env": {"TOKEN": "new"}}))
        .send()
        .expect(200);
    let changed = shown(&server, "a");
    assert_eq!(changed["reason"], "launch-changed");
    assert_eq!(
        (&changed["args"][0]["changed"], &changed["args"][1]["changed"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(variable(&changed, "TOKEN")["changed"], true);
    assert_eq!(variable(&changed, "Path")["changed"], false);
    put(&server, "a", WRITER, &config);
    assert_eq!(word(&server, "a"), "approved", "it is what was approved again");

    server.delete(place("a")).key(RUNNER).send().expect(204);
    assert_eq!(word(&server, "a"), "no-approval");
    server.delete(place("none")).key(RUNNER).send().expect_problem(404, "unknown-server");
}

#[test]
fn a_remote_launch_is_shown_with_its_secrets_masked() {
    let server = start();
    let config = json!({
        "url": "https://user:pass-canary@h.example/mcp?token=query-canary", "transport": "sse",
        "headers": {"X-Key": "header-canary"}, "auth": {"strategy": "bearer", "value": "auth-canary"},
    });
    put(&server, "a", WRITER, &config);
    let answer = server.get(place("a")).key(RUNNER).send().expect(200);
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let shown = answer.json();
    assert_eq!((&shown["kind"], &shown["needs_approval"]), (&json!("remote"), &json!(false)));
    assert_eq!(shown["auth"]["auth"]["strategy"], "bearer");
    assert_eq!(
        shown["headers"][0],
        json!({"name": "X-Key", "value": null, "changed": false, "decides_code": false})
    );
    server.get(place("a")).key(RUNNER).expose("plaintext").send().expect_problem(403, "insufficient-scope");
    let revealed = server.get(place("a")).key(ALL).expose("plaintext").send().expect(200).text();
    for canary in ["pass-canary", "query-canary", "header-canary", "auth-canary"] {
        assert!(revealed.contains(canary), "{canary}: {revealed}");
    }
    let reference = json!({"url": "https://h.example/mcp", "headers": {"X-Key": "${MCP_SECRET_X}"}});
    put(&server, "b", WRITER, &reference);
    assert_eq!(self::shown(&server, "b")["needs_approval"], true);
}

#[test]
fn a_reference_in_a_variable_that_decides_which_code_runs_is_said_to_be_refused() {
    let server = start();
    let config = json!({"command": "x", "env": {"LD_PRELOAD": "${MCP_SECRET_X}", "KEY": "${MCP_SECRET_Y}"}});
    put(&server, "a", WRITER, &config);
    assert_eq!(shown(&server, "a")["refused"], json!(["/env/LD_PRELOAD"]));
}

#[test]
fn what_starts_nothing_cannot_be_approved() {
    let mcp = json!({"mcpServers": {"a": {"command": ["x"]}, "b": 7, "c": {"command": "x", "env": {"K": "gAAAAABnotours"}}}});
    let site = Site::with_document(json!({"agent_settings": {"mcp_config": mcp}}).to_string());
    let server = opened(builder(site).start());
    for (name, fault) in [("a", "/command"), ("b", ""), ("c", "/env/K")] {
        let shown = shown(&server, name);
        assert_eq!((&shown["launch"], &shown["reason"]), (&json!(null), &json!("not-launchable")), "{name}");
        assert_eq!(shown["fault"], fault, "{name}");
        let forged = json!({"launch": "0".repeat(64)});
        server.post(place(name)).key(RUNNER).json(&forged).send().expect_problem(409, "launch-changed");
    }
}

#[test]
fn only_who_may_run_servers_sees_and_approves() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "x"}));
    let id = id(&server, "a");
    for key in [ADMIN, WRITER, READER] {
        let requests = [
            server.get(place("a")).key(key),
            server.post(place("a")).key(key).json(&id),
            server.delete(place("a")).key(key),
        ];
        for request in requests {
            let answer = request.send().expect_problem(403, "insufficient-scope");
            assert_eq!(answer.json()["required_scope"], "run");
        }
    }
    assert_eq!(word(&server, "a"), "no-approval");
}

#[test]
fn bodies_that_are_no_id_are_named() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "x"}));
    for (body, pointer) in
        [(json!({}), "/launch"), (json!({"launch": 1}), "/launch"), (json!({"launch": "a", "x": 1}), "/x")]
    {
        let answer = server.post(place("a")).key(RUNNER).json(&body).send();
        assert_eq!(answer.expect_problem(422, "malformed-body").error_pointers(), [pointer]);
    }
}

#[test]
fn approvals_work_in_memory() {
    let server = opened(builder(Site::new()).in_memory().start());
    put(&server, "a", BOTH, &json!({"command": "x"}));
    assert_eq!(word(&server, "a"), "approved");
    server.delete(place("a")).key(RUNNER).send().expect(204);
    assert_eq!(word(&server, "a"), "no-approval");
    approve(&server, "a");
}

#[test]
fn an_approval_and_a_withdrawal_are_audited() {
    let server = builder(Site::new()).argument("--log-format").argument("json").start();
    put(&server, "a", WRITER, &json!({"command": "x"}));
    approve(&server, "a");
    server.delete(place("a")).key(RUNNER).send().expect(204);
    server.delete(place("a")).key(WRITER).send().expect(403);
    let messages = || {
        let audited = server.audited().into_iter().filter(|event| event["server"] == "a");
        audited.map(|event| format!("{} by {}", event["message"], event["caller"])).collect::<Vec<_>>()
    };
    crate::server::eventually("they are audited", || 4 <= messages().len());
    let expected = [
        "\"replace done\" by \"writer\"",
        "\"approve done\" by \"runner\"",
        "\"withdraw done\" by \"runner\"",
        "\"withdraw refused\" by \"writer\"",
    ];
    assert_eq!(messages(), expected);
    assert!(
        !server.log().contains(shown(&server, "a")["launch"].as_str().expect("an id")),
        "the id is logged"
    );
}
