//! The body of a registration.

#![expect(dead_code, reason = "types that are described, and never made")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::SERVER_NAME;

/// A server to be registered.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct ServerRegistration {
    /// Its name.
    #[schemars(length(min = 1, max = 128), regex(pattern = SERVER_NAME))]
    name: String,
    /// Its URL: with a host, without a user and a password.
    #[schemars(regex(pattern = r"^https?://"))]
    url: String,
    /// Who provides it; `model-context-protocol` where nothing is said.
    #[schemars(default, with = "String")]
    provider_id: Option<String>,
    /// Where the value of each header comes from: `client`, `kubernetes` or `oauth`.
    #[schemars(default)]
    authorization_headers: Option<BTreeMap<String, AuthorizationHeader>>,
    /// Which headers of a caller are passed on. No two differ only in case.
    #[schemars(default)]
    headers: Option<Vec<HeaderName>>,
    /// How many seconds a call may take. A text or a Boolean that Python reads as a whole number is taken, too.
    #[schemars(default, range(min = 1, max = 9_007_199_254_740_991_u64))]
    timeout: Option<u64>,
}

/// Where the value of a header comes from.
#[derive(JsonSchema)]
#[schemars(inline)]
struct AuthorizationHeader(#[schemars(regex(pattern = r"^\s*(client|kubernetes|oauth)\s*$"))] String);

/// The name of a header.
#[derive(JsonSchema)]
#[schemars(inline)]
struct HeaderName(#[schemars(regex(pattern = r"\S"))] String);
