//! Masks in a draft are filled from the stored server, towards the destination that they were given for (L7).

use serde_json::{Value, json};

use super::{TEST, answer, test, tried};
use crate::instances::{ALL, CANARY, program, put, start, started, starts, stop, with_env};
use crate::server::{TestServer, WRITER, item};
use crate::sessions::web::{Web, usual};

/// The configuration of a server, as it is shown.
#[track_caller]
fn masked(server: &TestServer, name: &str) -> Value {
    server.get(item(name)).key(WRITER).send().expect(200).json()["config"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mask_is_what_is_stored_for_the_same_host_only() {
    let (own, evil) = (Web::serve(usual).await, Web::serve(usual).await);
    let server = start();
    put(&server, "s", &json!({"url": own.url(), "transport": "http", "headers": {"X-Key": CANARY}}));
    let mut config = masked(&server, "s");
    assert!(!config.to_string().contains(CANARY), "{config}");
    config["description"] = json!("changed");
    for key in [WRITER, ALL] {
        let body = json!({"name": "s", "config": config});
        let tested = answer(server.post(TEST).key(key).json(&body)).expect(200).json();
        assert_eq!(tested["ok"], true, "{tested}");
    }
    let sent = |web: &Web| web.requests().iter().filter(|own| own.header("X-Key") == Some(CANARY)).count();
    let before = own.requests().len();
    assert_eq!((sent(&own), before != 0), (before, true), "with every request");
    // In the words of OpenHands too.
    let theirs = json!({"name": "s", "server": {"type": "http", "url": own.url(), "headers": {"X-Key": "**********"}}});
    let tested = answer(server.post("/api/mcp/test").key(WRITER).json(&theirs)).expect(200).json();
    assert_eq!((&tested["ok"], sent(&own)), (&json!(true), own.requests().len()), "{tested}");
    config["url"] = json!(evil.url());
    let elsewhere = json!({"url": evil.url(), "type": "http", "headers": {"X-Key": "**********"}});
    for (at, body) in [
        (TEST, json!({"name": "s", "config": config})),
        ("/api/mcp/test", json!({"name": "s", "server": elsewhere})),
    ] {
        for key in [WRITER, ALL] {
            server.post(at).key(key).json(&body).send().expect_problem(422, "bound-secret");
        }
    }
    // Of no name, and of another, a mask is nothing.
    for body in [json!({"config": config}), json!({"name": "other", "config": config})] {
        assert_eq!(test(&server, &body).send().status, 422);
    }
    assert_eq!(evil.connections(), 0);
    stop(server);
}

#[test]
fn so_it_is_for_the_same_command_only() {
    let server = start();
    put(&server, "s", &with_env(program(&[]), json!({"TOKEN": CANARY})));
    let mut config = masked(&server, "s");
    let body = json!({"name": "s", "config": config, "call_tool": {"name": "whoami"}});
    assert_eq!(tried(&server, &body)["result"]["content"][0]["text"], "somebody");
    config["command"] = json!("python3");
    config["args"] = program(&[&starts(&server)])["args"].clone();
    test(&server, &json!({"name": "s", "config": config})).send().expect_problem(422, "bound-secret");
    assert_eq!(started(&server).len(), 0);
    stop(server);
}

/// What a write refuses is refused before anything is started.
#[test]
fn a_draft_that_could_not_be_written_is_not_tested() {
    let server = start();
    for (body, slug) in [
        (json!({}), "malformed-body"),
        (json!({"name": null, "config": null}), "malformed-body"),
        (json!({"name": 1}), "malformed-body"),
        (json!({"config": []}), "malformed-body"),
        (json!({"config": {"command": "x"}, "timeout_seconds": 0}), "malformed-body"),
        (json!({"config": {"command": "x"}, "timeout_seconds": 301}), "malformed-body"),
        (json!({"config": {"command": "x"}, "call_tool": {}}), "malformed-body"),
        (json!({"config": {"command": "x"}, "call_tool": {"name": "t", "arguments": []}}), "malformed-body"),
        (json!({"config": {"command": "x"}, "confi": {}}), "malformed-body"),
        (json!({"config": {}}), "invalid-config"),
        (json!({"config": {"command": 1}}), "invalid-config"),
        (json!({"config": {"command": "x", "env": {"A": 1}}}), "invalid-config"),
        (json!({"config": {"command": "x", "env": {"A": "[REDACTED]"}}}), "unrestorable-mask"),
    ] {
        let answer = test(&server, &body).send();
        assert_eq!((answer.status, &*answer.problem()), (422, slug), "{body}: {}", answer.text());
    }
    test(&server, &json!({"name": "nobody"})).send().expect_problem(404, "unknown-server");
    stop(server);
}
