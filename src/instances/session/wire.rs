//! One way to a server, whatever the transport: requests, notifications, and the cancelling of requests that are given
//! up. It does not know what the requests mean.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::time::timeout_at;

use crate::instances::fault::FaultKind;

use super::failure::Failure;
use super::legacy::Legacy;
use super::lines::Lines;
use super::message;
use super::routing::Routing;
use super::streamable::Streamable;
use super::versions::{cancelled_params, with_context};

/// The way to a server.
pub(super) struct Wire {
    routing: Arc<Routing>,
    link: Link,
}

/// How messages travel.
pub(super) enum Link {
    Lines(Lines),
    Streamable(Streamable),
    Legacy(Legacy),
}

impl Wire {
    pub(super) fn new(routing: Arc<Routing>, link: Link) -> Self {
        Self { routing, link }
    }

    pub(super) fn routing(&self) -> &Arc<Routing> {
        &self.routing
    }

    /// One request, whose parameters are JSON. Where it is dropped, or its time is over, the server learns that it is no
    /// longer needed.
    pub(super) async fn request(
        &self,
        method: &str,
        params: Option<&[u8]>,
        deadline: Instant,
    ) -> Result<Bytes, Failure> {
        let mut waiting = self.routing.expect()?;
        let with_context = self.routing.is_discovered().then(|| with_context(params));
        let params = with_context.as_deref().or(params);
        // The protocol forbids to cancel `initialize`.
        let may_cancel = method != "initialize";
        let mut guard = Guard { wire: self, id: waiting.id(), is_armed: false };
        let exchange = async {
            match &self.link {
                Link::Lines(lines) => {
                    lines.send(message::request(waiting.id(), method, params), deadline).await?;
                    guard.is_armed = may_cancel;
                    waiting.await
                }
                Link::Streamable(http) => {
                    guard.is_armed = may_cancel;
                    http.exchange(&mut waiting, method, params, deadline).await
                }
                Link::Legacy(sse) => {
                    guard.is_armed = may_cancel;
                    sse.exchange(waiting, method, params, deadline).await
                }
            }
        };
        let late = || FaultKind::Timeout.because(format!("the server did not answer `{method}` in time"));
        let outcome =
            timeout_at(deadline.into(), exchange).await.unwrap_or_else(|_| Err(Failure::Fault(late())));
        guard.is_armed &= matches!(&outcome, Err(failure) if failure.is_timeout());
        outcome
    }

    pub(super) async fn notify(&self, method: &str, deadline: Instant) -> Result<(), Failure> {
        match &self.link {
            Link::Lines(lines) => Ok(lines.send(message::notification(method, None), deadline).await?),
            Link::Streamable(http) => http.notify(method, None, deadline).await,
            Link::Legacy(sse) => sse.notify(method, None, deadline).await,
        }
    }

    /// Begins to listen for what the server reports on its own, where that takes a connection of its own.
    pub(super) fn listen(&self) {
        if let Link::Streamable(http) = &self.link {
            http.listen();
        }
    }

    /// Ends it, on the server's side too.
    pub(super) async fn close(&self) {
        self.routing.close(&FaultKind::Connect.because("the session was closed"));
        match &self.link {
            Link::Lines(lines) => lines.close(),
            Link::Streamable(http) => http.close().await,
            Link::Legacy(sse) => sse.close(),
        }
    }
}

/// Cancels a request that is given up after it was sent.
struct Guard<'a> {
    wire: &'a Wire,
    id: u64,
    is_armed: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        const METHOD: &str = "notifications/cancelled";
        if !self.is_armed {
            return;
        }
        let params = cancelled_params(self.id);
        match &self.wire.link {
            Link::Lines(lines) => lines.try_send(message::notification(METHOD, Some(params.as_bytes()))),
            Link::Streamable(http) => http.notify_later(METHOD, params),
            Link::Legacy(sse) => sse.notify_later(METHOD, params),
        }
    }
}
