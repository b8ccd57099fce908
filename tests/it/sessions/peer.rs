//! A server in the test's own process: it reads lines, and answers each with the lines that a test says.

use std::sync::{Arc, Mutex};

use mcp_settings::instances::{Fault, Session};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

use super::servers::soon;

/// What the peer was sent, line by line.
pub(super) type Seen = Arc<Mutex<Vec<String>>>;

/// A session with the peer, what it was sent, and the peer's task.
pub(super) struct Peer {
    pub(super) session: Session,
    pub(super) seen: Seen,
    pub(super) task: JoinHandle<()>,
}

/// Begins a session with a peer that answers `initialize` as usual, and everything else as the test says.
pub(super) async fn begin(
    answer: impl FnMut(&str, &Value) -> Vec<String> + Send + 'static,
) -> Result<Peer, Fault> {
    begin_with(None, usual, answer).await
}

/// The usual answer to the first message.
pub(super) fn usual(message: &Value) -> String {
    result(&message["id"], json!({"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}}))
}

pub(super) fn result(id: &Value, result: Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string()
}

pub(super) async fn begin_with(
    known: Option<&str>,
    first: impl Fn(&Value) -> String + Send + 'static,
    mut answer: impl FnMut(&str, &Value) -> Vec<String> + Send + 'static,
) -> Result<Peer, Fault> {
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    let (stdout, stdin) = tokio::io::split(ours);
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    let task = tokio::spawn(async move {
        let (read, mut write): (ReadHalf<DuplexStream>, WriteHalf<DuplexStream>) = tokio::io::split(theirs);
        let mut lines = BufReader::new(read).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            // This reader of JSON can't hold that number, which is why it is tried.
            let message: Value =
                serde_json::from_str(&line.replace("1e400", "1")).expect("each line is JSON");
            record.lock().expect("no holder panics").push(line.clone());
            let replies = match message["method"].as_str() {
                Some("initialize") => vec![first(&message)],
                Some("notifications/initialized") => Vec::new(),
                _ => answer(&line, &message),
            };
            for reply in replies {
                if write.write_all(format!("{reply}\n").as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    });
    let session = Session::over_pipes(stdout, stdin, known, soon()).await?;
    Ok(Peer { session, seen, task })
}

impl Peer {
    pub(super) fn lines(&self) -> Vec<String> {
        self.seen.lock().expect("no holder panics").clone()
    }

    /// Waits until the peer was sent a line that contains this.
    pub(super) async fn sees(&self, part: &str) -> String {
        let deadline = soon();
        loop {
            if let Some(line) = self.lines().into_iter().find(|line| line.contains(part)) {
                return line;
            }
            assert!(std::time::Instant::now() < deadline, "no line has {part}: {:?}", self.lines());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}
