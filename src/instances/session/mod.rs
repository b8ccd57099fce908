//! One live session with a server, over pipes or HTTP: JSON-RPC of our own that passes parameters and results on as the
//! bytes that came (DESIGN §13.6). It does not know what was approved, and when a session is started or ended.

mod answer;
mod failure;
mod handshake;
mod legacy;
mod lines;
mod lists;
mod message;
mod remote_headers;
mod routing;
mod sse;
mod streamable;
mod tasks;
mod tool_answer;
mod versions;
mod wire;

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::broadcast;

use crate::json::write_string;
use crate::model::launch::Transport;

use super::fault::{Fault, FaultKind};
use super::http_client::HttpClient;
use super::launch::Remote;
use failure::Failure;
use legacy::Legacy;
use lines::Lines;
use remote_headers::configured;
use routing::Routing;
use streamable::Streamable;
use wire::{Link, Wire};

pub use lists::{Item, List, ListKind, ToolList};
pub use routing::Notification;
pub use tool_answer::ToolAnswer;
pub use versions::PeerInfo;

/// A session. Clones are the same one; with the last clone it ends, as far as it can without waiting.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    wire: Wire,
    peer: PeerInfo,
}

impl Session {
    /// Speaks over these pipes and initializes. `known` is the version of MCP that this server spoke last time.
    pub async fn over_pipes<R, W>(
        stdout: R,
        stdin: W,
        known: Option<&str>,
        deadline: Instant,
    ) -> Result<Self, Fault>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let routing = Routing::new();
        let lines = Lines::start(stdout, stdin, &routing);
        Ok(Self::begin(Wire::new(routing, Link::Lines(lines)), known, deadline).await?)
    }

    /// Connects to a server that runs already, and initializes. `known` is as with [`Session::over_pipes`].
    pub async fn to_remote(
        remote: &Remote,
        http: &HttpClient,
        known: Option<&str>,
        deadline: Instant,
    ) -> Result<Self, Fault> {
        let streamable = match remote.transport {
            Transport::Sse => return Ok(Self::over_sse(remote, http, deadline).await?),
            Transport::StreamableHttp | Transport::Automatic => {
                Self::over_http(remote, http, known, deadline).await
            }
        };
        match streamable {
            Err(first)
                if remote.transport == Transport::Automatic && handshake::is_older_transport(&first) =>
            {
                // Where that is not there either, what came first says more.
                let second = Self::over_sse(remote, http, deadline).await.map_err(Fault::from);
                second.map_err(|second| match second.kind {
                    FaultKind::HttpStatus | FaultKind::Protocol => first.into(),
                    _ => second,
                })
            }
            outcome => Ok(outcome?),
        }
    }

    async fn over_http(
        remote: &Remote,
        http: &HttpClient,
        known: Option<&str>,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let routing = Routing::new();
        let server = http.to_server(remote.url.expose()).await?;
        let link = Streamable::new(server, configured(&remote.headers)?, &routing);
        Self::begin(Wire::new(routing, Link::Streamable(link)), known, deadline).await
    }

    async fn over_sse(remote: &Remote, http: &HttpClient, deadline: Instant) -> Result<Self, Failure> {
        let routing = Routing::new();
        let server = http.to_server(remote.url.expose()).await?;
        let link = Legacy::connect(server, configured(&remote.headers)?, &routing, deadline).await?;
        // That transport is older than the version without `initialize`.
        Self::begin(Wire::new(routing, Link::Legacy(link)), None, deadline).await
    }

    async fn begin(wire: Wire, known: Option<&str>, deadline: Instant) -> Result<Self, Failure> {
        match handshake::shake_hands(&wire, known, deadline).await {
            Ok(peer) => Ok(Self { inner: Arc::new(Inner { wire, peer }) }),
            Err(failure) => {
                wire.close().await;
                Err(failure)
            }
        }
    }

    /// What the server said of itself.
    pub fn peer(&self) -> &PeerInfo {
        &self.inner.peer
    }

    /// One request: parameters and result are JSON as bytes, untouched. Dropped, or at the deadline, it is cancelled on
    /// the server.
    pub async fn request(
        &self,
        method: &str,
        params: Option<&[u8]>,
        deadline: Instant,
    ) -> Result<Bytes, Fault> {
        // Whatever is not JSON could end our message early.
        if params.is_some_and(|params| !is_json(params)) {
            return Err(FaultKind::Protocol.because("the parameters of the request are not JSON"));
        }
        Ok(self.inner.wire.request(method, params, deadline).await?)
    }

    /// The tools of the server: all pages, within bounds, read tolerantly.
    pub async fn list_tools(&self, deadline: Instant) -> Result<ToolList, Fault> {
        self.list(ListKind::Tools, deadline).await
    }

    /// Any list of the server, as [`Session::list_tools`].
    pub async fn list(&self, kind: ListKind, deadline: Instant) -> Result<List, Fault> {
        lists::collect(kind, |params| async move {
            self.request(kind.method(), params.as_deref().map(str::as_bytes), deadline).await
        })
        .await
    }

    /// The first page of a list of the server, and whether it is the whole.
    pub async fn first_page(&self, kind: ListKind, deadline: Instant) -> Result<(List, bool), Fault> {
        lists::first_page(kind, &self.request(kind.method(), None, deadline).await?)
    }

    /// Calls a tool with arguments, which are a JSON object as bytes. It is never sent twice.
    pub async fn call_tool(
        &self,
        name: &str,
        arguments: &[u8],
        deadline: Instant,
    ) -> Result<ToolAnswer, Fault> {
        // What closes the object early would be JSON once it is wrapped.
        if !is_json(arguments) {
            return Err(FaultKind::Protocol.because("the arguments of the call are not JSON"));
        }
        let mut head = "{\"name\":".to_owned();
        write_string(&mut head, name);
        head.push_str(",\"arguments\":");
        let params = [head.as_bytes(), arguments, b"}"].concat();
        let result = self.inner.wire.request("tools/call", Some(&params), deadline).await?;
        Ok(ToolAnswer::of(result))
    }

    /// Whether the server answers at all. Revision 2026-07-28 has no `ping`: that it says so is an answer.
    pub async fn ping(&self, deadline: Instant) -> Result<(), Fault> {
        match self.inner.wire.request("ping", None, deadline).await {
            Ok(_) => Ok(()),
            Err(Failure::Rpc { error, .. }) if error.is_no_such_method() => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Ready when the session is over, with the reason. Over HTTP there is no connection that could end: it is ready
    /// when the session is closed.
    pub async fn closed(&self) -> Fault {
        self.inner.wire.routing().closed().await
    }

    /// Whether the session is over, before a task that waits for it runs.
    pub fn is_closed(&self) -> bool {
        self.inner.wire.routing().is_closed()
    }

    /// What the server reports from now on. A reader that is far behind loses the oldest.
    pub fn notifications(&self) -> broadcast::Receiver<Notification> {
        self.inner.wire.routing().notifications()
    }

    /// How often the server said that one of its lists has changed.
    pub fn list_changes(&self) -> u64 {
        self.inner.wire.routing().list_changes()
    }

    /// How many lines or events of the server were no messages.
    pub fn junk(&self) -> u64 {
        self.inner.wire.routing().junk()
    }

    /// Ends the session: pipes are closed, a session over HTTP is deleted on the server. Takes at most 2.2 s.
    pub async fn close(&self) {
        self.inner.wire.close().await;
    }
}

fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| crate::json::check(text).is_ok())
}
