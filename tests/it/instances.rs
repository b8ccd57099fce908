//! Instances (DESIGN §13): the configured servers, started, called, watched and ended through the API. A test whose name
//! begins with a letter and a digit holds that requirement.

mod given_up;
mod health;
mod hostile_programs;
mod hostile_web;
mod output;
mod problems;
mod readiness;
pub(crate) mod real;
mod retries;
mod starting;
mod status;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::launch::Builder;
use crate::response::Response;
use crate::server::{ADMIN, PATIENCE, READER, REVEALER, TestServer, WRITER, eventually, item};
use crate::site::Site;
use crate::wire::{Connection, Request};

/// May do everything, so that what it writes in clear is approved.
pub(crate) const ALL: &str = "all-key-0123456789";

/// May call tools.
pub(crate) const USER: &str = "user-key-0123456789";

/// May start programs, and write nothing.
pub(crate) const RUNNER: &str = "runner-key-0123456789";

/// A value that is in no answer, log, event or file.
pub(crate) const CANARY: &str = "canary-4f1d9c-secret";

pub(crate) fn builder(site: impl Into<Arc<Site>>) -> Builder {
    let keys = json!([
        {"name": "all", "key": ALL, "scopes": ["admin", "run"]},
        {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
        {"name": "user", "key": USER, "scopes": ["use"]},
        {"name": "runner", "key": RUNNER, "scopes": ["run"]},
        {"name": "writer", "key": WRITER, "scopes": ["write"]},
        {"name": "revealer", "key": REVEALER, "scopes": ["read", "reveal"]},
        {"name": "reader", "key": READER, "scopes": ["read"]},
    ]);
    TestServer::builder(site)
        .env("MCP_SETTINGS_API_KEYS", keys.to_string())
        .env("MCP_SECRET_GOOD", CANARY)
        .env("PATH", std::env::var("PATH").unwrap_or_default())
}

/// A service that runs servers by now.
#[track_caller]
pub(crate) fn start() -> TestServer {
    start_runner_on(Site::new())
}

#[track_caller]
pub(crate) fn start_runner_on(site: impl Into<Arc<Site>>) -> TestServer {
    let server = start_on(site);
    eventually("it runs servers", || {
        server.get("/api/instances").send().expect(200).json()["runner"] == true
    });
    server
}

/// A service that knows what is remembered: what is written before that is not approved.
pub(crate) fn start_on(site: impl Into<Arc<Site>>) -> TestServer {
    let server = builder(site).start();
    let approval = format!("{}/approval", place("none"));
    server.get(approval).key(RUNNER).send().expect_problem(404, "unknown-server");
    server
}

pub(crate) fn place(name: &str) -> String {
    format!("/api/instances/{name}")
}

/// A program of `tests/tools/prepare`.
pub(crate) fn installed(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers").join(path);
    assert!(path.exists(), "{} is missing: run `make prepare`", path.display());
    path.to_string_lossy().into_owned()
}

/// A script of `tests/servers`.
pub(crate) fn script(name: &str) -> String {
    format!("{}/tests/servers/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A configuration of `tests/servers/instance.py` that does this.
pub(crate) fn program(words: &[&str]) -> Value {
    let script = script("instance.py");
    let args: Vec<&str> = [&*script].into_iter().chain(words.iter().copied()).collect();
    json!({"command": installed("python/bin/python3"), "args": args})
}

/// The same with these variables.
pub(crate) fn with_env(mut config: Value, env: Value) -> Value {
    config["env"] = env;
    config
}

/// Where the programs of a test say that they were started.
pub(crate) fn starts_file(server: &TestServer) -> PathBuf {
    server.site.home().join("starts")
}

/// The word by which a program does so.
pub(crate) fn starts(server: &TestServer) -> String {
    format!("starts={}", starts_file(server).display())
}

/// The process id of each start.
pub(crate) fn started(server: &TestServer) -> Vec<String> {
    let text = fs::read_to_string(starts_file(server)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Writes a configuration, which is approved by that.
#[track_caller]
pub(crate) fn put(server: &TestServer, name: &str, config: &Value) {
    server.put(item(name)).key(ALL).json(config).send().expect_success();
}

#[track_caller]
pub(crate) fn set_policy(server: &TestServer, name: &str, policy: &Value) {
    server.put(format!("{}/policy", place(name))).key(ALL).json(policy).send().expect(200);
}

/// A health check by this tool whose first failure counts, as a policy.
pub(crate) fn checked_by(tool: &str) -> Value {
    json!({"health_check": {"tool": tool, "interval_seconds": 10, "timeout_seconds": 1, "failure_threshold": 1}})
}

pub(crate) fn call(server: &TestServer, name: &str, tool: &str) -> Request {
    call_with(server, name, tool, &json!({}))
}

pub(crate) fn call_with(server: &TestServer, name: &str, tool: &str, arguments: &Value) -> Request {
    let body = json!({"arguments": arguments});
    server.post(format!("{}/tools/{tool}/call", place(name))).key(USER).json(&body)
}

/// Sends a request that may take as long as the start of a real server on a busy machine, and again where that start is
/// slower than a call waits.
#[track_caller]
pub(crate) fn send_patiently(request: &Request) -> Response {
    loop {
        let mut connection = Connection::open(request.address()).expect("it listens");
        connection.wait_at_most(Duration::from_secs(40)).expect("it is open");
        let answer = connection.send(request.clone()).expect("an answer");
        if answer.status != 503 || answer.json()["type"] != "/problems/instance-starting" {
            return answer;
        }
    }
}

/// The text that a tool answers.
#[track_caller]
pub(crate) fn text_of(request: Request) -> String {
    let answer = send_patiently(&request).expect(200).json();
    answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {answer}")).to_owned()
}

/// The detail view of an instance.
#[track_caller]
pub(crate) fn shown(server: &TestServer, name: &str) -> Value {
    server.get(place(name)).key(ALL).send().expect(200).json()
}

/// The same once the runner has looked at it.
#[track_caller]
fn once_seen(server: &TestServer, name: &str) -> Value {
    // The approval of what is put comes a moment after it.
    eventually("it has been looked at", || {
        let instance = shown(server, name);
        instance["generation"] != 0 && instance["approved"] != false
    });
    shown(server, name)
}

/// The same once it is in this state.
#[track_caller]
pub(crate) fn once(server: &TestServer, name: &str, state: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let instance = shown(server, name);
        if instance["state"] == state {
            return instance;
        }
        assert!(Instant::now() < deadline, "waited too long until it is {state}: {instance}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The same once so many calls are counted. They are counted after they are answered.
#[track_caller]
fn counted(server: &TestServer, name: &str, calls: u64) -> Value {
    let is_counted = || shown(server, name)["calls"].as_u64().is_some_and(|counted| calls <= counted);
    eventually("the calls are counted", is_counted);
    shown(server, name)
}

/// Sends this to a server as soon as it may be sent: at most once a second.
#[track_caller]
pub(crate) fn once_a_second(server: &TestServer, name: &str, what: &str) -> Response {
    loop {
        let answer = server.post(format!("{}/{what}", place(name))).key(WRITER).send();
        if answer.status != 429 {
            return answer;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
pub(crate) fn probe(server: &TestServer, name: &str) -> Value {
    once_a_second(server, name, "probe").expect(200).json()
}

/// The processes that were started by a service on this place, and what these have started: each has its home.
pub(crate) fn processes(site: &Site, service: Option<u32>) -> Vec<(u32, String)> {
    let home = site.home().to_string_lossy().into_owned();
    let entries = fs::read_dir("/proc").expect("the table of processes").filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let own = pids.filter(|pid| Some(*pid) != service).filter_map(|pid| {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let is_ours = environment.windows(home.len()).any(|part| part == home.as_bytes());
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        is_ours.then(|| (pid, String::from_utf8_lossy(&line).replace('\0', " ")))
    });
    own.collect()
}

/// The processes of the instances of a running service.
pub(crate) fn running(server: &TestServer) -> Vec<(u32, String)> {
    processes(&server.site, Some(server.pid()))
}

/// Waits until no process of an instance is left.
#[track_caller]
pub(crate) fn until_nothing_runs(server: &TestServer) {
    until_none(|| running(server));
}

#[track_caller]
pub(crate) fn until_none(find: impl Fn() -> Vec<(u32, String)>) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let left = find();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "left: {left:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Stops the service: of what it has started nothing is left then, and no secret is in what it wrote.
#[track_caller]
pub(crate) fn stop(server: TestServer) {
    let site = server.site();
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    assert_eq!(processes(&site, None), [], "left");
    assert!(!stopped.stderr.contains(CANARY), "a secret is in the log");
    assert!(!stopped.stdout.contains(CANARY), "a secret is in the output");
    no_secret_below(&site.home());
}

/// No file of the state holds the secret.
#[track_caller]
fn no_secret_below(folder: &Path) {
    for entry in fs::read_dir(folder).expect("our own folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            no_secret_below(&path);
        } else if let Ok(bytes) = fs::read(&path) {
            let has_secret = bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes());
            assert!(!has_secret, "a secret is in {}", path.display());
        }
    }
}

/// A stream of server-sent events, block by block.
struct Blocks {
    connection: Connection,
    text: String,
}

impl Blocks {
    #[track_caller]
    fn open(request: &Request) -> Self {
        let mut connection = Connection::open(request.address()).expect("it listens");
        let head = connection.begin(request).expect("an answer").expect(200);
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        Self { connection, text: String::new() }
    }

    /// The name and the data of the next event; comments are skipped.
    #[track_caller]
    fn next(&mut self) -> (String, Value) {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                if let (Some(name), Some(data)) = (field("event: "), field("data: ")) {
                    let data =
                        serde_json::from_str(data).unwrap_or_else(|error| panic!("{error} in {block}"));
                    return (name.to_owned(), data);
                }
            }
            let chunk = self.connection.chunk().expect("an event comes").expect("the stream goes on");
            self.text += std::str::from_utf8(&chunk).expect("UTF-8");
        }
    }
}
