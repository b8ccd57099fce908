//! What a test is asked for.

#![expect(dead_code, reason = "types that are described, and never made")]

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::config::McpServerConfig;

/// What is to be tested: a stored server by its name, or a configuration that is not stored; with a name beside it masks are filled from the server of that name.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct ServerTest {
    /// The name of a stored server.
    #[schemars(default, with = "String", length(min = 1))]
    name: Option<String>,
    /// A configuration, as it would be written.
    #[schemars(default, with = "McpServerConfig")]
    config: Option<Value>,
    /// A tool that is called at the end. Needs the scope `use`.
    #[schemars(default, with = "TestCall")]
    call_tool: Option<Value>,
    /// How many seconds the start of a configuration may take, and a call; 60 where nothing is said.
    #[schemars(default, with = "f64", range(max = 300), extend("exclusiveMinimum" = 0))]
    timeout_seconds: Option<f64>,
}

/// A call that a test makes.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct TestCall {
    /// The name of the tool.
    #[schemars(length(min = 1))]
    name: String,
    /// Its arguments; absent where it takes none.
    #[schemars(default, with = "Map<String, Value>")]
    arguments: Option<Value>,
}

/// The fingerprint of the tools that were shown.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct ToolFingerprint {
    /// As the list of tools says it.
    fingerprint: String,
}

/// What OpenHands' screens ask of a test.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct OpenHandsTest {
    /// The name of a stored server, from which masks are filled.
    #[schemars(default, with = "String", length(min = 1))]
    name: Option<String>,
    /// A configuration in the words of OpenHands; its transport may be called `type`.
    server: Map<String, Value>,
    /// How many seconds the start may take, and a call; 15 where nothing is said.
    #[schemars(default, with = "f64", range(max = 120), extend("exclusiveMinimum" = 0))]
    timeout: Option<f64>,
    /// A tool that is called at the end. Needs the scope `use`.
    #[schemars(default, with = "TestCall")]
    tool_call: Option<Value>,
}

/// What OpenHands' screens are answered.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct OpenHandsTestResult {
    /// Whether the server lists its tools.
    ok: bool,
    /// Their names.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<String>")]
    tools: Option<Vec<String>>,
    /// What the tool that was called has answered.
    #[schemars(skip_serializing_if = "Option::is_none", with = "OpenHandsToolResult")]
    tool_result: Option<Value>,
    /// What was wrong.
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    error: Option<String>,
    /// What kind of fault it was: `timeout`, `connection` or `unknown`.
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    error_kind: Option<String>,
}

/// What a tool that was called has answered.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct OpenHandsToolResult {
    /// Whether the tool says that it failed.
    is_error: bool,
    /// Its texts, one after the other.
    text: String,
}
