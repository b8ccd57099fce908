//! What is shown of instances, and what goes with them (E5, E6), and that another launch is another instance.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    ALL, call, counted, once, once_seen, place, probe, program, put, running, shown, start, started, starts,
    stop, text_of, until_nothing_runs,
};
use crate::server::{READER, eventually, item};

#[test]
fn e5_of_a_server_that_is_deleted_nothing_is_left() {
    let server = start();
    let config = program(&[&starts(&server)]);
    put(&server, "a", &config);
    let pid = text_of(call(&server, "a", "pid"));
    probe(&server, "a");
    call(&server, "a", "refuse").send().expect_problem(502, "server-fault");
    let before = once(&server, "a", "running");
    assert!(!before["events"].as_array().expect("events").is_empty());
    server.delete(item("a")).key(ALL).send().expect(204);
    server.get(place("a")).send().expect_problem(404, "unknown-server");
    assert_eq!(server.get("/api/instances").send().expect(200).json()["instances"], json!([]));
    until_nothing_runs(&server);
    // The same again is another instance: nothing is known of its health.
    put(&server, "a", &config);
    let after = shown(&server, "a");
    assert_eq!(
        (&after["health"]["status"], &after["health"]["last"]),
        (&json!("unknown"), &json!(null)),
        "{after}"
    );
    assert_eq!(after["events"], json!([]), "{after}");
    assert_eq!((&after["calls"], &after["restarts"]), (&json!(0), &json!(0)));
    assert_ne!(text_of(call(&server, "a", "pid")), pid);
    stop(server);
}

#[test]
fn one_that_is_made_again_while_the_old_one_is_being_ended_starts_after_it() {
    let server = start();
    let config = program(&["deaf", &starts(&server)]);
    put(&server, "a", &config);
    let old: u32 = text_of(call(&server, "a", "pid")).parse().expect("a number");
    server.delete(item("a")).key(ALL).send().expect(204);
    // It is looked at twice a second, and takes a second to be ended.
    thread::sleep(Duration::from_millis(550));
    put(&server, "a", &program(&["say=again", &starts(&server)]));
    let new = text_of(call(&server, "a", "pid"));
    assert!(running(&server).iter().all(|(pid, _)| *pid != old), "two of one name");
    assert_eq!(started(&server), [old.to_string(), new]);
    assert_eq!(counted(&server, "a", 1)["calls"], 1);
    stop(server);
}

#[test]
fn e6_the_detail_names_the_server_and_says_what_it_runs() {
    let server = start();
    put(&server, "a.b-c", &program(&[]));
    let idle = once_seen(&server, "a.b-c");
    assert_eq!(
        (&idle["name"], &idle["state"], &idle["health"]["status"]),
        (&json!("a.b-c"), &json!("idle"), &json!("unknown"))
    );
    assert_eq!(
        (&idle["approved"], &idle["attention"], &idle["runner"]),
        (&json!(true), &json!("none"), &json!(true))
    );
    assert!(running(&server).is_empty(), "a GET starts nothing");
    text_of(call(&server, "a.b-c", "pid"));
    let reading = probe(&server, "a.b-c");
    assert_eq!((&reading["ok"], &reading["fault"]), (&json!(true), &json!(null)));
    counted(&server, "a.b-c", 1);
    let detail = server.get(place("a.b-c")).key(READER).send().expect(200).json();
    assert_eq!((&detail["name"], &detail["state"]), (&json!("a.b-c"), &json!("running")));
    assert_eq!(detail["server"], json!({"name": "instance", "version": "1"}));
    assert_eq!((&detail["protocol_version"], &detail["calls"]), (&json!("2025-11-25"), &json!(1)));
    assert_eq!(detail["health"]["status"], "healthy");
    assert_eq!(detail["etag"], json!(server.get(item("a.b-c")).send().expect(200).etag()));
    let kinds: Vec<&Value> =
        detail["events"].as_array().expect("events").iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds.first(), Some(&&json!("start")), "{kinds:?}");
    assert!(kinds.contains(&&json!("probe")), "{kinds:?}");
    // The list has the same, without the events.
    let list = server.get("/api/instances").key(READER).send().expect(200).json();
    assert_eq!((&list["runner"], &list["instances"][0]["name"]), (&json!(true), &json!("a.b-c")));
    assert_eq!(list["instances"][0].get("events"), None);
    stop(server);
}

#[test]
fn another_launch_ends_what_runs_and_anything_else_does_not() {
    let server = start();
    put(&server, "a", &program(&[&starts(&server)]));
    let pid = text_of(call(&server, "a", "pid"));
    let before = once(&server, "a", "running");
    server.patch(item("a")).key(ALL).json(&json!({"timeout": 30})).send().expect(200);
    assert_eq!(text_of(call(&server, "a", "pid")), pid);
    let mut config = program(&[&starts(&server), "other"]);
    let args = config["args"].take();
    server.patch(item("a")).key(ALL).json(&json!({"args": args})).send().expect(200);
    assert_ne!(text_of(call(&server, "a", "pid")), pid);
    let after = once(&server, "a", "running");
    assert_ne!(after["generation"], before["generation"]);
    assert_eq!(started(&server).len(), 2);
    eventually("the old one is gone", || !std::path::Path::new(&format!("/proc/{pid}")).exists());
    stop(server);
}
