//! The variables of the environment by which the back end is chosen. They are those of the client in Python, so that
//! both use one registry.

/// Which back end: an id. Empty is `filesystem`.
pub const BACKEND: &str = "ATOMIC_AGENTS_MCP_SERVER_REGISTRY_BACKEND";

/// Where the catalog is.
pub const BACKEND_URL: &str = "ATOMIC_AGENTS_MCP_SERVER_REGISTRY_BACKEND_URL";

/// The bearer token of the catalog.
pub const AUTH_TOKEN: &str = "ATOMIC_AGENTS_MCP_SERVER_REGISTRY_AUTH_TOKEN";

/// Exactly `1` lets a catalog that is not on this machine be called without TLS.
pub const ALLOW_HTTP: &str = "ATOMIC_AGENTS_MCP_SERVER_REGISTRY_ALLOW_HTTP";

/// Which kind of lock; `filesystem` is the one that is supported.
pub const LOCK_BACKEND: &str = "ATOMIC_AGENTS_LOCK_BACKEND";

/// The root of the agent.
pub const AGENT_ROOT: &str = "ATOMIC_AGENTS_AGENT_ROOT";
