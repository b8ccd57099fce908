//! Who waits for which response, and who is interested in notifications. Nothing here waits: a response is delivered
//! however slow a reader of notifications is. It does not know how messages travel.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::{broadcast, oneshot, watch};

use crate::instances::fault::{Fault, FaultKind};

use super::failure::Failure;
use super::message::{self, Message, NotMessage};
use super::versions::DISCOVERED;

/// How many notifications a slow reader may be behind before it loses the oldest.
const MOST_BEHIND: usize = 256;

/// How large the parameters of a notification may be: many of them are kept for a slow reader.
const LARGEST_NOTIFICATION: usize = 1 << 20;

/// Something that the server reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What.
    pub method: String,
    /// Its parameters as JSON, as they came.
    pub params: Option<Bytes>,
}

/// The requests of one session that have no response yet.
#[derive(Debug)]
pub(super) struct Routing {
    pending: Mutex<Pending>,
    next: AtomicU64,
    notifications: broadcast::Sender<Notification>,
    closed: watch::Sender<Option<Fault>>,
    version: RwLock<Option<Arc<str>>>,
    junk: AtomicU64,
    list_changes: AtomicU64,
}

#[derive(Debug, Default)]
struct Pending {
    waiting: HashMap<u64, oneshot::Sender<Result<Bytes, Failure>>>,
    closed: Option<Fault>,
}

impl Routing {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            pending: Mutex::default(),
            next: AtomicU64::new(1),
            notifications: broadcast::Sender::new(MOST_BEHIND),
            closed: watch::Sender::new(None),
            version: RwLock::default(),
            junk: AtomicU64::new(0),
            list_changes: AtomicU64::new(0),
        })
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        // What is under the lock is whole at every moment.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for the response to a new request; a fault where the session is over.
    pub(super) fn expect(self: &Arc<Self>) -> Result<Waiting, Fault> {
        let mut pending = self.pending();
        if let Some(fault) = &pending.closed {
            return Err(fault.clone());
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        pending.waiting.insert(id, sender);
        Ok(Waiting { id, receiver, routing: Arc::clone(self) })
    }

    /// Takes what the server sent. What it asks of us is answered through `reply`.
    pub(super) fn take(&self, text: &Bytes, mut reply: impl FnMut(Bytes)) -> Result<(), NotMessage> {
        let messages = message::read(text).inspect_err(|_| {
            self.junk.fetch_add(1, Ordering::Relaxed);
        })?;
        for message in messages {
            match message {
                Message::Response { id, outcome } => {
                    self.answer(id, outcome.map_err(|error| Failure::Rpc { error, status: None }));
                }
                Message::Request { id, method } => reply(message::reply(&id, &method)),
                Message::Notification { params: Some(params), .. } if params.len() > LARGEST_NOTIFICATION => {
                    self.junk.fetch_add(1, Ordering::Relaxed);
                }
                Message::Notification { method, params } => {
                    if method.ends_with("/list_changed") {
                        self.list_changes.fetch_add(1, Ordering::Relaxed);
                    }
                    // Nobody may be interested.
                    let _ = self.notifications.send(Notification { method, params });
                }
                Message::Unassigned(_) => {
                    self.junk.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        Ok(())
    }

    /// Gives a request its outcome. One that is no longer awaited is dropped.
    pub(super) fn answer(&self, id: u64, outcome: Result<Bytes, Failure>) {
        let waiting = self.pending().waiting.remove(&id);
        if let Some(waiting) = waiting {
            let _ = waiting.send(outcome);
        }
    }

    /// Ends the session: every request gets this fault, later ones too. The first reason stays.
    pub(super) fn close(&self, fault: &Fault) {
        let mut pending = self.pending();
        if pending.closed.is_some() {
            return;
        }
        pending.closed = Some(fault.clone());
        let waiting = std::mem::take(&mut pending.waiting);
        drop(pending);
        for sender in waiting.into_values() {
            let _ = sender.send(Err(Failure::Fault(fault.clone())));
        }
        self.closed.send_replace(Some(fault.clone()));
    }

    /// Whether the session is over.
    pub(super) fn is_closed(&self) -> bool {
        self.pending().closed.is_some()
    }

    /// Ready when the session is over.
    pub(super) async fn closed(&self) -> Fault {
        let mut closed = self.closed.subscribe();
        let fault = closed.wait_for(Option::is_some).await.ok().and_then(|fault| fault.clone());
        fault.unwrap_or_else(|| FaultKind::Connect.because("the session is over"))
    }

    /// How often the server said that one of its lists has changed.
    pub(super) fn list_changes(&self) -> u64 {
        self.list_changes.load(Ordering::Relaxed)
    }

    pub(super) fn notifications(&self) -> broadcast::Receiver<Notification> {
        self.notifications.subscribe()
    }

    /// Reports something of our own as if the server had.
    pub(super) fn report(&self, method: &str) {
        let _ = self.notifications.send(Notification { method: method.to_owned(), params: None });
    }

    /// Whether the revision is spoken that has no sessions, and a context in each message.
    pub(super) fn is_discovered(&self) -> bool {
        self.version().as_deref() == Some(DISCOVERED)
    }

    /// The protocol version that is spoken, once it is agreed on.
    pub(super) fn version(&self) -> Option<Arc<str>> {
        self.version.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_version(&self, version: Option<&str>) {
        *self.version.write().unwrap_or_else(PoisonError::into_inner) = version.map(Arc::from);
    }

    /// How much came that was no message.
    pub(super) fn junk(&self) -> u64 {
        self.junk.load(Ordering::Relaxed)
    }

    /// How many requests wait for a response.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.pending().waiting.len()
    }
}

/// The response that is to come. Dropped, it is no longer awaited.
#[derive(Debug)]
pub(super) struct Waiting {
    id: u64,
    receiver: oneshot::Receiver<Result<Bytes, Failure>>,
    routing: Arc<Routing>,
}

impl Waiting {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// The outcome, where it is there already.
    pub(super) fn outcome(&mut self) -> Option<Result<Bytes, Failure>> {
        self.receiver.try_recv().ok()
    }
}

impl Future for Waiting {
    type Output = Result<Bytes, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let over = || Failure::Fault(FaultKind::Connect.because("the session is over"));
        Pin::new(&mut self.receiver).poll(context).map(|outcome| outcome.unwrap_or_else(|_| Err(over())))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.routing.pending().waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: String) -> Bytes {
        Bytes::from(text)
    }

    #[tokio::test]
    async fn each_response_reaches_its_request_in_any_order() {
        let routing = Routing::new();
        let (one, two) = (routing.expect().unwrap(), routing.expect().unwrap());
        for (id, result) in [(two.id(), "2"), (99, "9"), (one.id(), "1")] {
            let text = format!("{{\"id\":{id},\"result\":{result}}}");
            routing.take(&bytes(text), |_| panic!("nothing is asked")).unwrap();
        }
        assert_eq!(one.await.unwrap(), "1");
        assert_eq!(two.await.unwrap(), "2");
        assert_eq!(routing.waiting(), 0);
    }

    #[tokio::test]
    async fn a_slow_reader_of_notifications_loses_notifications_and_no_response() {
        let routing = Routing::new();
        let mut slow = routing.notifications();
        let waiting = routing.expect().unwrap();
        for number in 0..10 * MOST_BEHIND {
            routing.take(&bytes(format!("{{\"method\":\"n\",\"params\":{number}}}")), |_| ()).unwrap();
        }
        routing.take(&bytes(format!("{{\"id\":{},\"result\":true}}", waiting.id())), |_| ()).unwrap();
        assert_eq!(waiting.await.unwrap(), "true");
        assert!(matches!(slow.recv().await, Err(broadcast::error::RecvError::Lagged(_))));
        let first = slow.recv().await.unwrap().params.unwrap();
        assert_eq!(first, (9 * MOST_BEHIND).to_string(), "what is kept is in order");
    }

    #[tokio::test]
    async fn the_end_reaches_every_request_and_every_later_one() {
        let routing = Routing::new();
        let waiting = routing.expect().unwrap();
        routing.close(&FaultKind::Exited.because("first"));
        routing.close(&FaultKind::Connect.because("second"));
        assert_eq!(Fault::from(waiting.await.unwrap_err()).message, "first");
        assert_eq!(routing.expect().unwrap_err().message, "first");
        assert_eq!(routing.closed().await.message, "first");
    }

    #[test]
    fn a_request_that_is_given_up_is_forgotten() {
        let routing = Routing::new();
        drop(routing.expect().unwrap());
        assert_eq!(routing.waiting(), 0);
    }

    #[tokio::test]
    async fn a_notification_that_is_too_large_is_not_kept() {
        let routing = Routing::new();
        let mut reader = routing.notifications();
        for length in [LARGEST_NOTIFICATION, LARGEST_NOTIFICATION - 2] {
            let text = format!("{{\"method\":\"n\",\"params\":\"{}\"}}", "x".repeat(length));
            routing.take(&bytes(text), |_| ()).unwrap();
        }
        assert_eq!(reader.recv().await.unwrap().params.unwrap().len(), LARGEST_NOTIFICATION);
        assert!(reader.try_recv().is_err());
        assert_eq!(routing.junk(), 1);
    }

    #[test]
    fn what_is_no_message_is_counted() {
        let routing = Routing::new();
        assert_eq!(routing.take(&Bytes::from_static(b"Server started"), |_| ()), Err(NotMessage));
        assert_eq!(routing.junk(), 1);
    }
}
