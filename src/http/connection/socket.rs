//! The socket of a connection as the HTTP stack sees it. The stack parses whatever it can read and keeps the framing of
//! the newest request only (`docs/upstream/actix-http-pipelining.md`), so that it is given one request, and the next one
//! when the answer is written. Heads and what is left of refused bodies have deadlines.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Sleep, sleep};
use actix_web::web::BytesMut;
use bytes::Buf;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::exchange::{Exchange, Phase};
use super::framing::{BodyScan, HeadScan};
use super::open_connections::OpenConnections;

/// How long a client may take to send a head, from its first byte; for the first one, from the connection on.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// How long, and how many bytes, are thrown away of a body that was not read. Without that the client might see the
/// connection reset instead of the answer (RFC 9112 §9.6).
const DRAIN_PATIENCE: Duration = Duration::from_secs(1);
const MOST_DRAINED: usize = 8 << 20;

/// How much is read from the socket before it may be handed over: enough to notice that the client has gone. Bytes.
const MOST_AHEAD: usize = 1 << 10;

/// What the stack writes before it calls a handler. Most answers follow from the head alone, so that it is held back
/// until the handler asks for the body (RFC 9110 §10.1.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

const HEAD_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A socket that hands over one request at a time.
pub(in crate::http) struct Socket {
    io: TcpStream,
    exchange: Exchange,
    head: HeadScan,
    /// Whether the deadline of a head counts: from its first byte on. Before, the time-out of idle connections does.
    is_head_timed: bool,
    /// What was received and belongs to a later part than is being handed over.
    ahead: BytesMut,
    /// Whether the client sends no more.
    is_at_end: bool,
    /// What is written before anything else.
    before: &'static [u8],
    /// Whether anything of the current answer was written.
    is_answer_begun: bool,
    drained: usize,
    is_shut: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    /// A connection that was just accepted.
    pub(in crate::http) fn new(io: TcpStream, connections: &OpenConnections) -> Self {
        Self {
            io,
            exchange: connections.join(),
            head: HeadScan::default(),
            is_head_timed: true,
            ahead: BytesMut::new(),
            is_at_end: false,
            before: &[],
            is_answer_begun: false,
            drained: 0,
            is_shut: false,
            timer: None,
        }
    }

    /// The exchange under way.
    pub(in crate::http) fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// How many of these bytes belong to the part of the request that is being handed over.
    fn admit(&mut self, bytes: &[u8]) -> usize {
        if self.exchange.phase() == Phase::Head {
            self.is_head_timed = true;
            let (admitted, is_end) = self.head.admit(bytes);
            if is_end {
                self.timer = None;
                self.exchange.enter(Phase::Parsing);
            }
            return admitted;
        }
        // A client that sends its body does not wait for a 100.
        self.exchange.drop_continue();
        let mut body = self.exchange.body();
        let admitted = body.admit(bytes);
        self.exchange.set_body(body);
        admitted
    }

    /// Hands over more of the current part. Nothing means that the client sends no more.
    fn read_part(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            let mut ahead = std::mem::take(&mut self.ahead);
            let offered = ahead.len().min(buffer.remaining());
            let admitted = self.admit(&ahead[..offered]);
            buffer.put_slice(&ahead[..admitted]);
            ahead.advance(admitted);
            self.ahead = ahead;
            return Poll::Ready(Ok(()));
        }
        if self.is_at_end {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(context, buffer))?;
        let received = &buffer.filled()[before..];
        if received.is_empty() {
            self.is_at_end = true;
            return Poll::Ready(Ok(()));
        }
        let admitted = self.admit(received);
        self.ahead.extend_from_slice(&received[admitted..]);
        buffer.set_filled(before + admitted);
        Poll::Ready(Ok(()))
    }

    fn read_head(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = self.read_part(context, buffer);
        if read.is_pending() && self.is_head_timed && self.is_late(context, HEAD_PATIENCE) {
            self.before = HEAD_TIMEOUT;
            self.is_at_end = true;
            return Poll::Ready(Ok(()));
        }
        read
    }

    /// Hands over nothing, but notices that the client has gone.
    fn read_ahead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.is_at_end && self.ahead.len() < MOST_AHEAD {
            let mut space = [0; MOST_AHEAD];
            let mut received = ReadBuf::new(&mut space);
            let read = ready!(Pin::new(&mut self.io).poll_read(context, &mut received));
            self.is_at_end = read.is_err() || received.filled().is_empty();
            if self.is_at_end {
                self.exchange.leave();
            }
            read?;
            self.ahead.extend_from_slice(received.filled());
        }
        if self.is_at_end && self.ahead.is_empty() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    /// Throws away what is left of a body, after our side was closed, until the client closes its side.
    fn drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_shut {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            self.is_shut = true;
        }
        while !self.is_at_end && self.drained < MOST_DRAINED && !self.is_late(context, DRAIN_PATIENCE) {
            let mut space = [0; 16 << 10];
            let mut received = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.io).poll_read(context, &mut received))?;
            self.is_at_end = received.filled().is_empty();
            self.drained += received.filled().len();
        }
        Poll::Ready(Ok(()))
    }

    /// Whether the deadline that began with the first of these questions has passed.
    fn is_late(&mut self, context: &mut Context<'_>, patience: Duration) -> bool {
        self.timer.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(context).is_ready()
    }

    /// Writes what goes before anything else.
    fn write_before(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.before.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(context, self.before))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.before = &self.before[written..];
        }
        Poll::Ready(Ok(()))
    }

    /// Everything that the stack has to write is written.
    fn written(&mut self, context: &mut Context<'_>) {
        match self.exchange.phase() {
            Phase::Answered => self.end_exchange(context),
            // The stack has read what looked like a whole head, and waits for more of it.
            Phase::Parsing => self.exchange.enter(Phase::Head),
            Phase::Head | Phase::Handling | Phase::Draining => {}
        }
    }

    fn end_exchange(&mut self, context: &mut Context<'_>) {
        self.is_answer_begun = false;
        self.is_head_timed = false;
        self.timer = None;
        let is_body_left = self.exchange.body() != BodyScan::Done;
        self.exchange.enter(if is_body_left { Phase::Draining } else { Phase::Head });
        // The socket itself was polled, and will wake us.
        if is_body_left || self.is_at_end || !self.ahead.is_empty() {
            context.waker().wake_by_ref();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.exchange.leave();
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.exchange.watch(context.waker());
        if this.exchange.is_evicted() {
            return Poll::Ready(Ok(()));
        }
        match this.exchange.phase() {
            Phase::Head => this.read_head(context, buffer),
            Phase::Handling if this.exchange.is_body_due() => this.read_part(context, buffer),
            Phase::Parsing | Phase::Handling | Phase::Answered => this.read_ahead(context),
            Phase::Draining => this.drain(context),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if !this.is_answer_begun && bytes.starts_with(CONTINUE) {
            return Poll::Ready(Ok(CONTINUE.len()));
        }
        this.is_answer_begun = true;
        ready!(this.write_before(context))?;
        Pin::new(&mut this.io).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.exchange.is_continue_due() {
            this.exchange.drop_continue();
            if this.ahead.is_empty() && !this.is_answer_begun {
                this.before = CONTINUE;
            }
        }
        ready!(this.write_before(context))?;
        ready!(Pin::new(&mut this.io).poll_flush(context))?;
        this.written(context);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_shut {
            return Poll::Ready(Ok(()));
        }
        ready!(this.write_before(context))?;
        ready!(Pin::new(&mut this.io).poll_shutdown(context))?;
        this.is_shut = true;
        Poll::Ready(Ok(()))
    }
}
