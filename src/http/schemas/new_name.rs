//! The body of a rename or a copy.

use schemars::JsonSchema;

use super::SERVER_NAME;

/// A new name.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
#[expect(dead_code, reason = "the name is read from the body, so that a fault has a place")]
pub(in crate::http) struct NewName {
    #[schemars(length(min = 1, max = 128), regex(pattern = SERVER_NAME))]
    to: String,
}
