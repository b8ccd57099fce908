//! Where a server came from, if it was not configured here: registered by a program (`/v1`), or installed through the
//! registry. It does not know the server's configuration.

use serde::{Deserialize, Serialize};

/// Where a server came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A program has registered it.
    Registered(Registration),
    /// It was installed through the registry.
    Catalog,
}

/// What a registration says of a server beside its URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The provider of a gateway that is to reach it.
    pub provider_id: String,
    /// Which headers a client sends, and from where each value comes: `client`, `kubernetes` or `oauth`. In the order of
    /// the request.
    pub authorization_headers: Vec<(String, String)>,
    /// Which headers of a caller's request are passed on.
    pub headers: Vec<String>,
    /// How many seconds a request may take.
    pub timeout: Option<u64>,
}
