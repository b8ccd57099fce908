//! The API over HTTP: routes, checks, answers. A handler is three moves: read, call, answer. It refuses to
//! know stores, documents and keys.

mod approval;
mod authentication;
mod body;
mod connection;
mod discovery;
mod document_access;
mod documentation;
mod downstream;
mod dynamic;
mod dynamic_request;
mod editor_schemas;
mod endpoint;
mod error_form;
mod error_mapping;
mod event_stream;
mod event_text;
mod export;
mod headers;
pub mod host_check;
mod import;
pub mod in_process;
mod instances;
mod listing;
mod mcp_servers;
mod metrics;
mod middleware;
pub mod openapi_document;
mod operations;
mod origins;
mod page;
mod paths;
mod policy;
mod prefer;
mod problem;
mod problem_kind;
pub mod public_address;
mod query;
mod refusal_log;
mod registry;
mod rename_and_copy;
mod request_id;
mod routes;
mod schemas;
mod server;
mod session;
mod settings;
mod settings_patch;
mod static_content;
mod status;
mod surface;
mod testing;
mod write_response;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::downstream::Gateways;
use crate::events::ChangeStream;
use crate::instances::Instances;
use crate::metrics::Metrics;
use crate::service::authentication::Authentication;
use crate::service::{Service, StaticServers};
use host_check::HostCheck;
use public_address::PublicAddress;
use refusal_log::RefusalLog;
use request_id::RequestIds;
use static_content::Published;

pub use server::{Capacity, serve};
pub use surface::Surface;

/// What the handlers call.
pub struct Parts {
    /// The use-cases.
    pub service: Arc<Service>,
    /// The stream of changes.
    pub events: Arc<ChangeStream>,
    /// The instances of the servers.
    pub instances: Arc<Instances>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// The servers that a file registers.
    pub static_servers: Arc<StaticServers>,
    /// The gateways of the registered servers.
    pub gateways: Arc<Gateways>,
}

/// What all requests share.
pub struct App {
    /// The use-cases.
    pub service: Arc<Service>,
    /// The stream of changes.
    pub events: Arc<ChangeStream>,
    /// The instances of the servers.
    pub instances: Arc<Instances>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// The servers that a file registers.
    pub static_servers: Arc<StaticServers>,
    /// The gateways of the registered servers.
    pub gateways: Arc<Gateways>,
    /// How callers are distinguished.
    pub authentication: Authentication,
    /// Which hosts and pages may call.
    pub host_check: HostCheck,
    /// Under which address they reach it.
    pub public: PublicAddress,
    /// What a link to the page begins with.
    pub page: Box<str>,
    /// Where the settings document is, as shown to administrators.
    pub document: Box<str>,
    /// Makes request ids.
    pub request_ids: RequestIds,
    /// The tests that are under way.
    tests: testing::Seats,
    /// Which hosts and pages were refused.
    refusals: RefusalLog,
    /// The OpenAPI document, made when it is first asked for.
    openapi: OnceLock<Published>,
}

impl App {
    /// What all requests share.
    pub fn new(
        parts: Parts,
        authentication: Authentication,
        host_check: HostCheck,
        public: PublicAddress,
        page: &str,
        document: &Path,
    ) -> Self {
        let Parts { service, events, instances, metrics, static_servers, gateways } = parts;
        Self {
            service,
            events,
            instances,
            metrics,
            static_servers,
            gateways,
            authentication,
            host_check,
            public,
            page: page.into(),
            document: document.to_string_lossy().into(),
            request_ids: RequestIds::default(),
            tests: testing::Seats::default(),
            refusals: RefusalLog::default(),
            openapi: OnceLock::new(),
        }
    }

    /// The OpenAPI document of this service.
    fn openapi(&self) -> &Published {
        self.openapi.get_or_init(|| openapi_document::openapi(self.public.configured()))
    }

    /// The link to the page, with a one-time code where one is asked for. Browsers do not send
    /// what is behind `#`.
    pub fn link_to_page(&self, code: Option<&str>) -> String {
        let fragment = code.map(|code| format!("#code={code}")).unwrap_or_default();
        format!("{}/{fragment}", self.page)
    }
}
