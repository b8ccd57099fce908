//! Starting: everything is resolved before anything is started, and a failure is shown as what it is (A1 to A5).

use serde_json::{Value, json};

use super::{
    CANARY, call, installed, once, place, program, put, running, set_policy, shown, start, started, starts,
    stop, text_of, with_env,
};
use crate::server::{READER, TestServer};

/// The parts of the error behind the exact words with which it begins.
#[track_caller]
fn reason(instance: &Value) -> String {
    let error = instance["retry"]["error"].as_str().unwrap_or_else(|| panic!("no error: {instance}"));
    let rest = error.strip_prefix("secret resolution failed: ");
    rest.unwrap_or_else(|| panic!("{error:?}")).to_owned()
}

/// A server whose start leaves a line in a file, with these variables.
fn put_with(server: &TestServer, env: Value) {
    put(server, "a", &with_env(program(&[&starts(server)]), env));
}

#[test]
fn a1_a_reference_that_fails_starts_no_process() {
    let server = start();
    put_with(&server, json!({"TOKEN": "${MCP_SECRET_ABSENT}"}));
    let answer = call(&server, "a", "pid").send().expect_problem(503, "instance-failed").json();
    assert_eq!(answer["fault"]["kind"], "resolution", "{answer}");
    assert!(started(&server).is_empty() && running(&server).is_empty());
    // The program that was not started is one that leaves a line.
    put_with(&server, json!({"TOKEN": "${MCP_SECRET_GOOD}"}));
    text_of(call(&server, "a", "pid"));
    assert_eq!(started(&server).len(), 1);
    stop(server);
}

#[test]
fn a1_a_file_and_a_backend_that_cannot_be_read_start_no_process() {
    for reference in ["${file:/run/secrets/absent}", "${vault:kv/app#token}", "${unknown:x}"] {
        let server = start();
        put_with(&server, json!({"TOKEN": reference}));
        let answer = call(&server, "a", "pid").send().expect_problem(503, "instance-failed").json();
        assert_eq!(answer["fault"]["kind"], "resolution", "{reference}: {answer}");
        assert!(started(&server).is_empty() && running(&server).is_empty(), "{reference}");
        stop(server);
    }
}

#[test]
fn a2_the_error_says_what_failed_and_holds_no_secret() {
    let server = start();
    put_with(&server, json!({"A": "${MCP_SECRET_GOOD}", "B": "Bearer ${MCP_SECRET_ABSENT}"}));
    call(&server, "a", "pid").send().expect_problem(503, "instance-failed");
    let instance = once(&server, "a", "error");
    let reason = reason(&instance);
    let (what, why) = reason.split_once(": ").unwrap_or_else(|| panic!("{reason:?}"));
    assert!(what.contains("MCP_SECRET_ABSENT") && !why.is_empty(), "{reason:?}");
    assert_eq!(instance["retry"]["fault"]["kind"], "resolution");
    assert_eq!(instance["attention"], "fix");
    assert!(!instance.to_string().contains(CANARY), "{instance}");
    stop(server);
}

#[test]
fn a3_one_of_three_variables_that_fails_starts_no_process() {
    for absent in ["A", "B", "C"] {
        let server = start();
        let mut env = json!({"A": "literal", "B": "${MCP_SECRET_GOOD}", "C": "${env:MCP_SECRET_GOOD}"});
        env[absent] = json!("${MCP_SECRET_ABSENT}");
        put_with(&server, env);
        call(&server, "a", "pid").send().expect_problem(503, "instance-failed");
        assert!(started(&server).is_empty() && running(&server).is_empty(), "{absent}");
        stop(server);
    }
}

#[test]
fn a4_an_empty_value_starts_and_is_there_and_empty() {
    let server = start();
    let everything = installed("node/node_modules/@modelcontextprotocol/server-everything/dist/index.js");
    let env = json!({"X": "", "Y": "${MCP_SECRET_ABSENT:-}", "Z": "${MCP_SECRET_GOOD}"});
    put(&server, "a", &json!({"command": "node", "args": [everything, "stdio"], "env": env}));
    let env: Value = serde_json::from_str(&text_of(call(&server, "a", "get-env"))).expect("JSON");
    assert_eq!((&env["X"], &env["Y"], &env["Z"]), (&json!(""), &json!(""), &json!(CANARY)));
    for own in ["MCP_SETTINGS_SECRET_KEY", "MCP_SETTINGS_API_KEYS", "MCP_SECRET_GOOD"] {
        assert_eq!(env.get(own), None, "{own}: a program gets none of our variables");
    }
    stop(server);
}

#[test]
fn a5_what_could_not_be_resolved_is_never_healthy_and_says_why() {
    let server = start();
    put_with(&server, json!({"TOKEN": "${MCP_SECRET_ABSENT}"}));
    set_policy(&server, "a", &json!({"start": "always"}));
    let instance = once(&server, "a", "error");
    assert!(reason(&instance).contains("MCP_SECRET_ABSENT"));
    assert_eq!(instance["health"]["status"], "unhealthy", "{instance}");
    assert!(
        instance["health"]["fault"]["message"].as_str().is_some_and(|message| message.contains("ABSENT"))
    );
    server.post(format!("{}/probe", place("a"))).send().expect_problem(409, "not-running");
    let events = shown(&server, "a")["events"].as_array().expect("events").clone();
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events.iter().all(|event| event["status"] == "unhealthy" && event["kind"] == "start"),
        "{events:?}"
    );
    // So does the list, to every reader.
    let list = server.get("/api/instances").key(READER).send().expect(200).json();
    let entry = &list["instances"][0];
    assert_eq!((&entry["state"], &entry["health"]["status"]), (&json!("error"), &json!("unhealthy")));
    assert_eq!(entry["retry"]["error"], instance["retry"]["error"]);
    stop(server);
}
