//! A catalog for tests: a server on a free port of this machine that answers what a test says and remembers what it was
//! asked, and a catalog of its own that does what the contract says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::ServerSpec;

/// A request as it came.
#[derive(Clone, Debug)]
pub(in crate::registry) struct Received {
    pub(in crate::registry) method: String,
    pub(in crate::registry) path: String,
    pub(in crate::registry) query: String,
    pub(in crate::registry) headers: Vec<(String, String)>,
    pub(in crate::registry) body: String,
}

impl Received {
    /// The header of this name, in lower case.
    pub(in crate::registry) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Method and path.
    pub(in crate::registry) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(in crate::registry) enum Reply {
    /// A status, headers, a body.
    Full(u16, Vec<(&'static str, String)>, String),
    /// A body that never ends.
    Endless,
    /// Nothing, for longer than anyone waits.
    Silence,
    /// The end of the connection.
    Broken,
    /// Something that is not HTTP.
    Garbage,
}

impl Reply {
    pub(in crate::registry) fn status(status: u16) -> Self {
        Self::Full(status, Vec::new(), String::new())
    }

    pub(in crate::registry) fn json(value: &Value) -> Self {
        Self::Full(200, Vec::new(), value.to_string())
    }

    pub(in crate::registry) fn allow(methods: &str) -> Self {
        Self::Full(200, vec![("Allow", methods.to_owned())], String::new())
    }
}

type Answer = dyn Fn(&Received) -> Reply + Send + Sync;

/// A running server. Ends when dropped.
pub(in crate::registry) struct Server {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    answer: Mutex<Arc<Answer>>,
    received: Mutex<Vec<Received>>,
    /// How much of endless bodies was sent. Bytes.
    sent: AtomicUsize,
    is_over: AtomicBool,
}

impl Server {
    pub(in crate::registry) fn start(answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            answer: Mutex::new(Arc::new(answer)),
            received: Mutex::default(),
            sent: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, shared) = (stream.unwrap(), Arc::clone(&shared));
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { address, state }
    }

    pub(in crate::registry) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(in crate::registry) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers otherwise from now on.
    pub(in crate::registry) fn answer(&self, answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *self.state.answer.lock().unwrap() = Arc::new(answer);
    }

    pub(in crate::registry) fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    /// Methods and paths of all requests so far.
    pub(in crate::registry) fn lines(&self) -> Vec<String> {
        self.received().iter().map(Received::line).collect()
    }

    /// How often this was asked.
    pub(in crate::registry) fn count(&self, line: &str) -> usize {
        self.lines().iter().filter(|received| *received == line).count()
    }

    pub(in crate::registry) fn sent(&self) -> usize {
        self.state.sent.load(Ordering::SeqCst)
    }

    /// Closes the port.
    pub(in crate::registry) fn stop(&self) {
        self.state.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
        while TcpStream::connect(self.address).is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream) {
        let Some(received) = read(&stream) else { return };
        self.received.lock().unwrap().push(received.clone());
        let answer = Arc::clone(&self.answer.lock().unwrap());
        match answer(&received) {
            Reply::Full(status, headers, body) => {
                let mut text = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n");
                text.extend(headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")));
                if status != 204 {
                    text.push_str(&format!("Content-Length: {}\r\n", body.len()));
                }
                text.push_str("\r\n");
                text.push_str(&body);
                stream.write_all(text.as_bytes()).ok();
            }
            Reply::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").ok();
                let piece = [b' '; 1 << 14];
                while stream.write_all(&piece).is_ok() {
                    self.sent.fetch_add(piece.len(), Ordering::SeqCst);
                }
            }
            Reply::Silence => {
                stream.read_exact(&mut [0; 1]).ok();
            }
            Reply::Broken => {}
            Reply::Garbage => {
                stream.write_all(b"this is not HTTP\r\n\r\n").ok();
            }
        }
    }
}

fn read(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut received = Received { method, path, query, headers, body: String::new() };
    let length: u64 = received.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    reader.take(length).read_to_string(&mut received.body).ok()?;
    Some(received)
}

/// A catalog of tier 1, 2 or 3.
pub(in crate::registry) struct Servers {
    servers: Mutex<BTreeMap<(String, String), Value>>,
    /// What every request must be authorised with.
    token: Option<String>,
    is_read_only: bool,
}

impl Servers {
    pub(in crate::registry) fn new(token: &str, is_read_only: bool) -> Self {
        Self { servers: Mutex::default(), token: Some(token.to_owned()), is_read_only }
    }

    pub(in crate::registry) fn add(&self, scope: &str, spec: &ServerSpec) {
        let key = (scope.to_owned(), spec.name.clone());
        self.servers.lock().unwrap().insert(key, serde_json::to_value(spec).unwrap());
    }

    /// Does what the contract says.
    pub(in crate::registry) fn answer(&self, request: &Received) -> Reply {
        let expected = self.token.as_ref().map(|token| format!("Bearer {token}"));
        if expected.as_deref() != request.header("authorization") {
            return Reply::status(401);
        }
        let may_write = !self.is_read_only;
        if request.line() == "GET /capabilities" {
            return Reply::json(
                &json!({"tier": 3, "supports_install": may_write, "supports_uninstall": may_write,
                "supports_audit": true, "wire_version": "1.0"}),
            );
        }
        let Some(scope) = request.parameter("agent_scope") else { return Reply::status(400) };
        let mut servers = self.servers.lock().unwrap();
        let steps: Vec<&str> = request.path.split('/').skip(1).collect();
        let key = |name: &str| (scope.clone(), name.to_owned());
        match (request.method.as_str(), steps.as_slice()) {
            ("GET", ["mcp-servers"]) => {
                let of_scope =
                    servers.iter().filter(|((of, _), _)| *of == scope).map(|(_, spec)| spec.clone());
                let is_full = request.parameter("expand").as_deref() == Some("spec");
                let listed = of_scope.map(|spec| if is_full { spec } else { brief(&spec) });
                // Not sorted: the client sorts.
                Reply::json(&json!({"servers": listed.rev().collect::<Vec<_>>()}))
            }
            ("GET", ["mcp-servers", name]) => match servers.get(&key(name)) {
                Some(spec) => Reply::json(spec),
                None => Reply::status(404),
            },
            ("GET", ["mcp-servers", name, "validate"]) if servers.contains_key(&key(name)) => {
                Reply::json(&json!({"ok": true, "errors": [], "warnings": []}))
            }
            ("POST", ["mcp-servers"]) if may_write => {
                let spec: Value = serde_json::from_str(&request.body).unwrap();
                let key = key(spec["name"].as_str().unwrap());
                if servers.contains_key(&key) {
                    return Reply::status(409);
                }
                servers.insert(key, spec);
                Reply::status(201)
            }
            ("DELETE", ["mcp-servers", name]) if may_write => {
                servers.remove(&key(name));
                Reply::status(204)
            }
            ("POST" | "DELETE", _) => Reply::status(405),
            _ => Reply::status(404),
        }
    }
}

fn brief(spec: &Value) -> Value {
    json!({"name": spec["name"], "description": spec["description"], "transport": spec["transport"], "version": null,
        "source": ""})
}
