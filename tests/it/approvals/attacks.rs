//! Ways to have something else executed than what was approved, which must all end unapproved.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{BOTH, RUNNER, approve, builder, id, opened, place, put, shown, start, word};
use crate::server::{ADMIN, TestServer, WRITER, item};
use crate::site::Site;

#[test]
fn a_stale_or_forged_id_approves_nothing() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "good"}));
    let seen = id(&server, "a");
    // Between the look and the approval.
    put(&server, "a", WRITER, &json!({"command": "evil"}));
    server.post(place("a")).key(RUNNER).json(&seen).send().expect_problem(409, "launch-changed");
    put(&server, "b", WRITER, &json!({"command": "good"}));
    assert_eq!(id(&server, "b"), seen, "an id is of what is executed");
    let launch = seen["launch"].as_str().expect("a text").to_owned();
    let forged =
        [String::new(), "0".repeat(64), launch.to_uppercase(), launch[..63].to_owned(), format!("{launch}0")];
    for id in forged {
        let answer = server.post(place("b")).key(RUNNER).json(&json!({"launch": id})).send();
        answer.expect_problem(409, "launch-changed");
    }
    assert_eq!((word(&server, "a"), word(&server, "b")), ("no-approval".into(), "no-approval".into()));
    // Another store has other ids.
    let other = start();
    put(&other, "b", WRITER, &json!({"command": "good"}));
    assert_ne!(id(&other, "b"), seen);
    other.post(place("b")).key(RUNNER).json(&seen).send().expect_problem(409, "launch-changed");
}

#[test]
fn a_hand_edit_is_not_approved_until_it_is_what_was() {
    let server = start();
    put(&server, "a", BOTH, &json!({"command": "good", "env": {"TOKEN": "t"}}));
    assert_eq!(word(&server, "a"), "approved");
    let approved = server.document().expect("there is one");
    let text = String::from_utf8(approved.clone()).expect("it is text");
    for edited in [
        text.replace("good", "evil"),
        text.replace("\"env\"", "\"args\":[\"--evil\"],\"env\""),
        text.replace("\"TOKEN\"", "\"LD_PRELOAD\":\"/tmp/evil.so\",\"TOKEN\""),
        text.replace("\"env\"", "\"cwd\":\"/tmp\",\"env\""),
    ] {
        assert_ne!(edited, text);
        server.site().write(&edited);
        assert_eq!(word(&server, "a"), "launch-changed", "{edited}");
        // Whatever is written over it by who may run servers.
        server.patch(item("a")).key(BOTH).json(&json!({"description": "d"})).send().expect(200);
        assert_eq!(word(&server, "a"), "launch-changed");
    }
    server.site().write(&approved);
    assert_eq!(word(&server, "a"), "approved");
}

#[test]
fn a_server_that_is_swapped_between_names_brings_no_approval() {
    let server = start();
    put(&server, "a", BOTH, &json!({"command": "good"}));
    put(&server, "b", WRITER, &json!({"command": "evil"}));
    let rename = |from: &str, to: &str| {
        let target = format!("{}/rename", item(from));
        server.post(target).key(WRITER).json(&json!({"to": to})).send().expect(200);
    };
    rename("a", "c");
    rename("b", "a");
    rename("c", "b");
    assert_eq!((word(&server, "a"), word(&server, "b")), ("no-approval".into(), "approved".into()));
    // Deleted by who may not run servers, and made again under the name as something else.
    server.delete(item("b")).key(WRITER).send().expect(204);
    put(&server, "b", WRITER, &json!({"command": "evil"}));
    assert_ne!(word(&server, "b"), "approved");
}

#[test]
fn without_keys_and_with_those_of_openhands_nobody_approves() {
    let site = std::sync::Arc::new(Site::new());
    let server = TestServer::builder(std::sync::Arc::clone(&site)).open_to_everyone().start();
    server.put(item("a")).anonymous().json(&json!({"command": "x"})).send().expect(201);
    let refused = server.get(place("a")).anonymous().send();
    assert_eq!(refused.expect_problem(403, "insufficient-scope").json()["required_scope"], "run");
    server.post(place("a")).anonymous().json(&json!({"launch": "x"})).send().expect(403);
    server.stop();
    let openhands = "openhands-session-key-0123456789";
    let server = TestServer::builder(std::sync::Arc::clone(&site))
        .without_env("MCP_SETTINGS_API_KEYS")
        .env("SESSION_API_KEY", openhands)
        .start();
    server.put(item("b")).key(openhands).json(&json!({"command": "x"})).send().expect(201);
    server.get(place("b")).key(openhands).send().expect_problem(403, "insufficient-scope");
    server.stop();
    let server = opened(builder(site).start());
    assert_eq!((word(&server, "a"), word(&server, "b")), ("no-approval".into(), "no-approval".into()));
}

#[test]
fn admin_does_not_include_run() {
    let server = start();
    put(&server, "a", ADMIN, &json!({"command": "x"}));
    assert_eq!(word(&server, "a"), "no-approval");
}

/// Each reads what would be executed and approves that, while the launch changes all the time.
#[test]
fn of_a_launch_that_changes_while_it_is_approved_only_what_was_seen_is() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "x"}));
    let end = Instant::now() + Duration::from_millis(1_500);
    let (mut approved, mut refused) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                put(&server, "a", WRITER, &json!({"command": "x", "args": [number.to_string()]}));
                if end < Instant::now() {
                    break;
                }
            }
        });
        while Instant::now() < end {
            let seen = shown(&server, "a");
            let id = json!({"launch": seen["launch"]});
            match server.post(place("a")).key(RUNNER).json(&id).send().status {
                200 => approved += 1,
                409 => refused += 1,
                other => panic!("{other}"),
            }
        }
    });
    assert!(0 < approved + refused);
    put(&server, "a", WRITER, &json!({"command": "x", "args": ["never approved"]}));
    assert_ne!(word(&server, "a"), "approved");
    approve(&server, "a");
}
