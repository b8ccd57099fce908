//! A server's configuration as a client writes it. Its rules between members are in `if`, which checkers
//! of schemas honour and generators of clients pass over: for those it is one plain type.

#![expect(dead_code, reason = "types that are described, and never made")]

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::auth::{McpServerAuth, header_map};
use super::no_null::Members;

/// The configuration of an MCP server. `command` or `url` is needed; if both are given, the server is started by
/// `command`. Members that are not listed here are kept, but OpenHands' newer settings files take none. A
/// member that is null counts as absent.
#[derive(JsonSchema)]
#[schemars(transform = rules, extend("additionalProperties" = true))]
pub(in crate::http) struct McpServerConfig {
    /// The program that is started.
    #[schemars(
        length(min = 1),
        regex(pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")
    )]
    command: Option<String>,
    /// Its arguments.
    args: Option<Vec<String>>,
    /// Its environment. Each value is secret.
    #[schemars(extend("propertyNames" = { "pattern": "^[^=\\x00]+$" }))]
    env: Option<BTreeMap<String, String>>,
    /// The folder it is started in.
    #[schemars(regex(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"))]
    cwd: Option<String>,
    /// Where the server answers. Userinfo, and values of telling names in its parameters, query and fragment, are secret.
    /// References such as `${NAME}` may be in its path and its query only.
    #[schemars(
        length(min = 1),
        regex(
            pattern = r"^([$%{]|[A-Za-z][A-Za-z0-9+.-]*://|[Hh][Tt][Tt][Pp][Ss]?:)[^\s\\\x00-\x1f\x7f-\x9f]*$"
        )
    )]
    url: Option<String>,
    /// Sent with each request to it. Each value is secret. No two names differ in case only.
    #[schemars(transform = header_map)]
    headers: Option<BTreeMap<String, String>>,
    auth: Option<McpServerAuth>,
    transport: Option<Transport>,
    /// Another word for `transport`.
    r#type: Option<TransportType>,
    /// How long a call may take. Its unit is the client's own.
    #[schemars(range(min = 0))]
    timeout: Option<f64>,
    /// How long a stream may be silent. Its unit is the client's own.
    #[schemars(range(min = 0))]
    sse_read_timeout: Option<f64>,
    /// Whether the server is kept running between sessions.
    keep_alive: Option<bool>,
    /// What the server is for.
    description: Option<String>,
    /// An icon: a URL, or whatever the client shows.
    icon: Option<String>,
    /// Whether the server is used. Absent means yes.
    enabled: Option<bool>,
    /// The opposite of `enabled`, in the words of other clients. Where both are there it counts; a write must not
    /// send two that contradict each other, and one that sends either of them drops the other.
    disabled: Option<bool>,
    /// How tools are renamed or changed, by name.
    tools: Option<Members>,
    /// Only tools with one of these tags are offered.
    include_tags: Option<Vec<String>>,
    /// Tools with one of these tags are not offered.
    exclude_tags: Option<Vec<String>>,
    /// What the word `oauth` in `auth` needs. `client_secret`, `access_token` and `refresh_token` in it are secret.
    authentication: Option<Members>,
}

/// How client and server talk. It must fit: `stdio` needs `command`, the others need `url`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Transport {
    Stdio,
    Http,
    StreamableHttp,
    Sse,
}

/// The words of `transport`, and an older one.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "kebab-case")]
enum TransportType {
    Stdio,
    Http,
    StreamableHttp,
    Sse,
    Shttp,
}

/// Where there is no `url`, `command` is needed and the transport is `stdio`, and the other way round. `auth`
/// and a header `Authorization` exclude each other.
pub(super) fn rules(schema: &mut Schema) {
    let members = |members: Value| json!({ "properties": members, "additionalProperties": true });
    let is_missing = |name: &str| members(json!({ name: { "type": "null" } }));
    let words = |words: &[&str]| {
        let words: Vec<Option<&str>> = words.iter().copied().map(Some).chain([None]).collect();
        json!({ "transport": { "enum": words }, "type": { "enum": words } })
    };
    let mut started = words(&["stdio"]);
    started["command"] = json!({ "type": "string" });
    let mut started = members(started);
    started["required"] = json!(["command"]);
    let mut otherwise = members(json!({}));
    otherwise["if"] = is_missing("command");
    otherwise["then"] = members(words(&["http", "streamable-http", "sse", "shttp"]));
    schema.insert("if".to_owned(), is_missing("url"));
    schema.insert("then".to_owned(), started);
    schema.insert("else".to_owned(), otherwise);
    let is_authorization = json!({ "pattern": "^[Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Aa][Tt][Ii][Oo][Nn]$" });
    let mut beside = members(json!({}));
    beside["if"] = members(json!({ "auth": { "not": { "type": "null" } } }));
    beside["then"] = members(json!({ "headers": { "propertyNames": { "not": is_authorization } } }));
    // Where `disabled` says one thing, `enabled` must not say the same.
    let is_disabled = |value: bool| members(json!({ "disabled": { "const": value } }));
    let enabled = |value: bool| members(json!({ "enabled": { "enum": [value, null] } }));
    let mut otherwise = members(json!({}));
    otherwise["if"] = is_disabled(false);
    otherwise["then"] = enabled(true);
    let mut opposite = members(json!({}));
    opposite["if"] = is_disabled(true);
    opposite["then"] = enabled(false);
    opposite["else"] = otherwise;
    schema.insert("dependentSchemas".to_owned(), json!({ "auth": beside, "disabled": opposite }));
}
