//! The body of a rename or a copy.

use schemars::JsonSchema;

/// A new name.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
#[expect(dead_code, reason = "the name is read from the body, so that a fault has a place")]
pub(in crate::http) struct NewName {
    #[schemars(
        length(min = 1, max = 128),
        regex(pattern = r"^(\.*[A-Za-z0-9_@:+-][A-Za-z0-9_.@:+-]*|\.{3,})$")
    )]
    to: String,
}
