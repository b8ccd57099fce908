//! Paths that routes and links share.

/// The collection of the servers. A server is below it, by its name.
pub(super) const COLLECTION: &str = "/api/settings/mcp-servers";

/// The servers of the catalog for agents.
pub(super) const REGISTRY: &str = "/registry/mcp-servers";

/// What is counted and measured.
pub(super) const METRICS: &str = "/metrics";

/// In place of a route, where a path leads to none.
pub(super) const NO_ROUTE: &str = "-";

/// The template of the route that a request is for. The request carries it on its way back, since a path may hold anything.
#[derive(Clone, Copy)]
pub(super) struct Template(pub(super) &'static str);
