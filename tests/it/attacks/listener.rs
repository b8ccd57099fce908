//! An HTTP server of an attacker, or of somebody who is not to be reached: it counts connections, and keeps every byte that
//! it is sent. It runs until the test ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// A request as it came.
pub(super) struct Seen {
    /// The line and the headers.
    pub(super) head: String,
    pub(super) body: String,
}

pub(super) struct Listener {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    received: Arc<Mutex<String>>,
}

impl Seen {
    /// The JSON-RPC message.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A response with this JSON.
pub(super) fn answer(body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A response with nothing but a status and this header.
pub(super) fn bare(status: u16, header: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// What a well-behaved MCP server answers.
pub(super) fn usual(seen: &Seen) -> String {
    let message = seen.json();
    let result = match message["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
            "serverInfo": {"name": "web", "version": "1"},
        }),
        Some("tools/list") => json!({"tools": [{"name": "t", "inputSchema": {"type": "object"}}]}),
        Some("tools/call") => json!({"content": [{"type": "text", "text": "done"}]}),
        Some("ping") => json!({}),
        Some(_) => return bare(202, "X: y"),
        None => return bare(405, "X: y"),
    };
    answer(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}))
}

impl Listener {
    pub(super) fn start(reply: impl Fn(&Seen) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("it can listen");
        let address = listener.local_addr().expect("it listens");
        let (connections, received) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<String>>::default());
        let (count, text, reply) = (Arc::clone(&connections), Arc::clone(&received), Arc::new(reply));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                count.fetch_add(1, Ordering::SeqCst);
                let (text, reply) = (Arc::clone(&text), Arc::clone(&reply));
                // A client that goes away ends its connection, and nothing else.
                thread::spawn(move || drop(exchange(stream, &*reply, &text)));
            }
        });
        Self { address, connections, received }
    }

    /// One that behaves as an MCP server.
    pub(super) fn mcp() -> Self {
        Self::start(usual)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Everything that it was sent.
    pub(super) fn received(&self) -> String {
        self.received.lock().expect("no holder panics").clone()
    }
}

fn exchange(
    stream: TcpStream,
    reply: &(impl Fn(&Seen) -> String + ?Sized),
    received: &Mutex<String>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        let count = reader.read_line(&mut line)?;
        received.lock().expect("no holder panics").push_str(&line);
        if count == 0 || line.trim_end().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    received.lock().expect("no holder panics").push_str(&body);
    reader.get_mut().write_all(reply(&Seen { head, body }).as_bytes())
}
