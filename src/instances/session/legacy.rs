//! The older transport of MCP: one stream of events brings every answer, messages are posted to an address that the
//! stream names (DESIGN §13.6). That address must be of the same origin: it gets the credentials.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::time::timeout_at;
use url::Url;

use crate::instances::fault::{Fault, FaultKind};
use crate::instances::http_client::{Chunks, LARGEST_BODY, Server, shown};

use super::answer::{failure, not_mcp};
use super::failure::Failure;
use super::message;
use super::remote_headers::{for_message, for_stream};
use super::routing::{Routing, Waiting};
use super::sse::{Event, Reader};
use super::tasks::Tasks;

/// How long a server may take to accept a message. Some never answer a POST that they cannot place.
const PATIENCE: Duration = Duration::from_secs(10);

/// The way to a server over the older transport.
pub(super) struct Legacy {
    core: Arc<Core>,
    tasks: Tasks,
}

struct Core {
    server: Server,
    configured: HeaderMap,
    endpoint: Url,
}

impl Legacy {
    /// Opens the stream and waits until it names the address for messages.
    pub(super) async fn connect(
        server: Server,
        configured: HeaderMap,
        routing: &Arc<Routing>,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let headers = for_stream(&configured);
        let response = server.send(Method::GET, server.url(), &headers, None, deadline).await?;
        if !response.status().is_success() {
            return Err(failure(response, deadline).await);
        }
        if response.media_type() != "text/event-stream" {
            return Err(not_mcp(&response).into());
        }
        let base = response.url().clone();
        let mut events = Events { chunks: response.chunks(), reader: Reader::new(LARGEST_BODY) };
        let late = || FaultKind::Timeout.because("the server's stream named no address for messages in time");
        let first = timeout_at(deadline.into(), events.until_endpoint());
        let (named, rest) = first.await.map_err(|_| late())??;
        let endpoint = named.trim();
        let endpoint = base.join(endpoint).ok().filter(|endpoint| endpoint.origin() == base.origin());
        let other = || {
            let message = format!(
                "{} names an address of another origin for messages, which is not used",
                shown(&base)
            );
            FaultKind::Policy.because(message)
        };
        let core = Arc::new(Core { server, configured, endpoint: endpoint.ok_or_else(other)? });
        let tasks = Tasks::default();
        tasks.spawn(read(events, rest, Arc::clone(&core), Arc::clone(routing)));
        Ok(Self { core, tasks })
    }

    /// Sends a request and waits for its response, which may come before the POST is answered.
    pub(super) async fn exchange(
        &self,
        mut waiting: Waiting,
        method: &str,
        params: Option<&[u8]>,
        deadline: Instant,
    ) -> Result<Bytes, Failure> {
        let posted = self.core.post(message::request(waiting.id(), method, params), deadline);
        tokio::select! {
            biased;
            outcome = &mut waiting => return outcome,
            posted = posted => posted?,
        }
        waiting.await
    }

    pub(super) async fn notify(
        &self,
        method: &str,
        params: Option<&[u8]>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        self.core.post(message::notification(method, params), deadline).await
    }

    /// Sends a notification that no one waits for.
    pub(super) fn notify_later(&self, method: &'static str, params: String) {
        let core = Arc::clone(&self.core);
        self.tasks.spawn(async move {
            let message = message::notification(method, Some(params.as_bytes()));
            let _ = core.post(message, Instant::now() + PATIENCE).await;
        });
    }

    pub(super) fn close(&self) {
        self.tasks.end();
    }
}

impl Core {
    async fn post(&self, message: Bytes, deadline: Instant) -> Result<(), Failure> {
        let deadline = deadline.min(Instant::now() + PATIENCE);
        let headers = for_message(&self.configured);
        let response =
            self.server.send(Method::POST, &self.endpoint, &headers, Some(message), deadline).await?;
        if !response.status().is_success() {
            return Err(failure(response, deadline).await);
        }
        response.discard().await;
        Ok(())
    }
}

struct Events {
    chunks: Chunks,
    reader: Reader,
}

impl Events {
    async fn next(&mut self) -> Result<Vec<Event>, Fault> {
        let ended = || FaultKind::Connect.because("the server ended the stream of events");
        let piece = self.chunks.next().await?.ok_or_else(ended)?;
        let too_large = |_| {
            FaultKind::TooLarge.because(format!("the server sent an event of more than {LARGEST_BODY} bytes"))
        };
        self.reader.push(&piece).map_err(too_large)
    }

    /// What the event `endpoint` says, and the events that came with it.
    async fn until_endpoint(&mut self) -> Result<(String, Vec<Event>), Fault> {
        loop {
            let mut events = self.next().await?.into_iter();
            if let Some(endpoint) = events.find(|event| event.kind == "endpoint") {
                return Ok((String::from_utf8_lossy(&endpoint.data).into_owned(), events.collect()));
            }
        }
    }
}

async fn read(mut events: Events, mut batch: Vec<Event>, core: Arc<Core>, routing: Arc<Routing>) {
    let replies = Tasks::default();
    let end = loop {
        for event in batch {
            if event.kind == "message" {
                let _ = routing.take(&event.data, |reply| {
                    let core = Arc::clone(&core);
                    replies.spawn_reply(async move {
                        let _ = core.post(reply, Instant::now() + PATIENCE).await;
                    });
                });
            }
        }
        match events.next().await {
            Ok(next) => batch = next,
            Err(fault) => break fault,
        }
    };
    routing.close(&end);
}
