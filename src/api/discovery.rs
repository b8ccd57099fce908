//! What servers offer: their tools, resources and prompts, as they were listed last. It does not know how a list was had.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::instance::{InstanceFault, PeerName};
use super::instance_words::FaultKind;
use super::words;

/// The tools of a server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ToolListing {
    #[serde(flatten)]
    pub frame: ListingFrame,
    /// What identifies the list that was seen first, or accepted.
    pub accepted: String,
    /// How this one differs from it; null where it does not.
    pub drift: Option<ToolDrift>,
    pub tools: Vec<ListedTool>,
}

/// The resources of a server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ResourceListing {
    #[serde(flatten)]
    pub frame: ListingFrame,
    pub resources: Vec<ListedEntry>,
    /// Templates of resources (RFC 6570).
    pub templates: Vec<ListedEntry>,
}

/// The prompts of a server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct PromptListing {
    #[serde(flatten)]
    pub frame: ListingFrame,
    pub prompts: Vec<ListedEntry>,
}

/// What is said of every list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListingFrame {
    /// Of which launch it is.
    pub generation: u64,
    /// When the server listed it: milliseconds of Unix time.
    pub at_ms: i64,
    /// Whether the server may offer something else now: it does not run, is another launch, or did not answer again.
    pub stale: bool,
    /// What identifies it, in whatever order it was listed.
    pub fingerprint: String,
    /// Why the server could not list it again; null where it could, or was not asked.
    pub fault: Option<InstanceFault>,
    /// How many entries had nothing to call them by.
    pub dropped: u64,
}

/// How a list of tools differs from the one that was seen first, or accepted. Names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ToolDrift {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub changed: Vec<String>,
}

/// A tool, without secrets.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ListedTool {
    pub name: String,
    pub title: Option<String>,
    /// What it is for, in the server's words.
    pub description: Option<String>,
    /// Whether it says that it changes nothing.
    pub read_only: bool,
    /// The JSON Schema of its arguments; null where it has no such schema.
    #[schemars(with = "Option<serde_json::Value>")]
    pub input_schema: Option<Box<RawValue>>,
    /// Whether it can be called: the run policy allows it, and it is not held back.
    pub offered: bool,
    /// Whether it is held back: the policy is that tools are as they were accepted, and it is not.
    pub held_back: bool,
    /// How it differs from the accepted one; null where it does not.
    pub drift: Option<DriftWord>,
    /// What is odd about it.
    pub findings: Vec<String>,
}

/// How a tool differs from the accepted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum DriftWord {
    /// No tool had this name.
    Added,
    /// It was another one.
    Changed,
}

/// A resource, a template or a prompt, without secrets.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ListedEntry {
    /// Its name, or its URI.
    pub name: String,
    pub title: Option<String>,
    /// What it is for, in the server's words.
    pub description: Option<String>,
    /// All of it.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub entry: Box<RawValue>,
    /// What is odd about it.
    pub findings: Vec<String>,
}

/// What a test of a server has come to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct TestResult {
    /// Whether every stage went well.
    pub ok: bool,
    /// How long the test took: milliseconds.
    pub ms: u64,
    /// The stages in their order, up to the first that failed.
    pub stages: Vec<TestStage>,
    /// What the server calls itself; null where it did not say.
    pub server: Option<PeerName>,
    /// The version of MCP that is spoken; null where nothing was.
    pub protocol_version: Option<String>,
    /// Its tools; null where they were not listed.
    pub tools: Option<Vec<ListedTool>>,
    /// The result of the call, as it came; null where nothing was called.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    pub result: Option<Box<RawValue>>,
    /// The last lines of its stderr, redacted. Only for the scopes `run` and `reveal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub stderr: Option<String>,
}

/// One stage of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct TestStage {
    pub stage: TestStageWord,
    pub ok: bool,
    /// How long it took: milliseconds; null where it is measured with the next stage.
    pub ms: Option<u64>,
    /// What kind of fault it was; null where there was none.
    pub kind: Option<FaultKind>,
    /// What was wrong, or is worth to know.
    pub message: Option<String>,
    /// The error of the operating system, or an address. Only for the scope `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// A stage of a test: the references are resolved; the program is started, or the server is reached; the session is
/// initialized; the tools are listed; a tool is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline, transform = words::list)]
pub enum TestStageWord {
    /// The references are resolved.
    Resolve,
    /// The program is started.
    Spawn,
    /// The server is reached.
    Connect,
    /// The session is initialized.
    Initialize,
    /// The tools are listed.
    ListTools,
    /// A tool is called.
    CallTool,
}
