//! Servers as they are answered: one, the list, and what either says of a configuration beside showing it.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::json::{Json, Pointer, to_compact};
use crate::model::Kind;
use crate::model::suspect::{Reason, Suspect};
use crate::projection::EntityTag;

/// A server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct McpServer {
    /// Its name.
    pub name: String,
    pub config: StoredConfig<'static>,
    /// Its tag, as in the header `ETag`.
    pub etag: EntityTag,
    /// Which secrets can't be decrypted: JSON Pointers into `config`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_reentry: Vec<Pointer>,
    /// What seems to be a secret in a place where none is masked or encrypted, such as an argument.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// A server as a write has left it, or would leave it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct WrittenMcpServer {
    /// Its name.
    pub name: String,
    pub config: StoredConfig<'static>,
    /// Its tag, as in the header `ETag`; missing only from a dry run without the scope `reveal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EntityTag")]
    pub etag: Option<EntityTag>,
    /// Which secrets can't be decrypted: JSON Pointers into `config`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_reentry: Vec<Pointer>,
    /// What seems to be a secret in a place where none is masked or encrypted, such as an argument.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// A configuration as it is stored, its secrets masked unless they were asked for. It is a `McpServerConfig` if it was
/// written here. Files are written by others too, so that any member may be of any type: one odd
/// server must not keep a client from reading the others.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StoredConfig<'a>(#[schemars(with = "Map<String, Value>")] Cow<'a, RawValue>);

/// A value that seems to be a secret. The value is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("additionalProperties" = true))]
pub struct Finding {
    /// Its place: a JSON Pointer into `config`.
    pub pointer: Pointer,
    pub reason: Reason,
    /// What can be done about it.
    pub proposal: Cow<'static, str>,
}

/// The servers, sorted by name. `Row` is `McpServerSummary`, or one that is written already.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "McpServerList", description = "The servers, sorted by name.")]
#[schemars(extend("additionalProperties" = true))]
pub struct McpServerList<Row> {
    pub servers: Vec<Row>,
    /// The tag of the whole list, as in the header `ETag`. With `view=full`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EntityTag")]
    pub etag: Option<EntityTag>,
}

/// What the list says of a server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct McpServerSummary<'a> {
    /// Its name. One that breaks the rules for names can't be reached here.
    pub name: Cow<'a, str>,
    pub transport_kind: Kind,
    /// Its transport, where one is configured that says more than the kind does.
    pub transport: Option<Cow<'a, str>>,
    /// What it is for.
    pub description: Option<Cow<'a, str>>,
    /// Its icon.
    pub icon: Option<Cow<'a, str>>,
    /// Whether it is used; null if that is not known. With `view=full`, as all that follows.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<bool>")]
    pub enabled: Option<Option<bool>>,
    /// Its tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EntityTag")]
    pub etag: Option<EntityTag>,
    /// Which secrets can't be decrypted: JSON Pointers into `config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Pointer>")]
    pub needs_reentry: Option<Cow<'a, [Pointer]>>,
    /// What seems to be a secret in a place where none is masked or encrypted, such as an argument.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Finding>")]
    pub findings: Option<Cow<'a, [Finding]>>,
    /// Its configuration, secrets masked; null where it can't be read.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<StoredConfig>")]
    pub config: Option<Option<StoredConfig<'a>>>,
}

impl StoredConfig<'static> {
    /// A configuration, or a view of one, without loss.
    pub fn new(config: &Json) -> Self {
        let text = RawValue::from_string(to_compact(config));
        Self(Cow::Owned(text.expect("what our own writer writes is JSON")))
    }
}

impl StoredConfig<'_> {
    /// The same, borrowed.
    pub fn borrowed(&self) -> StoredConfig<'_> {
        StoredConfig(Cow::Borrowed(&self.0))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

/// A member that is there: null is not the same as its absence.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// What seems to be a secret, with what can be done about it.
pub fn findings(suspects: Vec<Suspect>) -> Vec<Finding> {
    let finding =
        |Suspect { pointer, reason }| Finding { pointer, reason, proposal: reason.proposal().into() };
    suspects.into_iter().map(finding).collect()
}
