//! Paths that routes and links share.

/// The collection of the servers. A server is below it, by its name.
pub(super) const COLLECTION: &str = "/api/settings/mcp-servers";
