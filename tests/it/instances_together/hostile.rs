//! Programs that do all they can to stay: when the service ends, killed or asked to, nothing of them is left.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::running::{Mark, builder, program, put, run_always, start, state, within};
use crate::server::TestServer;
use crate::site::Site;

/// Programs of tests/servers.
const PROGRAMS: [&str; 12] = [
    "closes_stdout.py",
    "deaf.py",
    "double_forks.py",
    "exits_with_3.sh",
    "floods_stderr.py",
    "forks_on.py",
    "grows.py",
    "leaves_a_child.sh",
    "reports.py",
    "secret_on_stderr.sh",
    "silent.py",
    "three_deep.sh",
];

/// Words of tests/servers/protocol.py.
const WORDS: [&str; 8] = ["plain", "silent", "junk", "unended", "cursor", "refuse", "slow", "deaf"];

/// How long it may take until all of them are started: what never answers holds one of few permits for five seconds.
const ALL_STARTED: Duration = Duration::from_secs(100);

/// A service in which these programs and words run, or have failed already.
fn with(mark: &Mark, words: &[&str]) -> TestServer {
    let server = start(builder(Site::new()));
    let mut names = Vec::new();
    for file in PROGRAMS {
        let name = file.replace('.', "-");
        put(&server, &name, &json!({"command": program(file), "env": mark.env(&name)}));
        names.push(name);
    }
    // With its output open it is not ended before the service is.
    let forks_on = json!({"command": program("forks_on.py"), "args": ["open"], "env": mark.env("forks_on")});
    put(&server, "forks_on", &forks_on);
    names.push("forks_on".to_owned());
    for word in words {
        put(&server, word, &mark.protocol(word, word));
        names.push((*word).to_owned());
    }
    for name in &names {
        run_always(&server, name);
    }
    within(ALL_STARTED, "each of them is started", || {
        let bearers = mark.bearers();
        let has_begun = |name: &String| {
            bearers.iter().any(|bearer| bearer.name == *name && !bearer.is_supervisor)
                || state(&server, name) == "error"
        };
        names.iter().all(has_begun)
    });
    let bearers = mark.bearers();
    for name in ["deaf-py", "double_forks-py", "forks_on", "grows-py", "three_deep-sh", "plain"] {
        assert!(bearers.iter().any(|bearer| bearer.name == name), "{name} is not running: {bearers:?}");
    }
    assert!(bearers.iter().any(|bearer| bearer.is_supervisor), "{bearers:?}");
    server
}

#[test]
fn after_hostile_programs_and_a_sigkill_of_the_service_no_process_of_ours_is_left() {
    let mark = Mark::new();
    let server = with(&mark, &WORDS);
    server.crash();
    mark.expect_gone(Duration::from_secs(3));
}

#[test]
fn asked_to_end_the_service_ends_hostile_programs_all_at_once() {
    let mark = Mark::new();
    let server = with(&mark, &["plain"]);
    let begin = Instant::now();
    server.stop();
    let (ended, longest) = (begin.elapsed(), Duration::from_millis(3_500));
    assert!(ended < longest, "the service took {ended:?}");
    mark.expect_gone(longest - ended);
}
