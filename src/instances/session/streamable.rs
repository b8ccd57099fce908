//! MCP's Streamable HTTP: every message is a POST of its own, the answer is JSON or a stream of events. A session that
//! the server has forgotten is initialized again once, and a call is never sent again (DESIGN §13.6).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use tokio::time::timeout;

use crate::instances::fault::{Fault, FaultKind};
use crate::instances::http_client::{Chunks, LARGEST_BODY, Response, Server};

use super::answer::{failure, not_mcp, unassigned_error};
use super::failure::Failure;
use super::message;
use super::remote_headers::{METHOD, NAME, PROTOCOL_VERSION, SESSION_ID, for_message, for_stream};
use super::routing::{Routing, Waiting};
use super::sse::Reader;
use super::tasks::Tasks;
use super::versions::{initialize_params, initialized, name_header};

/// How long something takes that no client waits for: a reply to the server, the end of a session.
const ASIDE: Duration = Duration::from_secs(10);

const GOODBYE: Duration = Duration::from_secs(2);

/// Pauses between attempts to get the stream of notifications: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// The way to a server over Streamable HTTP.
pub(super) struct Streamable {
    core: Arc<Core>,
    tasks: Tasks,
    renewing: tokio::sync::Mutex<()>,
}

/// What the tasks share. It does not hold them, so that they end with the session.
struct Core {
    server: Server,
    configured: HeaderMap,
    routing: Arc<Routing>,
    current: Mutex<Current>,
}

/// The session that the server gave us.
#[derive(Clone, Default)]
struct Current {
    id: Option<HeaderValue>,
    /// Which one it is: it grows when the server has forgotten one.
    number: u64,
}

/// A message on its way.
struct Sending<'a> {
    method: &'a str,
    params: Option<&'a [u8]>,
    body: Bytes,
    deadline: Instant,
}

impl Streamable {
    pub(super) fn new(server: Server, configured: HeaderMap, routing: &Arc<Routing>) -> Self {
        let core = Core { server, configured, routing: Arc::clone(routing), current: Mutex::default() };
        Self { core: Arc::new(core), tasks: Tasks::default(), renewing: tokio::sync::Mutex::default() }
    }

    /// Sends a request and waits for its response.
    pub(super) async fn exchange(
        &self,
        waiting: &mut Waiting,
        method: &str,
        params: Option<&[u8]>,
        deadline: Instant,
    ) -> Result<Bytes, Failure> {
        let body = message::request(waiting.id(), method, params);
        let sending = Sending { method, params, body, deadline };
        let current = self.core.current();
        match self.attempt(&current, waiting, &sending).await {
            Err(failure) if method != "initialize" && current.id.is_some() && is_forgotten(&failure) => {
                self.renew(current.number, deadline).await?;
                if method == "tools/call" {
                    let message = "the server has forgotten the session; the call was not sent again";
                    return Err(FaultKind::HttpStatus.because(message).into());
                }
                self.attempt(&self.core.current(), waiting, &sending).await
            }
            outcome => outcome,
        }
    }

    /// Sends a notification.
    pub(super) async fn notify(
        &self,
        method: &str,
        params: Option<&[u8]>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let body = message::notification(method, params);
        self.core.post_aside(Sending { method, params, body, deadline }).await
    }

    /// Sends a notification that no one waits for.
    pub(super) fn notify_later(&self, method: &'static str, params: String) {
        // Revision 2026-07-28 has none towards a server: it sees that the stream is closed.
        if self.core.is_sessionless() {
            return;
        }
        let core = Arc::clone(&self.core);
        self.tasks.spawn(async move {
            let params = Some(params.as_bytes());
            let body = message::notification(method, params);
            let deadline = Instant::now() + ASIDE;
            let _ = core.post_aside(Sending { method, params, body, deadline }).await;
        });
    }

    /// Begins to listen for what the server reports on its own.
    pub(super) fn listen(&self) {
        if !self.core.is_sessionless() {
            self.tasks.spawn(listen(Arc::clone(&self.core)));
        }
    }

    /// Ends the session with the server.
    pub(super) async fn close(&self) {
        self.tasks.end();
        let current = self.core.current();
        if current.id.is_none() {
            return;
        }
        let headers = self.core.headers(self.core.configured.clone(), &current);
        let server = &self.core.server;
        let deadline = Instant::now() + GOODBYE;
        if let Ok(response) = server.send(Method::DELETE, server.url(), &headers, None, deadline).await {
            response.discard().await;
        }
    }

    async fn attempt(
        &self,
        current: &Current,
        waiting: &mut Waiting,
        sending: &Sending<'_>,
    ) -> Result<Bytes, Failure> {
        let is_initialize = sending.method == "initialize";
        let response = self.core.post(if is_initialize { None } else { Some(current) }, sending).await?;
        let session = response.headers().get(SESSION_ID).cloned();
        let result = self.read(response, waiting, sending.deadline).await?;
        if is_initialize {
            self.core.begin(session);
        }
        Ok(result)
    }

    async fn read(
        &self,
        response: Response,
        waiting: &mut Waiting,
        deadline: Instant,
    ) -> Result<Bytes, Failure> {
        let not_mcp = not_mcp(&response);
        match response.media_type().as_str() {
            "application/json" => {
                let body = response.body(deadline).await?;
                let taken = self.core.routing.take(&body, |reply| self.reply_later(reply));
                taken.map_err(|_| FaultKind::Protocol.because("the server's answer is not JSON-RPC"))?;
                if let Some(outcome) = waiting.outcome() {
                    return outcome;
                }
                Err(match unassigned_error(&body) {
                    Some(error) => Failure::Rpc { error, status: None },
                    None => FaultKind::Protocol.because("the server answered another request").into(),
                })
            }
            "text/event-stream" => {
                let mut stream = Stream::new(response);
                let outcome = loop {
                    if let Some(outcome) = waiting.outcome() {
                        break outcome;
                    }
                    if !stream.advance(&self.core.routing, |reply| self.reply_later(reply)).await? {
                        let message = "the server's stream of events ended without an answer";
                        return Err(FaultKind::Protocol.because(message).into());
                    }
                };
                // To its end, so that the connection can be used again.
                self.tasks.spawn(stream.drain());
                outcome
            }
            _ => Err(not_mcp.into()),
        }
    }

    fn reply_later(&self, reply: Bytes) {
        self.tasks.spawn_reply(Arc::clone(&self.core).reply(reply));
    }

    /// A new session in place of the one with this number, unless another request already got one.
    async fn renew(&self, number: u64, deadline: Instant) -> Result<(), Failure> {
        let _one_at_a_time = self.renewing.lock().await;
        if self.core.current().number != number {
            return Ok(());
        }
        let mut waiting = self.core.routing.expect()?;
        let params = initialize_params();
        let params = Some(params.as_bytes());
        let body = message::request(waiting.id(), "initialize", params);
        let sending = Sending { method: "initialize", params, body, deadline };
        let result = self.attempt(&Current::default(), &mut waiting, &sending).await?;
        self.core.routing.set_version(Some(&initialized(&result)?.protocol_version));
        self.notify("notifications/initialized", None, deadline).await?;
        // The server may have been replaced by another version of itself.
        self.core.routing.report("notifications/tools/list_changed");
        Ok(())
    }
}

/// Whether the server no longer knows the session: 404 by the protocol; servers made from the examples of the official
/// SDK answer 400, and say so.
fn is_forgotten(failure: &Failure) -> bool {
    match failure {
        Failure::Rpc { error, status: Some(400) } => {
            error.message.to_ascii_lowercase().contains("session id")
        }
        failure => failure.status() == Some(404),
    }
}

impl Core {
    fn current(&self) -> Current {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn begin(&self, id: Option<HeaderValue>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Current { id, number: current.number + 1 };
    }

    /// Revision 2026-07-28 has no sessions.
    fn is_sessionless(&self) -> bool {
        self.routing.is_discovered()
    }

    fn headers(&self, mut headers: HeaderMap, current: &Current) -> HeaderMap {
        if let Some(id) = &current.id {
            headers.insert(SESSION_ID, id.clone());
        }
        if let Some(version) = self.routing.version().and_then(|version| HeaderValue::from_str(&version).ok())
        {
            headers.insert(PROTOCOL_VERSION, version);
        }
        headers
    }

    /// Posts a message and gives a response that is a success; `initialize` belongs to no session.
    async fn post(&self, current: Option<&Current>, sending: &Sending<'_>) -> Result<Response, Failure> {
        let mut headers = for_message(&self.configured);
        if let Some(current) = current {
            headers = self.headers(headers, current);
            if self.is_sessionless() {
                let name = name_header(sending.method, sending.params);
                for (header, value) in [(METHOD, Some(sending.method.to_owned())), (NAME, name)] {
                    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                        headers.insert(header, value);
                    }
                }
            }
        }
        let (server, body) = (&self.server, Some(sending.body.clone()));
        let response = server.send(Method::POST, server.url(), &headers, body, sending.deadline).await?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(failure(response, sending.deadline).await)
        }
    }

    /// Posts what gets no answer.
    async fn post_aside(&self, sending: Sending<'_>) -> Result<(), Failure> {
        let response = self.post(Some(&self.current()), &sending).await?;
        response.discard().await;
        Ok(())
    }

    async fn reply(self: Arc<Self>, body: Bytes) {
        let deadline = Instant::now() + ASIDE;
        let _ = self.post_aside(Sending { method: "", params: None, body, deadline }).await;
    }
}

/// Listens as long as the session lives. A server may have no such stream.
async fn listen(core: Arc<Core>) {
    let replies = Tasks::default();
    let mut pause = PAUSES.0;
    loop {
        let headers = core.headers(for_stream(&core.configured), &core.current());
        let server = &core.server;
        let response = server.send(Method::GET, server.url(), &headers, None, Instant::now() + ASIDE).await;
        match response {
            Ok(response) if response.status().is_success() => {
                if response.media_type() != "text/event-stream" {
                    return;
                }
                pause = PAUSES.0;
                let mut stream = Stream::new(response);
                let mut reply = |reply| replies.spawn_reply(Arc::clone(&core).reply(reply));
                while let Ok(true) = stream.advance(&core.routing, &mut reply).await {}
            }
            // The next request gets a new session; then there may be a stream again.
            Ok(response) if response.status() == StatusCode::NOT_FOUND => {}
            Ok(response) if response.status().is_client_error() => return,
            Err(fault) if fault.kind == FaultKind::HttpStatus || fault.kind == FaultKind::Policy => return,
            Ok(_) | Err(_) => {}
        }
        tokio::time::sleep(pause).await;
        pause = (2 * pause).min(PAUSES.1);
    }
}

/// Messages in a stream of events.
struct Stream {
    chunks: Chunks,
    reader: Reader,
}

impl Stream {
    fn new(response: Response) -> Self {
        Self { chunks: response.chunks(), reader: Reader::new(LARGEST_BODY) }
    }

    /// Reads the next piece; false at the end.
    async fn advance(&mut self, routing: &Routing, mut reply: impl FnMut(Bytes)) -> Result<bool, Fault> {
        let Some(piece) = self.chunks.next().await? else { return Ok(false) };
        let too_large = |_| {
            FaultKind::TooLarge.because(format!("the server sent an event of more than {LARGEST_BODY} bytes"))
        };
        for event in self.reader.push(&piece).map_err(too_large)? {
            // An event without data only carries an id. What is no message is counted and ignored, as on a stream of lines.
            if event.kind == "message" && !event.data.is_empty() {
                let _ = routing.take(&event.data, &mut reply);
            }
        }
        Ok(true)
    }

    async fn drain(mut self) {
        let _ =
            timeout(Duration::from_secs(1), async { while let Ok(Some(_)) = self.chunks.next().await {} })
                .await;
    }
}
