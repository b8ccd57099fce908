//! Servers as they are answered.

#![expect(dead_code, reason = "types that are described, and never made")]

use schemars::JsonSchema;
use serde_json::{Map, Value};

/// A server.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct McpServer {
    /// Its name.
    name: String,
    config: StoredConfig,
    /// Its tag, as in the header `ETag`.
    etag: EntityTag,
    /// Which secrets can't be decrypted: JSON Pointers into `config`.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<JsonPointer>", default)]
    needs_reentry: Option<Vec<JsonPointer>>,
    /// What seems to be a secret in a place where none is masked or encrypted, such as an argument.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<Finding>", default)]
    findings: Option<Vec<Finding>>,
}

/// A server as a write has left it, or would leave it.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct WrittenMcpServer {
    /// Its name.
    name: String,
    config: StoredConfig,
    /// Its tag, as in the header `ETag`; missing only from a dry run without the scope `reveal`.
    #[schemars(skip_serializing_if = "Option::is_none", with = "EntityTag", default)]
    etag: Option<EntityTag>,
    /// Which secrets can't be decrypted: JSON Pointers into `config`.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<JsonPointer>", default)]
    needs_reentry: Option<Vec<JsonPointer>>,
    /// What seems to be a secret in a place where none is masked or encrypted, such as an argument.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<Finding>", default)]
    findings: Option<Vec<Finding>>,
}

/// A configuration as it is stored, its secrets masked unless they were asked for. It is a `McpServerConfig` if it was
/// written here. Files are written by others too, so that any member may be of any type: one odd
/// server must not keep a client from reading the others.
#[derive(JsonSchema)]
pub(super) struct StoredConfig(Map<String, Value>);

/// Names a state of a server, quotes included. It is the same in every view.
#[derive(JsonSchema)]
pub(super) struct EntityTag(#[schemars(regex(pattern = r#"^"[0-9a-f]{32}"$"#))] String);

/// A JSON Pointer (RFC 6901).
#[derive(JsonSchema)]
pub(super) struct JsonPointer(#[schemars(regex(pattern = "^(/.*)?$"))] String);

/// A value that seems to be a secret. The value is not repeated.
#[derive(JsonSchema)]
#[schemars(inline, extend("additionalProperties" = true))]
struct Finding {
    /// Where it stands: a JSON Pointer into `config`.
    pointer: JsonPointer,
    reason: FindingReason,
    /// What can be done about it.
    proposal: String,
}

/// Why: a telling name comes before it, it has the form of a token, a URL has userinfo or a parameter of a telling
/// name, or a segment of a URL's path has the form of a token.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "kebab-case")]
enum FindingReason {
    TellingName,
    TokenShape,
    UrlPart,
    UrlPath,
}

/// The servers, sorted by name.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct McpServerList {
    servers: Vec<McpServerSummary>,
    /// The tag of the whole list, as in the header `ETag`. With `view=full`.
    #[schemars(skip_serializing_if = "Option::is_none", with = "EntityTag", default)]
    etag: Option<String>,
}

/// What the list says of a server.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct McpServerSummary {
    /// Its name. One that breaks the rules for names can't be reached here.
    name: String,
    transport_kind: TransportKind,
    /// Its transport, where one is configured that says more than the kind does.
    transport: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Its icon.
    icon: Option<String>,
    /// Whether it is used; null where that can't be told. With `view=full`, as all that follows.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Option<bool>", default)]
    enabled: Option<bool>,
    /// Its tag.
    #[schemars(skip_serializing_if = "Option::is_none", with = "EntityTag", default)]
    etag: Option<EntityTag>,
    /// Which secrets can't be decrypted: JSON Pointers into `config`.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<JsonPointer>", default)]
    needs_reentry: Option<Vec<JsonPointer>>,
    /// What seems to be a secret in a place where none is masked or encrypted, such as an argument.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<Finding>", default)]
    findings: Option<Vec<Finding>>,
    /// Its configuration, secrets masked; null where it can't be read.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Option<StoredConfig>", default)]
    config: Option<StoredConfig>,
}

/// A new name.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct NewName {
    #[schemars(
        length(min = 1, max = 128),
        regex(pattern = r"^(\.*[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]*|\.{3,})$")
    )]
    to: String,
}

/// Whether a server is started here, answers elsewhere, or can't be read.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
enum TransportKind {
    Stdio,
    Remote,
    Unknown,
}
