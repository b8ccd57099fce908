//! The API over HTTP: routes, checks, answers. A handler is three moves: read, call, answer. It refuses to
//! know stores, documents and keys.

mod authentication;
mod body;
pub mod document;
mod document_access;
mod documentation;
mod endpoint;
mod event_stream;
mod event_text;
mod failures;
mod for_everyone;
mod frame;
pub mod gate;
mod headers;
mod listing;
mod mcp_servers;
mod operations;
mod page;
mod prefer;
mod problem;
mod problem_kind;
mod query;
mod renaming;
mod routes;
mod schemas;
mod session;
mod settings;
mod settings_patch;
mod status;
mod written;

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as ActixApp, HttpServer};

use crate::events::Feed;
use crate::service::Service;
use crate::service::authentication::Authentication;
use frame::RequestIds;
use gate::Gate;

/// How long a stop waits for accepted requests. Seconds; a stop takes at most ten in all (DESIGN §11).
const SHUTDOWN_SECONDS: u64 = 9;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may take nothing of what it is sent. A stalled connection is never asked for more, so that only
/// the kernel can tell: without this one reader of a stream who stops reading would keep its seat for ever.
const TAKING_TIMEOUT: Duration = Duration::from_secs(10);

/// What all requests share.
pub struct App {
    /// The use-cases.
    pub service: Arc<Service>,
    /// The stream of changes.
    pub events: Arc<Feed>,
    /// How callers are told apart.
    pub authentication: Authentication,
    /// Which hosts and pages may call.
    pub gate: Gate,
    /// Where the settings document is, as administrators are told.
    pub document: Box<str>,
    /// Makes request ids.
    pub request_ids: RequestIds,
}

impl App {
    /// What all requests share.
    pub fn new(
        service: Arc<Service>,
        events: Arc<Feed>,
        authentication: Authentication,
        gate: Gate,
        document: &Path,
    ) -> Self {
        let document = document.to_string_lossy().into();
        Self { service, events, authentication, gate, document, request_ids: RequestIds::default() }
    }
}

/// Serves on a bound socket. Signals are the caller's to handle.
pub fn serve(app: Data<App>, listener: TcpListener) -> std::io::Result<Server> {
    give_up_stalled(&listener)?;
    let server = HttpServer::new(move || {
        ActixApp::new().app_data(app.clone()).wrap(from_fn(frame::frame)).configure(routes::configure)
    });
    Ok(server
        .listen(listener)?
        .disable_signals()
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .run())
}

/// Ends connections whose other side takes nothing, or is gone. They inherit it from the listening socket.
#[cfg(target_os = "linux")]
fn give_up_stalled(listener: &TcpListener) -> std::io::Result<()> {
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(TAKING_TIMEOUT))
}

/// Elsewhere the system decides.
#[cfg(not(target_os = "linux"))]
fn give_up_stalled(_: &TcpListener) -> std::io::Result<()> {
    Ok(())
}
