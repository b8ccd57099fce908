//! Several services on one settings file and one state: one of them runs the servers, the others show them, and one of
//! those takes over when it is gone (DESIGN §13.1).

mod hostile;

use std::fs::{self, File};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};

use crate::running::{
    EDITOR, Mark, STARTING, approve, builder, is_runner, place, program, put, request, run_always, shown,
    start, start_runner, state, withdraw, within,
};
use crate::server::{TestServer, item};
use crate::site::Site;

/// How soon a change through any of them has an effect on what runs.
const EFFECT: Duration = Duration::from_secs(2);

/// How soon another one runs the servers when the one that did is gone.
const TAKE_OVER: Duration = Duration::from_secs(5);

/// Two services: the first runs the servers.
struct Pair {
    first: TestServer,
    second: TestServer,
    mark: Mark,
}

impl Pair {
    fn start() -> Self {
        let site = Arc::new(Site::new());
        let first = runner(&site);
        let second = start(builder(site));
        Self { first, second, mark: Mark::new() }
    }

    /// A server that runs always, and does.
    #[track_caller]
    fn run(&self, name: &str) {
        put(&self.first, name, &self.mark.protocol(name, "plain"));
        run_always(&self.first, name);
        within(STARTING, "it runs", || state(&self.first, name) == "running");
    }
}

/// A service that runs the servers by now.
fn runner(site: &Arc<Site>) -> TestServer {
    start_runner(builder(Arc::clone(site)))
}

#[test]
fn one_runs_the_servers_and_the_other_shows_them_and_says_that_it_does_not() {
    let pair = Pair::start();
    pair.run("a");
    put(&pair.first, "b", &json!({"command": "x", "enabled": false}));
    request(&pair.second, "PUT", item("c")).key(EDITOR).json(&json!({"command": "x"})).send().expect(201);
    assert_eq!((is_runner(&pair.first), is_runner(&pair.second)), (true, false));
    for (name, expected) in [("a", "running"), ("b", "disabled"), ("c", "unapproved/no-approval")] {
        within(EFFECT, "both show the same", || {
            let (own, mut other) = (shown(&pair.first, name), shown(&pair.second, name));
            assert_eq!((&own["runner"], &other["runner"]), (&json!(true), &json!(false)));
            other["runner"] = json!(true);
            own == other && state(&pair.second, name) == expected
        });
    }
    let list = request(&pair.second, "GET", "/api/instances").send().expect(200).json();
    for instance in list["instances"].as_array().expect("an array") {
        let name = instance["name"].as_str().expect("a name");
        assert_eq!(
            (&instance["runner"], &instance["state"]),
            (&json!(false), &shown(&pair.first, name)["state"])
        );
    }
    for rest in ["/probe", "/restart", "/tools/t/call"] {
        let answer = request(&pair.second, "POST", place("a", rest)).json(&json!({})).send();
        answer.expect_problem(503, "not-the-runner");
    }
    assert_eq!(pair.mark.programs("a").len(), 1, "it runs once: {:?}", pair.mark.bearers());
    let called =
        request(&pair.first, "POST", place("a", "/tools/t/call")).json(&json!({})).send().expect(200);
    assert_eq!(called.json()["result"]["content"][0]["text"], "done");
}

#[test]
fn an_edit_an_approval_and_a_withdrawal_through_either_act_on_the_process_within_two_seconds() {
    let pair = Pair::start();
    pair.run("a");
    for server in [&pair.second, &pair.first] {
        let old = pair.mark.programs("a");
        let edit = json!({"args": [program("protocol.py"), "plain", server.pid().to_string()]});
        request(server, "PATCH", item("a")).json(&edit).send().expect(200);
        pair.mark.expect_end(&old, EFFECT, "what ran before the edit is ended");
        within(STARTING, "it runs again", || state(&pair.first, "a") == "running");

        let old = pair.mark.programs("a");
        withdraw(server, "a");
        pair.mark.expect_end(&old, EFFECT, "what is not approved any more is ended");
        within(EFFECT, "it is shown", || state(&pair.first, "a") == "unapproved/no-approval");
        approve(server, "a");
        within(EFFECT, "what is approved is started", || !pair.mark.bearers().is_empty());
        within(STARTING, "it runs again", || state(&pair.first, "a") == "running");

        let old = pair.mark.programs("a");
        let args = json!([program("protocol.py"), "plain", "unapproved", server.pid().to_string()]);
        // What is secret is sent again: it is bound to what it was given to.
        let edit = json!({"args": args, "env": pair.mark.env("a")});
        request(server, "PATCH", item("a")).key(EDITOR).json(&edit).send().expect(200);
        pair.mark.expect_end(&old, EFFECT, "what ran before the edit is ended");
        within(EFFECT, "it is shown", || state(&pair.second, "a") == "unapproved/launch-changed");
        approve(server, "a");
        within(EFFECT, "what is approved is started", || !pair.mark.bearers().is_empty());
        within(STARTING, "it runs again", || state(&pair.first, "a") == "running");

        let old = pair.mark.programs("a");
        request(server, "PATCH", item("a")).json(&json!({"enabled": false})).send().expect(200);
        pair.mark.expect_end(&old, EFFECT, "what is disabled is ended");
        request(server, "PATCH", item("a")).json(&json!({"enabled": true})).send().expect(200);
        within(EFFECT, "what is enabled is started", || !pair.mark.bearers().is_empty());
        within(STARTING, "it runs again", || state(&pair.first, "a") == "running");
    }
}

#[test]
fn when_the_one_is_killed_its_processes_end_and_the_other_runs_the_servers_within_five_seconds() {
    let pair = Pair::start();
    for name in ["a", "b"] {
        pair.run(name);
    }
    let Pair { first, second, mark } = pair;
    let of_first = mark.bearers().iter().map(|bearer| bearer.pid).collect();
    let mut events = second.follow().0;
    let mut changes = 0;
    // An event of another kind comes with each change, so that it is read what came before.
    let mut says_that_it_runs_them = |says: bool| {
        changes += 1;
        put(&second, "other", &json!({"url": format!("http://127.0.0.1:9/{changes}"), "enabled": false}));
        events.next_of("other");
        events.runner == Some(says)
    };
    within(EFFECT, "the stream says that another service runs them", || says_that_it_runs_them(false));
    let begin = Instant::now();
    first.crash();
    mark.expect_end(&of_first, Duration::from_secs(2), "the processes of the killed one are gone");
    let left = || TAKE_OVER.saturating_sub(begin.elapsed());
    within(left(), "the other one runs the servers", || is_runner(&second));
    for name in ["a", "b"] {
        within(left(), "it runs again", || state(&second, name) == "running");
        assert_eq!(mark.programs(name).len(), 1, "{:?}", mark.bearers());
    }
    within(EFFECT, "the stream says so", || says_that_it_runs_them(true));
    let before = shown(&second, "a")["events"].as_array().expect("events").len();
    assert!(2 <= before, "what happened before is known still: {before}");
    second.stop();
    mark.expect_gone(Duration::ZERO);
}

/// The other one may not have seen the withdrawal yet when it gets the lock.
#[test]
fn what_was_withdrawn_just_before_the_one_was_killed_is_not_started_by_the_other() {
    let Pair { mut first, mut second, mark } = Pair::start();
    let site = first.site();
    let starts = site.logs().join("starts");
    let note = format!("echo started >>{}; exec python3 {} plain", starts.display(), program("protocol.py"));
    put(&first, "a", &json!({"command": "sh", "args": ["-c", note], "env": mark.env("a")}));
    run_always(&first, "a");
    for _ in 0..4 {
        within(STARTING, "it runs", || state(&first, "a") == "running");
        within(EFFECT, "the other one knows", || state(&second, "a") == "running");
        let before = fs::read_to_string(&starts).expect("it was started");
        withdraw(&first, "a");
        first.crash();
        within(TAKE_OVER, "the other one runs the servers", || is_runner(&second));
        within(EFFECT, "it is shown", || state(&second, "a") == "unapproved/no-approval");
        assert_eq!(fs::read_to_string(&starts).expect("it is there"), before, "it was started again");
        approve(&second, "a");
        (first, second) = (second, start(builder(Arc::clone(&site))));
    }
}

/// What is remembered of the attempts of a server.
fn retry(server: &TestServer, name: &str) -> Value {
    let retry = &shown(server, name)["retry"];
    json!([retry["attempt_count"], retry["next_retry_at_ms"], retry["last_attempt_at_ms"], retry["error"]])
}

#[test]
fn b8_what_is_known_of_failed_attempts_survives_a_takeover_and_a_restart() {
    let Pair { first, second, .. } = Pair::start();
    let site = first.site();
    put(&first, "a", &json!({"command": program("exits_with_3.sh")}));
    run_always(&first, "a");
    let count = |server: &TestServer| shown(server, "a")["retry"]["attempt_count"].as_u64();
    within(STARTING, "it failed", || count(&first) == Some(1));
    request(&first, "POST", place("a", "/restart")).send().expect(200);
    within(STARTING, "it failed again", || count(&first) == Some(2));
    let before = retry(&first, "a");
    within(EFFECT, "it is stored", || {
        let path = site.state().join("state.db");
        let state = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it is there");
        state.query_row("SELECT count FROM attempts", [], |row| row.get::<_, i64>(0)).ok() == Some(2)
    });
    first.crash();
    within(TAKE_OVER, "the other one runs the servers", || is_runner(&second));
    within(EFFECT, "it is shown", || state(&second, "a") == "error");
    assert_eq!(retry(&second, "a"), before, "after a takeover");
    second.stop();
    let third = runner(&site);
    within(EFFECT, "it is shown", || state(&third, "a") == "error");
    assert_eq!(retry(&third, "a"), before, "after a restart");
}

#[test]
fn a_service_that_is_to_run_nothing_says_so_and_leaves_it_to_another_one() {
    let site = Arc::new(Site::new());
    let mark = Mark::new();
    let off = start(builder(Arc::clone(&site)).env("MCP_SETTINGS_RUN", "off"));
    put(&off, "a", &mark.protocol("a", "plain"));
    run_always(&off, "a");
    within(STARTING, "it says so", || state(&off, "a") == "unapproved/run-off");
    let other = runner(&site);
    within(STARTING, "another one runs it", || state(&other, "a") == "running");
    assert!(!is_runner(&off));
    assert_eq!(shown(&off, "a")["runner"], false);
    other.crash();
    mark.expect_gone(Duration::from_secs(2));
    // Longer than a service takes that would take over.
    thread::sleep(TAKE_OVER);
    assert_eq!(mark.bearers(), []);
    assert_eq!((state(&off, "a").as_str(), is_runner(&off)), ("unapproved/run-off", false));
    let lock = File::open(site.state().join("run.lock")).expect("the other one made it");
    flock(&lock, FlockOperation::NonBlockingLockExclusive).expect("the lock is free");
}
