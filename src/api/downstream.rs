//! What gateways have of the registered servers. It does not know how that is found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;

/// The gateways, in the order in which they are configured.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GatewayList {
    /// Each gateway.
    pub gateways: Vec<GatewayStatus>,
}

/// What is known of one gateway.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GatewayStatus {
    /// Its base URL.
    pub gateway: String,
    /// Why it could not be listed: `unreachable`, `timeout`, `unreadable`, or `refused-` and a status. `null` where it was,
    /// or was not tried yet.
    pub trouble: Option<String>,
    /// Since when that is so. Milliseconds since 1970; `null` where it was not tried yet.
    pub since_ms: Option<i64>,
    /// What is to be there, and what was made there, by id.
    pub servers: Vec<GatewayServer>,
    /// Ids that it has and that nobody here has made: at most 1,000 of them, as it listed them last.
    pub unknown: Vec<String>,
}

/// One server at one gateway.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GatewayServer {
    /// Its id, which is the name of the server.
    pub id: String,
    /// How far it has come.
    pub state: GatewayServerState,
    /// Why the last attempt failed; `null` where none did.
    pub failure: Option<GatewayServerFailure>,
}

/// How far a server has come at a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline, transform = words::list)]
pub enum GatewayServerState {
    /// It is to be there, and is not yet as far as is known.
    Registering,
    /// The gateway has said that it is there.
    Registered,
    /// It is not to be there, and may be.
    Removing,
    /// The gateway has said that it is not there. A late call may bring it back for ten minutes; then it is removed again.
    Removed,
}

/// Why an attempt failed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GatewayServerFailure {
    /// `unreachable`, `timeout`, `already-exists`, `unreadable`, or `refused-` and a status.
    pub kind: String,
    /// How many attempts have failed one after the other.
    pub count: u32,
    /// When it is tried again, at the latest. Milliseconds since 1970.
    pub next_ms: i64,
    /// The log has more under this id.
    pub error_id: String,
}
