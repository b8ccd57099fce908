//! The API over HTTP: routes, checks, answers. A handler is three moves: read, call, answer. It refuses to
//! know stores, documents and keys.

mod authentication;
mod body;
mod connection;
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
pub mod public_address;
mod query;
mod refusals;
mod renaming;
mod routes;
mod schemas;
mod server;
mod session;
mod settings;
mod settings_patch;
mod status;
mod written;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::events::Feed;
use crate::service::Service;
use crate::service::authentication::Authentication;
use document::Published;
use frame::RequestIds;
use gate::Gate;
use public_address::PublicAddress;
use refusals::Refusals;

pub use server::{Capacity, serve};

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
    /// Under which address they reach it.
    pub public: PublicAddress,
    /// Where the settings document is, as administrators are told.
    pub document: Box<str>,
    /// Makes request ids.
    pub request_ids: RequestIds,
    /// Which hosts and pages were refused.
    refusals: Refusals,
    /// The OpenAPI document, made when it is first asked for.
    openapi: OnceLock<Published>,
}

impl App {
    /// What all requests share.
    pub fn new(
        service: Arc<Service>,
        events: Arc<Feed>,
        authentication: Authentication,
        gate: Gate,
        public: PublicAddress,
        document: &Path,
    ) -> Self {
        Self {
            service,
            events,
            authentication,
            gate,
            public,
            document: document.to_string_lossy().into(),
            request_ids: RequestIds::default(),
            refusals: Refusals::default(),
            openapi: OnceLock::new(),
        }
    }
}
