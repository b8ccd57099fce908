//! An HTTP server of ours that answers as a test says, and remembers what it was sent. It knows no MCP beyond the
//! answers that a well-behaved server gives.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// What is sent back.
pub(crate) enum Reply {
    /// A status, headers and a body.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Events; at the end the stream ends.
    Events(Vec<String>),
    /// Events, and the stream stays open.
    OpenEvents(Vec<String>),
    /// A comment in a stream of events every few milliseconds, for ever.
    Comments,
    /// A body of so many bytes of JSON.
    Huge(usize),
    /// Nothing, for ever.
    Nothing,
}

/// A server that runs until it is dropped.
pub(crate) struct Web {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `null` where it is not.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The method of the JSON-RPC message.
    pub(crate) fn rpc(&self) -> String {
        self.json()["method"].as_str().unwrap_or_default().to_owned()
    }
}

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Whole(
            200,
            vec![("content-type", "application/json".to_owned())],
            value.to_string().into_bytes(),
        )
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Whole(status, Vec::new(), b"sk-live-canary".to_vec())
    }

    pub(crate) fn result(request: &Request, result: Value) -> Self {
        Self::json(&json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": result}))
    }

    pub(crate) fn error(request: &Request, code: i64, message: &str) -> Self {
        let error = json!({"code": code, "message": message});
        Self::json(&json!({"jsonrpc": "2.0", "id": request.json()["id"], "error": error}))
    }
}

/// What a well-behaved server without a session answers.
pub(crate) fn usual(request: &Request) -> Reply {
    let result = match (request.method.as_str(), request.rpc().as_str()) {
        ("POST", "initialize") => json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "web", "version": "1"},
        }),
        ("POST", "tools/list") => json!({"tools": [{"name": "a", "inputSchema": {"type": "object"}}]}),
        ("POST", "tools/call") => json!({"content": [{"type": "text", "text": "done"}]}),
        ("POST", "ping") => json!({}),
        ("POST", _) => return Reply::Whole(202, Vec::new(), Vec::new()),
        _ => return Reply::Whole(405, Vec::new(), Vec::new()),
    };
    Reply::result(request, result)
}

pub(crate) fn event(data: &Value) -> String {
    format!("event: message\ndata: {data}\n\n")
}

impl Web {
    pub(crate) async fn serve(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve_on("127.0.0.1:0", answer).await
    }

    pub(crate) async fn serve_on(
        address: &str,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.expect("it can listen");
        let address = listener.local_addr().expect("it listens");
        let (requests, connections) = (Arc::<Mutex<Vec<Request>>>::default(), Arc::<AtomicUsize>::default());
        let answer = Arc::new(answer);
        let mut tasks = JoinSet::new();
        let (seen, count) = (Arc::clone(&requests), Arc::clone(&connections));
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                open.spawn(async move {
                    // A client that goes away ends its connection, and nothing else.
                    let _ = exchange(stream, &*answer, &seen).await;
                });
            }
        });
        Self { address, requests, connections, _tasks: tasks }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no holder panics").clone()
    }

    /// How many requests had this JSON-RPC method.
    pub(crate) fn count(&self, rpc: &str) -> usize {
        self.requests().iter().filter(|request| request.rpc() == rpc).count()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn exchange(
    stream: TcpStream,
    answer: &(impl Fn(&Request) -> Reply + ?Sized),
    seen: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let request = read(&mut stream).await?;
    seen.lock().expect("no holder panics").push(request.clone());
    let reply = answer(&request);
    let stream = stream.get_mut();
    let stream_head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    match reply {
        Reply::Whole(status, headers, body) => {
            let mut head =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            stream.write_all(format!("{head}\r\n").as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Events(events) => {
            stream.write_all((stream_head.to_owned() + &events.concat()).as_bytes()).await?;
        }
        Reply::OpenEvents(events) => {
            stream.write_all((stream_head.to_owned() + &events.concat()).as_bytes()).await?;
            std::future::pending::<()>().await;
        }
        Reply::Comments => {
            stream.write_all(stream_head.as_bytes()).await?;
            loop {
                stream.write_all(b": still here\n\n").await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Reply::Huge(length) => {
            // Without a length, so that it is the reading that must stop.
            stream
                .write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\"",
                )
                .await?;
            let piece = vec![b'x'; 1 << 16];
            for _ in 0..length / piece.len() {
                stream.write_all(&piece).await?;
            }
        }
        Reply::Nothing => std::future::pending::<()>().await,
    }
    stream.shutdown().await
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    if line.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let mut parts = line.split(' ');
    let method = parts.next().unwrap_or_default().to_owned();
    let path = parts.next().unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let request = Request { method, path, headers, body: String::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Request { body: String::from_utf8(body).expect("UTF-8"), ..request })
}
