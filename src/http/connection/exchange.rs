//! What the two sides of a connection tell each other: the socket, which hands over one request at a time, and the
//! handling of that request. It does not know bytes and routes.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use super::framing::BodyScan;

/// The exchange under way on a connection, as both sides see it.
#[derive(Clone)]
pub(in crate::http) struct Exchange(Rc<State>);

/// The same, without keeping the connection open.
pub(super) struct Observed(Weak<State>);

/// A request that is being handled. When this is dropped, its answer is complete.
pub(in crate::http) struct Handling(Option<Exchange>);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It waits for a head, or for the rest of one.
    Head,
    /// A head was handed over, and is not yet being handled.
    Parsing,
    /// A request is being handled.
    Handling,
    /// The answer is complete, but not yet written.
    Answered,
    /// The answer is written; what is left of the request is thrown away, then the connection ends.
    Draining,
}

struct State {
    phase: Cell<Phase>,
    body: Cell<BodyScan>,
    /// Whether the handler has asked for the body.
    is_body_wanted: Cell<bool>,
    /// Whether the handler has come to the end of the body.
    is_body_read: Cell<bool>,
    awaits_continue: Cell<bool>,
    is_evicted: Cell<bool>,
    /// When the phase began, counted in phases of all connections of this worker.
    since: Cell<u64>,
    clock: Rc<Cell<u64>>,
    /// The task that reads from the socket.
    reader: RefCell<Option<Waker>>,
    /// Whether the client sends nothing more.
    is_left: Cell<bool>,
    /// The handler that ends with that.
    leaver: RefCell<Option<Waker>>,
}

impl Exchange {
    /// A new connection, which waits for its first head.
    pub(super) fn new(clock: Rc<Cell<u64>>) -> Self {
        let exchange = Self(Rc::new(State {
            phase: Cell::new(Phase::Head),
            body: Cell::new(BodyScan::Done),
            is_body_wanted: Cell::new(false),
            is_body_read: Cell::new(true),
            awaits_continue: Cell::new(false),
            is_evicted: Cell::new(false),
            since: Cell::new(0),
            clock,
            reader: RefCell::new(None),
            is_left: Cell::new(false),
            leaver: RefCell::new(None),
        }));
        exchange.enter(Phase::Head);
        exchange
    }

    /// Says which body the request has that was just parsed. The body stays in the socket until it is asked for.
    pub(in crate::http) fn begin(&self, body: BodyScan, awaits_continue: bool) -> Handling {
        self.0.body.set(body);
        self.0.is_body_wanted.set(false);
        self.0.is_body_read.set(body == BodyScan::Done);
        self.0.awaits_continue.set(awaits_continue);
        self.enter(Phase::Handling);
        Handling(Some(self.clone()))
    }

    /// Asks for the body. A client that waits for a 100 is sent one.
    pub(in crate::http) fn want_body(&self) {
        if !self.0.is_body_wanted.replace(true) {
            self.enter(Phase::Handling);
            self.wake_reader();
        }
    }

    /// Says that the handler has read the body to its end.
    pub(in crate::http) fn body_read(&self) {
        self.0.is_body_read.set(true);
    }

    /// Is ready once the client has closed its side: it waits for no answer. Of a connection one may wait for that.
    pub(in crate::http) async fn left(&self) {
        poll_fn(|context| {
            if self.0.is_left.get() {
                return Poll::Ready(());
            }
            *self.0.leaver.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// The client has closed its side, or the connection has broken.
    pub(super) fn leave(&self) {
        self.0.is_left.set(true);
        if let Some(leaver) = self.0.leaver.take() {
            leaver.wake();
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.0.phase.get()
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.0.phase.set(phase);
        let now = self.0.clock.get() + 1;
        self.0.clock.set(now);
        self.0.since.set(now);
    }

    pub(super) fn body(&self) -> BodyScan {
        self.0.body.get()
    }

    pub(super) fn set_body(&self, body: BodyScan) {
        self.0.body.set(body);
    }

    /// Whether the handler waits for more of the body.
    pub(super) fn is_body_due(&self) -> bool {
        self.0.phase.get() == Phase::Handling
            && self.0.is_body_wanted.get()
            && self.0.body.get() != BodyScan::Done
    }

    /// Whether the client waits for a 100 before it sends what the handler waits for.
    pub(super) fn is_continue_due(&self) -> bool {
        self.is_body_due() && self.0.awaits_continue.get()
    }

    /// The client waits for no 100, or no more.
    pub(super) fn drop_continue(&self) {
        self.0.awaits_continue.set(false);
    }

    /// Remembers whom to wake when the socket may be read again.
    pub(super) fn watch(&self, reader: &Waker) {
        let mut known = self.0.reader.borrow_mut();
        if !known.as_ref().is_some_and(|known| known.will_wake(reader)) {
            *known = Some(reader.clone());
        }
    }

    pub(super) fn is_evicted(&self) -> bool {
        self.0.is_evicted.get()
    }

    /// The same, without keeping the connection open.
    pub(super) fn observed(&self) -> Observed {
        Observed(Rc::downgrade(&self.0))
    }

    /// How readily the connection can be done without: one that waits for its client goes first, the longest waiting
    /// before others. None where a request is being handled whose client has done its part.
    pub(super) fn expendable(&self) -> Option<(u8, u64)> {
        let rank = match self.phase() {
            Phase::Draining => 0,
            Phase::Head => 1,
            Phase::Handling if self.is_body_due() => 2,
            Phase::Parsing | Phase::Handling | Phase::Answered => return None,
        };
        Some((rank, self.0.since.get()))
    }

    /// Ends the connection as if its client had closed it.
    pub(super) fn evict(&self) {
        self.0.is_evicted.set(true);
        self.wake_reader();
    }

    fn wake_reader(&self) {
        if let Some(reader) = &*self.0.reader.borrow() {
            reader.wake_by_ref();
        }
    }
}

impl Observed {
    /// The connection, if it is still open and was not given up.
    pub(super) fn open(&self) -> Option<Exchange> {
        self.0.upgrade().map(Exchange).filter(|exchange| !exchange.is_evicted())
    }
}

impl Handling {
    /// A request on no connection of ours.
    pub(in crate::http) fn unconnected() -> Self {
        Self(None)
    }

    /// Whether the connection must end with the answer, because some of the request's body was not read.
    pub(in crate::http) fn is_body_left(&self) -> bool {
        self.0.as_ref().is_some_and(|exchange| !exchange.0.is_body_read.get())
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        if let Some(exchange) = &self.0 {
            exchange.enter(Phase::Answered);
        }
    }
}
