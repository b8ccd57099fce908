//! The commands that need a service: how servers run, what they offer, their logs, and what changes.

use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::cli::{Ran, command, feed, feed_with, run_with};
use crate::running::{OPERATOR, STARTING, builder, program, start_runner, state, within};
use crate::server::{ADMIN, TestServer, item};
use crate::site::Site;

const KEY: [(&str, &str); 1] = [("MCP_SETTINGS_API_KEY", OPERATOR)];

fn service() -> TestServer {
    let server = start_runner(builder(Site::new()));
    let config =
        json!({"command": "python3", "args": [program("toolbox.py")], "env": {"TOKEN": "hunter2-secret"}});
    // By a key that may not run servers, so that it is not approved yet.
    server.put(item("box")).json(&config).send().expect(201);
    server
}

fn ask(server: &TestServer, arguments: &[&str]) -> Ran {
    run_with(&server.site(), &KEY, arguments)
}

#[test]
fn a_server_is_approved_tested_called_and_read() {
    let server = service();
    within(STARTING, "it is known", || state(&server, "box") == "unapproved/no-approval");
    let status = ask(&server, &["status"]).expect(0);
    assert!(status.lines()[1].starts_with("box   unapproved  "), "{status:?}");
    let shown = ask(&server, &["approve", "box", "--show", "-o", "json"]).expect(0).json();
    assert_eq!((&shown["approved"], &shown["command"]["command"]), (&json!(false), &json!("python3")));
    // Nobody can be asked.
    let refused = ask(&server, &["approve", "box"]).expect(1);
    assert!(refused.stderr.contains("--yes") && refused.stderr.contains("toolbox.py"), "{refused:?}");
    assert_eq!(state(&server, "box"), "unapproved/no-approval");
    let other = ask(&server, &["approve", "box", "--launch", "another"]).expect(4);
    assert!(other.stderr.contains("launch-changed"), "{other:?}");
    // Where the service finds the program in between, something else was shown.
    within(STARTING, "it is approved", || ask(&server, &["approve", "box", "--yes"]).code == Some(0));
    let again = ask(&server, &["approve", "box", "--yes"]).expect(0);
    assert_eq!(again.stdout, "box needs no approval\n");

    let tested = ask(&server, &["test", "box"]).expect(0);
    assert!(tested.stdout.contains("list_tools  ok") && tested.stdout.contains(" tools\n"), "{tested:?}");
    let tools = ask(&server, &["tools", "box"]).expect(0);
    assert!(tools.lines()[1..].iter().any(|line| line.starts_with("echo")), "{tools:?}");
    let names = ask(&server, &["tools", "box", "-o", "name", "--refresh"]).expect(0);
    assert!(names.lines().contains(&"dot"), "{names:?}");
    let sent = r#"{"text":"hello","mood":"glad"}"#;
    let called = feed_with(&server.site(), &KEY, &["call", "box", "echo", "-"], sent).expect(0);
    assert!(called.stdout.contains("hello"), "{called:?}");
    ask(&server, &["call", "box", "fail"]).expect(1);
    let one = ask(&server, &["status", "box"]).expect(0);
    assert!(one.lines()[1].contains("running") && one.stdout.contains("\nWHEN  "), "{one:?}");
    let logs = ask(&server, &["logs", "box"]).expect(0);
    for ran in [tested, tools, called, one, logs] {
        assert!(!ran.stdout.contains("hunter2-secret"), "{ran:?}");
    }
    ask(&server, &["approve", "box", "--withdraw"]).expect(0);
    within(STARTING, "it is not approved", || state(&server, "box").starts_with("unapproved"));
}

#[test]
fn a_configuration_that_is_not_stored_can_be_tested() {
    let server = service();
    let broken = json!({"command": "no-such-program"}).to_string();
    let failed = feed_with(&server.site(), &KEY, &["test", "--with", "-"], &broken).expect(1);
    assert!(failed.stdout.contains("spawn") && failed.stdout.contains("failed"), "{failed:?}");
    assert!(!server.names().contains(&"test".to_owned()));
}

#[test]
fn without_a_service_they_end_with_5() {
    let site = Site::new();
    feed(&site, &["set", "box"], r#"{"command":"x"}"#).expect(0);
    for arguments in [
        &["status"][..],
        &["approve", "box", "--yes"],
        &["test", "box"],
        &["tools", "box"],
        &["call", "box", "echo"],
        &["logs", "box"],
        &["watch"],
    ] {
        let ran = run_with(&site, &KEY, arguments).expect(5);
        assert!(ran.stderr.contains("no service runs") && ran.stdout.is_empty(), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn watch_shows_what_changes_and_ends_cleanly_when_its_reader_has_gone() {
    let server = TestServer::start();
    let mut watch = command(&server.site(), &["watch"]);
    let mut child = watch.env("MCP_SETTINGS_API_KEY", ADMIN).spawn().expect("it can be run");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    assert_eq!(next(), "watching");
    server.seed("issues", &json!({"command": "npx", "env": {"TOKEN": "hunter2"}}));
    let mut changed = next();
    // States of instances come in between.
    while !changed.contains("created") {
        changed = next();
    }
    assert!(changed.ends_with(" issues created by admin"), "{changed}");
    drop(lines);
    // Nothing is written any more, and it ends all the same.
    let ran = Ran::of(child.wait_with_output().expect("it ends")).expect(0);
    assert_eq!(ran.stderr, "");
}

#[test]
fn watch_prints_json_and_ends_behind_head_and_with_its_service() {
    let server = TestServer::start();
    let program = env!("CARGO_BIN_EXE_mcp-settings");
    let script = format!(
        "'{program}' watch -o json --settings '{}' | head -n 1; exit ${{PIPESTATUS[0]}}",
        server.document_path().display()
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .env("HOME", server.home())
        .env("MCP_SETTINGS_API_KEY", ADMIN)
        .output()
        .expect("bash is there");
    let ran = Ran::of(output).expect(0);
    assert_eq!((&ran.json()["event"], ran.stderr.as_str()), (&json!("opened"), ""));
    let mut watch = command(&server.site(), &["watch", "-o", "yaml"]);
    let mut child = watch.env("MCP_SETTINGS_API_KEY", ADMIN).spawn().expect("it can be run");
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    stdout.read_line(&mut first).expect("UTF-8");
    assert!(first.starts_with("--- {\"event\":"), "each event is a document of its own: {first}");
    server.stop();
    within(Duration::from_secs(20), "it ends", || child.try_wait().expect("ours").is_some());
    let ended = child.wait_with_output().expect("it has ended");
    assert_eq!(ended.status.code(), Some(5), "{}", String::from_utf8_lossy(&ended.stderr));
}
