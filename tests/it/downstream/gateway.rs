//! The gateway of the tests as a process, which can be killed and comes back at the same place with what it has.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running gateway. Killed when dropped.
pub(super) struct Gateway {
    child: Child,
    address: SocketAddr,
    file: tempfile::TempDir,
}

impl Gateway {
    pub(super) fn start() -> Self {
        let file = tempfile::tempdir().expect("there is room");
        let (child, address) = run(&file, 0);
        Self { child, address, file }
    }

    /// Its base URL.
    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it as a power cut does.
    pub(super) fn kill(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// Starts it again with what it had.
    pub(super) fn restart(&mut self) {
        self.kill();
        let deadline = Instant::now() + PATIENCE;
        (self.child, self.address) = loop {
            // The port may be held by connections that have not ended yet.
            let (mut child, address) = run(&self.file, self.address.port());
            if address == self.address {
                break (child, address);
            }
            child.kill().expect("it is ours");
            child.wait().expect("it is ours");
            assert!(Instant::now() < deadline, "the port does not become free");
        };
    }

    /// What goes wrong with the next calls; see the program.
    #[track_caller]
    pub(super) fn fault(&self, faults: &Value) {
        assert_eq!(self.call("PUT", "/test/faults", Some(faults)).0, 204);
    }

    /// Nothing goes wrong any more.
    #[track_caller]
    pub(super) fn heal(&self) {
        self.fault(&json!([]));
    }

    /// It forgets everything.
    #[track_caller]
    pub(super) fn forget(&self) {
        assert_eq!(self.call("DELETE", "/test/groups", None).0, 204);
    }

    /// Somebody else registers something.
    #[track_caller]
    pub(super) fn put_foreign(&self, id: &str, url: &str) {
        let body = json!({
            "toolgroup_id": id, "provider_id": "model-context-protocol", "mcp_endpoint": {"uri": url},
        });
        assert_eq!(self.call("POST", "/v1/toolgroups", Some(&body)).0, 200);
    }

    /// What it has: ids with URLs.
    #[track_caller]
    pub(super) fn groups(&self) -> Vec<(String, String)> {
        let (_, list) = self.call("GET", "/v1/toolgroups", None);
        let groups = list["data"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut groups: Vec<_> =
            groups.map(|group| (text(&group["identifier"]), text(&group["mcp_endpoint"]["uri"]))).collect();
        groups.sort();
        groups
    }

    /// What it has stored, whether it runs or not.
    #[track_caller]
    pub(super) fn stored(&self) -> BTreeMap<String, String> {
        let text = std::fs::read(self.file.path().join("groups.json")).expect("it has stored something");
        let groups: BTreeMap<String, Value> = serde_json::from_slice(&text).expect("it is JSON");
        let url = |group: &Value| group["mcp_endpoint"]["uri"].as_str().unwrap_or_default().to_owned();
        groups.into_iter().map(|(id, group)| (id, url(&group))).collect()
    }

    /// The ids that it has.
    #[track_caller]
    pub(super) fn ids(&self) -> Vec<String> {
        self.groups().into_iter().map(|(id, _)| id).collect()
    }

    /// The calls that came with this method, each with its path and its body.
    #[track_caller]
    pub(super) fn calls(&self, method: &str) -> Vec<(String, String)> {
        let (_, calls) = self.call("GET", "/test/calls", None);
        let calls = calls.as_array().expect("a list").iter().filter(|call| call["method"] == method);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        calls.map(|call| (text(&call["path"]), text(&call["body"]))).collect()
    }

    /// A call that our client does not make: its status and what it says.
    #[track_caller]
    pub(super) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        call(self.address, method, path, body)
    }
}

/// Calls a gateway, whichever: it is no service of ours, whose answers are held against our OpenAPI document.
#[track_caller]
pub(super) fn call(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, text) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(text).unwrap_or(Value::Null))
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn run(file: &tempfile::TempDir, port: u16) -> (Child, SocketAddr) {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/servers/gateway.py");
    let mut child = Command::new("python3")
        .arg(program)
        .arg(format!("port={port}"))
        .arg(format!("file={}", file.path().join("groups.json").display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("there is a Python");
    let mut line = String::new();
    let output = child.stdout.take().expect("it is piped");
    BufReader::new(output).read_line(&mut line).expect("it can be read");
    // Where it could not listen it has ended.
    let port = line.trim().parse().unwrap_or(0);
    (child, SocketAddr::from(([127, 0, 0, 1], port)))
}
