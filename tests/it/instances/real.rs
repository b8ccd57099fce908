//! Real servers through the API: started by a call, listed, healthy, called again, and ended, with nothing left.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    ALL, call, call_with, counted, installed, once, probe, put, running, script, set_policy, start, stop,
    text_of, until_nothing_runs,
};
use crate::server::{PATIENCE, READER, TestServer, item};
use crate::sessions::web::{Reply, Web};

const PACKAGES: &str = "node/node_modules/@modelcontextprotocol";

/// A tool, its arguments, and what its answer contains.
type Example<'a> = (&'a str, Value, &'a str);

fn echo<'a>() -> Example<'a> {
    ("echo", json!({"message": "hé"}), "hé")
}

fn time<'a>() -> Example<'a> {
    ("get_current_time", json!({"timezone": "Etc/UTC"}), "UTC")
}

/// The whole life of an instance. Its program is at least so many processes deep, our supervisor not counted.
#[track_caller]
fn lives(server: TestServer, config: &Value, (tool, arguments, answer): Example<'_>, depth: usize) {
    put(&server, "a", config);
    assert_eq!(once(&server, "a", "idle")["health"]["status"], "unknown");
    let ask = |server: &TestServer| {
        let text = text_of(call_with(server, "a", tool, &arguments));
        assert!(text.contains(answer), "{text}");
    };
    ask(&server);
    assert_eq!(probe(&server, "a")["ok"], true);
    let list = server.get("/api/instances").key(READER).send().expect(200).json();
    let entry = &list["instances"][0];
    assert_eq!(
        (&entry["state"], &entry["health"]["status"]),
        (&json!("running"), &json!("healthy")),
        "{entry}"
    );
    assert!(entry["server"]["name"].as_str().is_some_and(|name| !name.is_empty()), "{entry}");
    let processes = running(&server);
    let expected = if depth == 0 { 0 } else { depth + 1 };
    assert!(expected <= processes.len() && (depth != 0 || processes.is_empty()), "{processes:?}");
    ask(&server);
    let instance = counted(&server, "a", 2);
    assert_eq!(
        (&instance["calls"], &instance["failed_calls"], &instance["restarts"]),
        (&json!(2), &json!(0), &json!(0))
    );
    // Nobody needs it any longer.
    set_policy(&server, "a", &json!({"idle_seconds": 0}));
    let idle = once(&server, "a", "idle");
    assert_eq!(
        (&idle["health"]["status"], &idle["health"]["last"]["status"]),
        (&json!("unknown"), &json!("healthy"))
    );
    assert_eq!(running(&server), [], "left when it is idle");
    set_policy(&server, "a", &json!({}));
    ask(&server);
    assert_eq!(once(&server, "a", "running")["retry"], Value::Null);
    server.patch(item("a")).key(ALL).json(&json!({"enabled": false})).send().expect(200);
    once(&server, "a", "disabled");
    until_nothing_runs(&server);
    call(&server, "a", tool).send().expect_problem(409, "not-runnable");
    stop(server);
}

pub(crate) fn node(package: &str, args: &[&str]) -> Value {
    let index = installed(&format!("{PACKAGES}/{package}/dist/index.js"));
    let args: Vec<&str> = [&*index].into_iter().chain(args.iter().copied()).collect();
    json!({"command": "node", "args": args})
}

#[test]
fn server_everything_over_stdio() {
    lives(start(), &node("server-everything", &["stdio"]), echo(), 1);
}

#[test]
fn server_memory_over_stdio() {
    let server = start();
    let mut config = node("server-memory", &[]);
    config["env"] = json!({"MEMORY_FILE_PATH": server.site.home().join("memory.json")});
    lives(server, &config, ("read_graph", json!({}), "entities"), 1);
}

#[test]
fn mcp_server_time_over_stdio() {
    lives(start(), &json!({"command": installed("python/bin/mcp-server-time")}), time(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn mcp_server_fetch_over_stdio() {
    let page = |_: &_| {
        Reply::Whole(200, vec![("content-type", "text/plain".to_owned())], b"a page of this test".to_vec())
    };
    let web = Web::serve(page).await;
    let config = json!({"command": installed("python/bin/mcp-server-fetch"), "args": ["--ignore-robots-txt", "--allow-private-ips"]});
    let url = format!("http://{}/page", web.address);
    lives(start(), &config, ("fetch", json!({"url": url}), "a page of this test"), 1);
    assert!(3 <= web.connections());
}

#[test]
fn server_everything_as_npx_starts_it() {
    let folder = installed("node");
    let config = json!({
        "command": "npx", "args": ["--no-install", "mcp-server-everything", "stdio"], "cwd": folder,
    });
    lives(start(), &config, echo(), 3);
}

#[test]
fn server_memory_as_npm_starts_it() {
    let folder = installed("node");
    let server = start();
    let config = json!({
        "command": "npm", "args": ["exec", "--offline", "--", "mcp-server-memory"], "cwd": folder,
        "env": {"MEMORY_FILE_PATH": server.site.home().join("memory.json")},
    });
    lives(server, &config, ("read_graph", json!({}), "entities"), 3);
}

#[test]
fn mcp_server_time_as_uvx_starts_it() {
    let config = json!({"command": script("as_uvx.sh"), "args": [installed("python/bin/mcp-server-time")]});
    lives(start(), &config, time(), 3);
}

/// A program that listens. It is killed when dropped.
pub(crate) struct Listening(Child, SocketAddr);

impl Listening {
    pub(crate) fn start(transport: &str) -> Self {
        // Free a moment ago; nothing else on the machine takes this very port at once.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let child = Command::new("node")
            .args([&*installed(&format!("{PACKAGES}/server-everything/dist/index.js")), transport])
            .env("PORT", free.port().to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is there");
        let listening = Self(child, free);
        let deadline = Instant::now() + 3 * PATIENCE;
        while TcpStream::connect(free).is_err() {
            assert!(Instant::now() < deadline, "nothing listens");
            thread::sleep(Duration::from_millis(20));
        }
        listening
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.1)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop((self.0.kill(), self.0.wait()));
    }
}

#[test]
fn server_everything_over_streamable_http() {
    let listening = Listening::start("streamableHttp");
    lives(start(), &json!({"url": listening.url("/mcp"), "transport": "http"}), echo(), 0);
    lives(start(), &json!({"url": listening.url("/mcp")}), echo(), 0);
}

#[test]
fn server_everything_over_sse() {
    let listening = Listening::start("sse");
    lives(start(), &json!({"url": listening.url("/sse"), "transport": "sse"}), echo(), 0);
    lives(start(), &json!({"url": listening.url("/sse")}), echo(), 0);
}
