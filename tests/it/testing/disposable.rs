//! The instance of a draft is disposable: nothing of it is stored, and nothing is left of it, however the test ends.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::{answer, begun, passed, test, tried};
use crate::instances::{
    processes, program, put, running, script, start, stop, until_none, until_nothing_runs,
};
use crate::server::{TestServer, eventually};

/// Every file and folder below this one.
fn below(folder: &Path) -> BTreeSet<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("our own folder").filter_map(Result::ok).map(|entry| entry.path());
    entries
        .flat_map(|path| if path.is_dir() { &below(&path) | &[path].into() } else { [path].into() })
        .collect()
}

/// Everything in which something of a draft could be.
fn all(server: &TestServer) -> (Option<Vec<u8>>, BTreeSet<PathBuf>, BTreeSet<PathBuf>, Value) {
    let list = server.get("/api/instances").send().expect(200).json();
    (server.document(), below(&server.site.data()), below(&server.site.home()), list)
}

/// A program that says where it runs before it serves.
fn says_where() -> Value {
    let own = program(&[]);
    let line =
        format!("pwd >&2; exec {} {}", own["command"].as_str().expect("a path"), script("instance.py"));
    json!({"command": "sh", "args": ["-c", line], "env": {"KEEP": "a-secret-of-a-draft"}})
}

#[test]
fn nothing_of_a_draft_is_stored() {
    let server = start();
    put(&server, "stored", &json!({"command": "x", "enabled": false}));
    eventually("it is seen", || {
        let seen = &all(&server).3["instances"][0];
        seen["generation"] != 0 && seen["approved"] == true
    });
    let (mut events, _) = server.follow();
    // The folder for the folders of programs is made with the first.
    tried(&server, &json!({"config": says_where()}));
    let before = all(&server);
    let mut folders = BTreeSet::new();
    for body in [
        json!({"config": says_where()}),
        json!({"config": says_where(), "name": "new"}),
        json!({"config": says_where(), "name": "stored", "call_tool": {"name": "pid"}}),
    ] {
        let tested = tried(&server, &body);
        assert_eq!(tested["ok"], true, "{tested}");
        let folder = PathBuf::from(tested["stderr"].as_str().expect("a folder"));
        assert!(folder.starts_with(server.site.home()) && !folder.exists(), "{}", folder.display());
        assert!(folders.insert(folder), "each has its own");
        assert_eq!(all(&server), before, "{body}");
    }
    let site = server.site();
    for path in below(&site.home()).into_iter().filter(|path| path.is_file()) {
        let bytes = fs::read(&path).expect("our own file");
        assert!(!bytes.windows(8).any(|part| part == b"a-secret"), "{}", path.display());
    }
    assert!(!server.log().contains("a-secret-of"), "it is logged");
    events.wait_at_most(Duration::from_millis(1_200));
    assert!(events.try_next().is_err(), "nothing has changed");
    stop(server);
}

/// The ways to be in the middle of a test.
fn endless() -> Vec<Value> {
    let mut bodies: Vec<Value> = [&["mute"][..], &["deaf", "slow=60"], &["fork", "daemon", "slow=60"]]
        .into_iter()
        .map(|words| json!({"config": program(words)}))
        .collect();
    bodies.push(json!({"config": {"command": "python3", "args": [script("protocol.py"), "slow"]}}));
    bodies.push(json!({"config": program(&["deaf", "fork"]), "call_tool": {"name": "hang"}}));
    bodies
}

#[test]
fn a_client_that_hangs_up_ends_the_test_and_nothing_of_it_is_left() {
    let server = start();
    for body in endless() {
        let connection = begun(&server, &body);
        drop(connection);
        until_nothing_runs(&server);
    }
    assert_eq!(passed(&tried(&server, &json!({"config": program(&[])}))).len(), 4, "there is a seat again");
    stop(server);
}

#[test]
fn a_service_that_stops_or_is_killed_ends_its_tests() {
    for is_killed in [false, true] {
        for body in endless() {
            let server = start();
            let connection = begun(&server, &body);
            let site = server.site();
            match is_killed {
                true => drop(server.crash()),
                false => assert_eq!(server.stop().code, Some(0)),
            }
            until_none(|| processes(&site, None));
            drop(connection);
        }
    }
}

#[test]
fn programs_that_try_to_stay_are_gone_when_the_answer_comes() {
    let server = start();
    let words: [&[&str]; 5] =
        [&["deaf"], &["fork"], &["daemon"], &["deaf", "fork", "daemon"], &["deaf", "fork", "daemon", "mute"]];
    for words in words {
        let body = json!({"config": program(words), "timeout_seconds": 2});
        answer(test(&server, &body)).expect(200);
        assert_eq!(running(&server), [], "{words:?}");
    }
    for file in ["double_forks.py", "forks_on.py", "leaves_a_child.sh", "three_deep.sh", "closes_stdout.py"] {
        let body = json!({"config": {"command": script(file)}, "timeout_seconds": 2});
        answer(test(&server, &body)).expect(200);
        assert_eq!(running(&server), [], "{file}");
    }
    stop(server);
}
