//! Services that run servers: what is configured there, what is shown of it, and what of it is in the table of
//! processes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::launch::Builder;
use crate::server::{ADMIN, TestServer, item};
use crate::site::Site;
use crate::wire::Request;

/// May do everything, run servers too.
pub(crate) const OPERATOR: &str = "operator-key-0123456789";

/// May write, and not run servers.
pub(crate) const EDITOR: &str = "editor-key-0123456789";

/// How long a server may take to start on a busy machine.
pub(crate) const STARTING: Duration = Duration::from_secs(60);

/// How often a test looks again.
const LOOK: Duration = Duration::from_millis(20);

/// A variable that all descendants of a server inherit, however they leave their parents.
pub(crate) struct Mark(String);

/// A process that bears a mark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bearer {
    pub(crate) pid: i32,
    /// What its mark says after the part that all of one test have.
    pub(crate) name: String,
    /// Whether it is the supervisor of a program.
    pub(crate) is_supervisor: bool,
    command: String,
}

/// A service whose callers may run servers.
pub(crate) fn builder(site: impl Into<Arc<Site>>) -> Builder {
    let keys = json!([
        {"name": "operator", "key": OPERATOR, "scopes": ["admin", "run"]},
        {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
        {"name": "editor", "key": EDITOR, "scopes": ["write"]},
    ]);
    TestServer::builder(site).env("MCP_SETTINGS_API_KEYS", keys.to_string()).env("MCP_SETTINGS_LOG", "info")
}

/// The same once it has opened its state: what is written before that is not approved.
pub(crate) fn start(builder: Builder) -> TestServer {
    let server = builder.start();
    request(&server, "GET", place("none", "/approval")).send().expect_problem(404, "unknown-server");
    server
}

/// The same once it runs the servers.
pub(crate) fn start_runner(builder: Builder) -> TestServer {
    let server = start(builder);
    within(STARTING, "it runs the servers", || is_runner(&server));
    server
}

/// The path of an instance, or of what is below it.
pub(crate) fn place(name: &str, rest: &str) -> String {
    format!("/api/instances/{name}{rest}")
}

/// A request of a caller who may run servers.
pub(crate) fn request(server: &TestServer, method: &str, target: impl AsRef<str>) -> Request {
    server.request(method, target).key(OPERATOR)
}

/// What is shown of an instance.
#[track_caller]
pub(crate) fn shown(server: &TestServer, name: &str) -> Value {
    request(server, "GET", place(name, "")).send().expect(200).json()
}

/// Its state, with the reason where it is not approved.
#[track_caller]
pub(crate) fn state(server: &TestServer, name: &str) -> String {
    let shown = shown(server, name);
    let word = |member: &str| shown[member].as_str().map(str::to_owned);
    let (state, reason) = (word("state").expect("a state"), word("reason"));
    reason.map_or(state.clone(), |reason| format!("{state}/{reason}"))
}

/// Whether it says that it runs the servers.
#[track_caller]
pub(crate) fn is_runner(server: &TestServer) -> bool {
    let list = request(server, "GET", "/api/instances").send().expect(200).json();
    list["runner"].as_bool().expect("a Boolean")
}

/// Creates or replaces a server, and approves what it starts.
#[track_caller]
pub(crate) fn put(server: &TestServer, name: &str, config: &Value) {
    request(server, "PUT", item(name)).json(config).send().expect_success();
}

/// Approves what a server would start, as an operator does who has looked at it.
#[track_caller]
pub(crate) fn approve(server: &TestServer, name: &str) {
    // Where the runner finds the command in between, something else was shown, and is shown again.
    for _ in 0..5 {
        let shown = request(server, "GET", place(name, "/approval")).send().expect(200).json();
        let id = json!({"launch": shown["launch"]});
        let answer = request(server, "POST", place(name, "/approval")).json(&id).send();
        if answer.status == 200 {
            return;
        }
        answer.expect_problem(409, "launch-changed");
    }
    panic!("what would be executed changes all the time");
}

#[track_caller]
pub(crate) fn withdraw(server: &TestServer, name: &str) {
    request(server, "DELETE", place(name, "/approval")).send().expect(204);
}

/// Has a server run for as long as the service does.
#[track_caller]
pub(crate) fn run_always(server: &TestServer, name: &str) {
    request(server, "PUT", place(name, "/policy")).json(&json!({"start": "always"})).send().expect(200);
}

/// The path of a program of `tests/servers`.
pub(crate) fn program(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers").join(name);
    assert!(path.exists(), "{}", path.display());
    path.to_string_lossy().into_owned()
}

/// Looks until it is so; how long that took.
#[track_caller]
pub(crate) fn within(longest: Duration, what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    loop {
        if is_so() {
            return begin.elapsed();
        }
        assert!(begin.elapsed() < longest, "not within {longest:?}: {what}");
        thread::sleep(LOOK);
    }
}

impl Mark {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(format!("{}.{}.", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The environment of a server of this name.
    pub(crate) fn env(&self, name: &str) -> Value {
        json!({"TEST_MARK": format!("{}{name}", self.0)})
    }

    /// A server that does what it should, or what this word of `tests/servers/protocol.py` says.
    pub(crate) fn protocol(&self, name: &str, word: &str) -> Value {
        json!({"command": "python3", "args": [program("protocol.py"), word], "env": self.env(name)})
    }

    /// All that bear it, in any service.
    pub(crate) fn bearers(&self) -> Vec<Bearer> {
        let entries = fs::read_dir("/proc").expect("a table of processes").flatten();
        let processes = entries
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<i32>().ok()?, entry.path())));
        let mut bearers: Vec<Bearer> = processes.filter_map(|(pid, path)| self.bearer(pid, &path)).collect();
        bearers.sort();
        bearers
    }

    /// The programs of this server that bear it, without their supervisors.
    pub(crate) fn programs(&self, name: &str) -> BTreeSet<i32> {
        let bearers = self.bearers().into_iter();
        bearers.filter(|own| own.name == name && !own.is_supervisor).map(|own| own.pid).collect()
    }

    /// Waits until none of these processes is left.
    #[track_caller]
    pub(crate) fn expect_end(&self, of: &BTreeSet<i32>, longest: Duration, what: &str) -> Duration {
        within(longest, what, || self.bearers().iter().all(|bearer| !of.contains(&bearer.pid)))
    }

    /// Waits until nothing bears it.
    #[track_caller]
    pub(crate) fn expect_gone(&self, longest: Duration) -> Duration {
        let begin = Instant::now();
        loop {
            let left = self.bearers();
            if left.is_empty() {
                return begin.elapsed();
            }
            assert!(begin.elapsed() < longest, "left after {longest:?}: {left:?}");
            thread::sleep(LOOK);
        }
    }

    fn bearer(&self, pid: i32, path: &Path) -> Option<Bearer> {
        // Empty for what has ended and was not reaped yet: nothing runs there.
        let variables = String::from_utf8(fs::read(path.join("environ")).ok()?).ok()?;
        let mut variables = variables.split('\0');
        let (name, is_supervisor) = variables.find_map(|variable| {
            let (key, value) = variable.split_once('=')?;
            let name = value.strip_prefix(&self.0)?.to_owned();
            // The variables of a program wait under another name in the environment of its supervisor.
            Some((name, key != "TEST_MARK"))
        })?;
        let command = fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ");
        Some(Bearer { pid, name, is_supervisor, command })
    }
}
