//! The body that names what one gateway has.

use schemars::JsonSchema;

/// One id at one gateway.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
#[expect(dead_code, reason = "the members are read from the body, so that a fault has a place")]
pub(in crate::http) struct GatewayEntryName {
    /// The base URL of the gateway, as it is listed.
    #[schemars(length(min = 1))]
    gateway: String,
    /// The id. It may hold a slash.
    #[schemars(length(min = 1))]
    id: String,
}
