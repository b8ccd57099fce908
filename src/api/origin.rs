//! Where servers came from that were not configured here, and what gateways know of them.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;

/// The servers that were not configured here, and those that a file registers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ServerOrigins {
    /// Stored servers, in the order in which they came. Of one that is not among them nothing is known: it was
    /// configured here, or by another program.
    pub servers: Vec<ServerOrigin>,
    /// The servers of the file, in its order. They are not stored.
    pub static_servers: Vec<StaticServerOrigin>,
}

/// Where a stored server came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ServerOrigin {
    /// Its name.
    pub name: String,
    pub source: OriginSource,
    /// The provider that it was registered for; null where it was not registered.
    pub provider_id: Option<String>,
    /// Whether it is removed as soon as no gateway has it.
    pub leaving: bool,
    /// What each gateway has of it, as far as that is known. Empty where none is configured.
    pub gateways: Vec<GatewayState>,
}

/// `registered`: a program has registered it at `/v1/mcp-servers`. `catalog`: it was installed at `/registry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum OriginSource {
    /// A program has registered it.
    Registered,
    /// It was installed through the registry.
    Catalog,
}

/// What a gateway has of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct GatewayState {
    /// The URL of the gateway.
    pub gateway: String,
    pub state: GatewayStateWord,
}

/// `confirmed`: the gateway has it as it is. `pending`: it is being registered or removed. `failed`: the last call failed,
/// and is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum GatewayStateWord {
    /// The gateway has it as it is.
    Confirmed,
    /// It is being registered or removed.
    Pending,
    /// The last call failed, and is repeated.
    Failed,
}

/// A server that a file registers. It is not stored, and no request changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct StaticServerOrigin {
    /// Its name.
    pub name: String,
    /// Its URL, secrets masked.
    pub url: String,
    /// Whether a stored server has the same name: clients of `/v1` are shown the one of the file.
    pub shadows: bool,
}
