//! What is counted and measured of the service, as text for Prometheus. Each part of the service that counts has a handle of
//! its own; what is true at one moment is handed in when somebody asks. It does not know who asks, and over what.

mod instances;
mod labels;
mod readings;
mod requests;
mod server_names;
mod store;

use prometheus_client::encoding::text;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub use instances::{CallWatch, InstanceMetrics};
pub use readings::{InstanceReading, Readings};
pub use requests::{OpenStream, RequestMetrics, StreamKind};
pub use server_names::MOST_NAMES;
pub use store::{CommitOutcome, StoreMetrics};

/// The media type of the text.
pub const MEDIA_TYPE: &str = "application/openmetrics-text";

/// What every name begins with.
const PREFIX: &str = "mcp_settings";

/// Everything that is counted and measured.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Of commits.
    pub store: StoreMetrics,
    /// Of instances.
    pub instances: InstanceMetrics,
    /// Of requests.
    pub requests: RequestMetrics,
}

impl Metrics {
    /// Nothing has happened yet, in this version of the service.
    pub fn new(version: &'static str) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let (store, instances, requests) =
            (StoreMetrics::default(), InstanceMetrics::default(), RequestMetrics::default());
        registry.register("build", "The version that runs", Info::new([("version", version)]));
        store.register(&mut registry);
        instances.register(&mut registry);
        requests.register(&mut registry);
        Self { registry, store, instances, requests }
    }

    /// The text of all, with what is true at this moment: OpenMetrics 1.0.
    pub fn text(&self, readings: &Readings) -> String {
        let mut text = String::new();
        let written = text::encode_registry(&mut text, &self.registry)
            .and_then(|()| text::encode_registry(&mut text, &readings.registry()))
            .and_then(|()| text::encode_eof(&mut text));
        written.expect("a string takes whatever is written to it");
        text
    }
}

#[cfg(test)]
mod tests;
