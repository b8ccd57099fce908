//! How a client of a server proves who it is: OpenHands' strategies (OPENHANDS §5.1), and the
//! plain string of older files.

#![expect(dead_code, reason = "types that are described, and never made")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::no_null::{Members, without_null};

/// How the client proves who it is: a strategy and its members, or, in older files, a string.
#[derive(JsonSchema)]
#[schemars(untagged, transform = exclusive)]
pub(super) enum McpServerAuth {
    /// A bearer token, secret; or the word `oauth`, which is not.
    Token(#[schemars(length(min = 1), regex(pattern = r"^[\t -~]*$"))] String),
    Strategy(AuthStrategy),
}

/// A strategy, and the members that it takes.
pub(super) struct AuthStrategy;

/// One plain type, not one for each strategy: the tag of a union is dropped by some generators and sent
/// twice by others.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct StrategyMembers {
    strategy: Strategy,
    /// `api_key`, `bearer`: the key or token. Secret.
    #[schemars(default, with = "String", regex(pattern = r"^[\t -~]*$"))]
    value: Option<String>,
    /// `api_key`: the header it is sent in; as a bearer token where none is named.
    #[schemars(default, with = "String", regex(pattern = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"))]
    header_name: Option<String>,
    /// `basic`: needed.
    #[schemars(default, with = "String")]
    username: Option<String>,
    /// `basic`. Secret.
    #[schemars(default, with = "String")]
    password: Option<String>,
    /// `header`. Each value is secret.
    #[schemars(default, with = "BTreeMap<String, String>", transform = header_map)]
    headers: Option<BTreeMap<String, String>>,
    /// `oauth2`: the client.
    #[schemars(default, with = "OauthClient")]
    authentication: Option<Value>,
    /// `oauth2`: what OpenHands keeps of a login.
    #[schemars(default, with = "OauthState")]
    state: Option<Value>,
}

/// What is sent: nothing, a key in a header, a bearer token, a name and a password, any headers, or a token of
/// OAuth 2.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Strategy {
    None,
    ApiKey,
    Bearer,
    Basic,
    Header,
    Oauth2,
}

/// Names and values of HTTP headers (RFC 9110 §5.1, §5.5).
pub(super) fn header_map(schema: &mut Schema) {
    schema.insert("propertyNames".to_owned(), json!({ "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }));
    schema.insert("additionalProperties".to_owned(), json!({ "type": "string", "pattern": "^[\\t -~]*$" }));
}

/// A string is no object: generators make a union of `oneOf`, and one muddled type of `anyOf`.
fn exclusive(schema: &mut Schema) {
    if let Some(variants) = schema.remove("anyOf") {
        schema.insert("oneOf".to_owned(), variants);
    }
}

impl JsonSchema for AuthStrategy {
    fn schema_name() -> Cow<'static, str> {
        "AuthStrategy".into()
    }

    /// The members, and the rules between them.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = StrategyMembers::json_schema(generator);
        schema.insert("description".to_owned(), json!("A strategy, and the members that it takes."));
        let is_basic =
            json!({ "properties": { "strategy": { "const": "basic" } }, "additionalProperties": true });
        let named = json!({ "username": { "type": "string" } });
        let named = json!({ "required": ["username"], "properties": named, "additionalProperties": true });
        schema.insert("if".to_owned(), is_basic);
        schema.insert("then".to_owned(), named);
        without_null(&mut schema, generator);
        schema
    }
}

/// The OAuth client.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(super) struct OauthClient {
    #[schemars(rename = "type")]
    kind: OauthWord,
    #[schemars(default, with = "ClientAuthMethod")]
    client_auth_method: Option<Value>,
    #[schemars(default, with = "Scopes")]
    scopes: Option<Value>,
    #[schemars(default, with = "String")]
    client_name: Option<String>,
    #[schemars(default, with = "String")]
    client_metadata_url: Option<String>,
    #[schemars(default, with = "String")]
    client_id: Option<String>,
    /// Secret.
    #[schemars(default, with = "String")]
    client_secret: Option<String>,
    #[schemars(default, with = "Members")]
    additional_client_metadata: Option<Value>,
}

/// The one word there is.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum OauthWord {
    Oauth,
}

/// How the client proves who it is to the authorization server.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "snake_case")]
enum ClientAuthMethod {
    None,
    ClientSecretPost,
    ClientSecretBasic,
    PrivateKeyJwt,
}

/// What is asked for: one text, or a list.
#[derive(JsonSchema)]
#[schemars(untagged, transform = exclusive)]
enum Scopes {
    Text(String),
    List(Vec<String>),
}

/// What OpenHands keeps of a login.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(super) struct OauthState {
    #[schemars(default, with = "OauthTokens")]
    tokens: Option<Value>,
    #[schemars(default, with = "OauthClientInfo")]
    client_info: Option<Value>,
    /// Seconds since 1970.
    #[schemars(default, with = "f64")]
    token_expires_at: Option<f64>,
}

/// The tokens of a login, and what came with them.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct OauthTokens {
    /// Secret.
    #[schemars(default, with = "String")]
    access_token: Option<String>,
    /// Secret.
    #[schemars(default, with = "String")]
    refresh_token: Option<String>,
}

/// What the authorization server said when the client was registered.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct OauthClientInfo {
    /// Secret.
    #[schemars(default, with = "String")]
    client_secret: Option<String>,
}
