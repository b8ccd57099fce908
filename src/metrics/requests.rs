//! What is measured of requests: by method, template of the route and class of the status, never by anything that a caller
//! may choose freely. And how many streams are open.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::labels::seconds;

/// The methods that have a name; all others are `other`.
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// The classes of statuses, from 100 on.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The measures of requests.
#[derive(Clone, Debug)]
pub struct RequestMetrics {
    requests: Family<Request, Counter>,
    durations: Family<Target, Histogram, fn() -> Histogram>,
    streams: Family<Stream, Gauge>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: &'static str,
    status: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Target {
    method: &'static str,
    route: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stream {
    stream: &'static str,
}

/// What a stream is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamKind {
    /// Changes of the settings.
    Changes,
    /// What a program writes to stderr.
    Log,
}

/// A stream that is open. It ends when this is dropped.
#[derive(Debug)]
pub struct OpenStream(Gauge);

impl StreamKind {
    const ALL: [Self; 2] = [Self::Changes, Self::Log];

    fn label(self) -> Stream {
        match self {
            Self::Changes => Stream { stream: "changes" },
            Self::Log => Stream { stream: "log" },
        }
    }
}

impl Default for RequestMetrics {
    fn default() -> Self {
        let streams = Family::default();
        StreamKind::ALL.iter().for_each(|kind| drop(streams.get_or_create(&kind.label())));
        Self { requests: Family::default(), durations: Family::new_with_constructor(seconds), streams }
    }
}

impl RequestMetrics {
    /// A request was answered with this status, after so long. `route` is the template of the route.
    pub fn answered(&self, method: &str, route: &'static str, status: u16, took: Duration) {
        let method = METHODS.into_iter().find(|own| *own == method).unwrap_or("other");
        let class = usize::from(status / 100).checked_sub(1).and_then(|at| CLASSES.get(at));
        let status = class.copied().unwrap_or("other");
        self.requests.get_or_create(&Request { method, route, status }).inc();
        self.durations.get_or_create(&Target { method, route }).observe(took.as_secs_f64());
    }

    /// A stream was opened.
    pub fn stream(&self, kind: StreamKind) -> OpenStream {
        let gauge = self.streams.get_or_create_owned(&kind.label());
        gauge.inc();
        OpenStream(gauge)
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "http_requests",
            "Requests that were answered, by method, route and class of the status",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "How long it took until the answer was ready; that of a stream is ready when it begins",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("streams", "Streams that are open", self.streams.clone());
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}
