//! Problems (RFC 9457) as bodies. It does not know which types there are, and which members each has.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json::Pointer;
use crate::projection::EntityTag;
use crate::secrets::Scope;

use super::instance::InstanceFault;
use super::server::StoredConfig;

/// A problem: the members of every type, and those that only some types have.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Which problem it is.
    pub r#type: String,
    /// What the type is called.
    pub title: Cow<'static, str>,
    /// The status of the answer.
    pub status: u16,
    /// What happened here.
    pub detail: Cow<'static, str>,
    /// The log has the cause under this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub error_id: Option<String>,
    /// The scope that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Scope")]
    pub required_scope: Option<Scope>,
    /// The header that can't be parsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub header: Option<Cow<'static, str>>,
    /// The parameter, where it looks like the name of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub parameter: Option<String>,
    /// The index of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32")]
    pub operation: Option<u32>,
    /// What is wrong, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Fault>")]
    pub errors: Option<Vec<Fault>>,
    /// The current tag, as in the header `ETag`; absent where there is no such server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub current_etag: Option<EntityTag>,
    /// The current configuration, redacted; not on reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "StoredConfig")]
    pub current: Option<StoredConfig<'static>>,
    /// JSON Pointers at which the request and the current state differ; on PUT and PATCH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub changed: Option<Vec<Pointer>>,
    /// True where `If-Match` has the current tag, altered on its way, as a proxy does that compresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub etag_altered: Option<bool>,
    /// What was wrong with the MCP server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "InstanceFault")]
    pub fault: Option<InstanceFault>,
    /// Always this word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("const" = "unknown"))]
    pub outcome: Option<Cow<'static, str>>,
}

/// One thing that is wrong with a body or a stored server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// Where: a JSON Pointer.
    #[schemars(with = "String")]
    pub pointer: Pointer,
    /// What; never a value.
    pub message: String,
    /// The line of an imported text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    pub line: Option<usize>,
    /// The column in that line, from 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    pub column: Option<usize>,
}
