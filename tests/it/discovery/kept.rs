//! Lists of servers that do not run: answered at once, never as if the server lived, and never by starting it.

use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::lister::Lister;
use super::{accept, asked_again, names, refreshed, timed, tools, tools_of};
use crate::instances::{
    ALL, call, once, place, program, put, running, start, start_on, start_runner_on, started, starts, stop,
    text_of, until_nothing_runs,
};
use crate::response::Response;
use crate::server::{READER, TestServer, WRITER, eventually, item};
use crate::site::Site;

/// What is at once, on a machine that is busy.
const AT_ONCE: Duration = Duration::from_millis(500);

/// What is kept of a server that does not run is answered at once, with its age, and as what it is.
#[track_caller]
fn is_kept(server: &TestServer, name: &str) -> Response {
    let (answer, took) = timed(tools_of(server, name));
    let answer = answer.expect(200);
    let listing = answer.json();
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(listing["stale"], true, "{listing}");
    assert!(names(&listing).contains(&"pid".to_owned()), "{listing}");
    let age: u64 = answer.header("age").and_then(|age| age.parse().ok()).expect("seconds");
    assert!(age < 120, "{age}");
    answer
}

#[test]
fn a_server_that_died_or_was_stopped_answers_its_list_at_once_and_as_an_old_one() {
    let server = start();
    put(&server, "a", &program(&[&starts(&server)]));
    let pid = text_of(call(&server, "a", "pid"));
    assert_eq!(tools(&server, "a")["stale"], false);
    assert!(Command::new("kill").args(["-KILL", &pid]).status().expect("there is a kill").success());
    eventually("it is seen", || tools(&server, "a")["stale"] == true);
    is_kept(&server, "a");
    server.patch(item("a")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    once(&server, "a", "disabled");
    is_kept(&server, "a");
    // Asked again, it is what it was: nothing runs that could be asked.
    assert_eq!(refreshed(&server, "a")["stale"], true);
    thread::sleep(Duration::from_millis(1_100));
    let age: u64 = is_kept(&server, "a").header("age").expect("its age").parse().expect("seconds");
    assert!(1 <= age, "{age}");
    assert_eq!((started(&server).len(), running(&server)), (1, Vec::new()), "a GET starts nothing");
    stop(server);
}

#[test]
fn a_list_is_kept_over_a_restart_and_shown_by_a_service_that_does_not_run_the_server() {
    let site = Arc::new(Site::new());
    let first = start_runner_on(Arc::clone(&site));
    put(&first, "a", &program(&[&starts(&first)]));
    put(&first, "b", &program(&["b"]));
    text_of(call(&first, "a", "pid"));
    let listing = tools(&first, "a");
    let other = start_on(Arc::clone(&site));
    // While the server runs, its list is a current one there too.
    eventually("the other one has it", || tools_of(&other, "a").send().status == 200);
    eventually("it is seen that it runs", || tools(&other, "a")["stale"] == false);
    let shown = tools(&other, "a");
    assert_eq!((&shown["tools"], &shown["fingerprint"]), (&listing["tools"], &listing["fingerprint"]));
    tools_of(&other, "b").send().expect_problem(404, "no-list");
    first.patch(item("a")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    once(&first, "a", "disabled");
    eventually("it is seen that it does not", || tools(&other, "a")["stale"] == true);
    is_kept(&other, "a");
    assert_eq!(other.stop().code, Some(0));
    stop(first);
    let next = start_runner_on(site);
    let shown = is_kept(&next, "a").json();
    assert_eq!((&shown["tools"], &shown["accepted"]), (&listing["tools"], &listing["accepted"]));
    assert_eq!(shown["generation"], listing["generation"]);
    assert_eq!(started(&next).len(), 1, "a GET starts nothing");
    // Where it runs again, it is current again.
    next.patch(item("a")).key(ALL).json(&json!({"enabled": true})).send().expect(200);
    text_of(call(&next, "a", "pid"));
    assert_eq!(tools(&next, "a")["stale"], false);
    stop(next);
}

#[test]
fn nothing_is_started_to_list_something_and_what_was_never_listed_is_said() {
    let server = start();
    put(&server, "a", &program(&[&starts(&server)]));
    put(&server, "off", &json!({"command": "x", "enabled": false}));
    server.put(item("unapproved")).key(WRITER).json(&program(&[])).send().expect_success();
    put(&server, "remote", &json!({"url": "http://127.0.0.1:9/mcp"}));
    for name in ["a", "off", "unapproved", "remote"] {
        for path in ["tools", "resources", "prompts"] {
            let at = format!("{}/{path}", place(name));
            server.get(&at).key(READER).send().expect_problem(404, "no-list");
            server.get(format!("{at}?refresh=true")).key(WRITER).send().expect_problem(404, "no-list");
        }
        accept(&server, name, &json!("0")).send().expect_problem(404, "no-list");
    }
    tools_of(&server, "nobody").send().expect_problem(404, "unknown-server");
    asked_again(&server, "nobody").send().expect_problem(404, "unknown-server");
    tools_of(&server, "a").key(crate::instances::USER).send().expect_problem(403, "insufficient-scope");
    tools_of(&server, "a").anonymous().send().expect(401);
    assert_eq!((started(&server).len(), running(&server)), (0, Vec::new()));
    // Listed by the first probe of what a call has started, it is known without being asked for.
    text_of(call(&server, "a", "pid"));
    eventually("it is probed", || crate::instances::shown(&server, "a")["health"]["status"] == "healthy");
    server.patch(item("a")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    until_nothing_runs(&server);
    is_kept(&server, "a");
    stop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_and_prompts_are_kept_too() {
    let lister = Lister::of(&["a"]).await;
    let server = lister.served();
    let read =
        |path: &str| server.get(format!("{}/{path}", place("a"))).key(READER).send().expect(200).json();
    let (resources, prompts) = (read("resources"), read("prompts"));
    assert_eq!(resources["resources"][0]["entry"], json!({"uri": "x:r", "name": "r"}));
    // A server that has no templates has a list without any.
    assert_eq!((&resources["resources"][0]["name"], &resources["templates"]), (&json!("x:r"), &json!([])));
    assert_eq!((&prompts["prompts"][0]["name"], &prompts["dropped"]), (&json!("p"), &json!(1)));
    server.patch(item("a")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    once(&server, "a", "disabled");
    for (path, before) in [("resources", resources), ("prompts", prompts)] {
        let after = read(path);
        assert_eq!((&after["stale"], &before["stale"]), (&json!(true), &json!(false)));
        assert_eq!((&after[path], &after["fingerprint"]), (&before[path], &before["fingerprint"]));
    }
    stop(server);
}
