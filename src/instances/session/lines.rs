//! Messages as lines over the standard streams of a program: one task reads, one writes (DESIGN §13.6). What is no
//! message is ignored, a line that is too long ends the session. It does not know what started the program.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::timeout_at;

use crate::instances::fault::{Fault, FaultKind};

use super::message::on_one_line;
use super::routing::Routing;
use super::tasks::Tasks;

/// How long a line may be.
const LONGEST: usize = 16 << 20;

/// How many messages may wait for a program that does not read.
const MOST_QUEUED: usize = 64;

/// How long the rest of a program's output is waited for once it no longer reads.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The way to the program.
#[derive(Debug)]
pub(super) struct Lines {
    queue: mpsc::Sender<Bytes>,
    tasks: Tasks,
}

impl Lines {
    pub(super) fn start<R, W>(stdout: R, stdin: W, routing: &Arc<Routing>) -> Self
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let (queue, queued) = mpsc::channel(MOST_QUEUED);
        let tasks = Tasks::default();
        tasks.spawn(write(stdin, queued, Arc::clone(routing)));
        // A weak one, so that our end of the pipe closes when the session does.
        tasks.spawn(read(BufReader::new(stdout), queue.downgrade(), Arc::clone(routing)));
        Self { queue, tasks }
    }

    /// Hands a message to the writer. It waits only while the program does not read what it got before.
    pub(super) async fn send(&self, message: Bytes, deadline: Instant) -> Result<(), Fault> {
        match timeout_at(deadline.into(), self.queue.send(on_one_line(message))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(no_longer_reads()),
            Err(_) => Err(FaultKind::Timeout.because("the server does not read its input")),
        }
    }

    /// The same without waiting; given up where the program does not read.
    pub(super) fn try_send(&self, message: Bytes) {
        let _ = self.queue.try_send(on_one_line(message));
    }

    pub(super) fn close(&self) {
        self.tasks.end();
    }
}

fn no_longer_reads() -> Fault {
    FaultKind::Exited.because("the server closed its input")
}

async fn write<W: AsyncWrite + Unpin>(
    mut stdin: W,
    mut queued: mpsc::Receiver<Bytes>,
    routing: Arc<Routing>,
) {
    while let Some(message) = queued.recv().await {
        let mut line = BytesMut::with_capacity(message.len() + 1);
        line.extend_from_slice(&message);
        line.extend_from_slice(b"\n");
        let written = async {
            stdin.write_all(&line).await?;
            stdin.flush().await
        };
        if let Err(error) = written.await {
            // Its last words, and that it ended, say more than a broken pipe.
            tokio::time::sleep(LAST_WORDS).await;
            routing.close(&no_longer_reads().with_detail(error.to_string()));
            return;
        }
    }
}

async fn read<R: AsyncRead + Unpin>(
    mut stdout: BufReader<R>,
    replies: mpsc::WeakSender<Bytes>,
    routing: Arc<Routing>,
) {
    let take = |line: Bytes| {
        if line.trim_ascii().is_empty() {
            return;
        }
        // Junk is counted there.
        let _ = routing.take(&line, |reply| {
            if let Some(queue) = replies.upgrade()
                && let Err(TrySendError::Full(_)) = queue.try_send(on_one_line(reply))
            {
                tracing::debug!("a server that does not read its input gets no reply");
            }
        });
    };
    let mut line = BytesMut::new();
    let end = loop {
        let piece = match stdout.fill_buf().await {
            Ok([]) => {
                take(line.split().freeze());
                break FaultKind::Exited.because("the server closed its output");
            }
            Ok(piece) => piece,
            Err(error) => {
                break FaultKind::Exited
                    .because("the server's output can't be read")
                    .with_detail(error.to_string());
            }
        };
        let end = piece.iter().position(|byte| *byte == b'\n');
        let part = &piece[..end.unwrap_or(piece.len())];
        if line.len() + part.len() > LONGEST {
            break FaultKind::TooLarge
                .because(format!("the server sent a line of more than {LONGEST} bytes"));
        }
        line.extend_from_slice(part);
        let length = part.len() + usize::from(end.is_some());
        stdout.consume(length);
        if end.is_some() {
            take(line.split().freeze());
        }
    };
    routing.close(&end);
}
