//! What a tool is called with.

#![expect(dead_code, reason = "types that are described, and never made")]

use schemars::JsonSchema;
use serde_json::{Map, Value};

/// What a tool is called with.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct ToolCall {
    /// The arguments of the tool; absent where it takes none.
    #[schemars(default, with = "Map<String, Value>")]
    arguments: Option<Value>,
}
