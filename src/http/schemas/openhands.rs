//! Servers in the words of OpenHands' settings routes (OPENHANDS §5), and the settings that they
//! are answered with. The words are those of a configuration, but there are fewer, and no others are taken.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::model::openhands::{MEMBERS, strategy_members};

use super::auth::{AuthStrategy, OauthClient, OauthState};
use super::config::{McpServerConfig, rules};
use super::no_null::without_null;

const STRATEGIES: [&str; 6] = ["none", "api_key", "bearer", "basic", "header", "oauth2"];

/// A server as OpenHands' clients create it.
pub(in crate::http) struct OpenHandsServer;

/// A merge patch of a server in OpenHands' words.
pub(in crate::http) struct OpenHandsServerPatch;

/// How a server of OpenHands' words proves who calls: each strategy takes its own members and no others.
struct OpenHandsAuth;

/// All settings, as OpenHands' clients know them.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
#[expect(dead_code, reason = "a type that is described, and never made")]
pub(in crate::http) struct OpenHandsSettings {
    agent_settings: AgentSettings,
    /// As the document has it.
    conversation_settings: Map<String, Value>,
    /// Whether the document has a key for its language model.
    llm_api_key_is_set: bool,
    active_profile: Option<String>,
    active_agent_profile_id: Option<String>,
    active_meta_profile: Option<String>,
    /// As the document has it.
    misc_settings: Map<String, Value>,
}

/// A patch of all settings. One member at least is needed.
#[derive(JsonSchema)]
#[schemars(transform = not_empty, extend("additionalProperties" = true))]
#[expect(dead_code, reason = "a type that is described, and never made")]
pub(in crate::http) struct OpenHandsSettingsPatch {
    /// Is merged into `agent_settings`: null removes at every depth. `mcp_config` in it has a patch for each server,
    /// or null.
    agent_settings_diff: Option<Map<String, Value>>,
    /// Is merged into `conversation_settings`: null removes below the first level.
    conversation_settings_diff: Option<Map<String, Value>>,
    /// Is merged into `misc_settings`: null removes below the first level.
    misc_settings_diff: Option<Map<String, Value>>,
    /// Null clears it. Profiles are kept by the agent-server: a name is answered 501.
    #[schemars(default, transform = only_null)]
    active_profile: Value,
    /// As `active_profile`.
    #[schemars(default, transform = only_null)]
    active_agent_profile_id: Value,
    /// As `active_profile`.
    #[schemars(default, transform = only_null)]
    active_meta_profile: Value,
}

/// Null and nothing else. Said with `type`, it makes one generator name a type that there is not.
fn only_null(schema: &mut Schema) {
    schema.insert("not".to_owned(), json!({ "not": { "type": "null" } }));
}

fn not_empty(schema: &mut Schema) {
    let no_object = json!({ "type": "null" });
    let absent = json!({ "not": {} });
    let nothing = json!({
        "agent_settings_diff": no_object,
        "conversation_settings_diff": no_object,
        "misc_settings_diff": no_object,
        "active_profile": absent,
        "active_agent_profile_id": absent,
        "active_meta_profile": absent,
    });
    schema.insert("if".to_owned(), json!({ "properties": nothing, "additionalProperties": true }));
    schema.insert("then".to_owned(), json!({ "not": {} }));
}

/// The settings of the agent, as the document has them; secrets are masked.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
#[expect(dead_code, reason = "a type that is described, and never made")]
struct AgentSettings {
    /// The servers by name, whatever layout the document has.
    #[schemars(skip_serializing_if = "Option::is_none", with = "BTreeMap<String, ShownServer>", default)]
    mcp_config: Option<BTreeMap<String, ShownServer>>,
}

/// A server in OpenHands' words. Files are written by others too, so that any member but `enabled` may be of any
/// type.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
#[expect(dead_code, reason = "a type that is described, and never made")]
struct ShownServer {
    /// Whether the server is used.
    enabled: Value,
}

impl JsonSchema for OpenHandsServer {
    fn schema_name() -> Cow<'static, str> {
        "OpenHandsServer".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let auth = generator.subschema_for::<OpenHandsAuth>().to_value();
        let mut schema = in_their_words(generator, &auth);
        schema.insert(
            "description".to_owned(),
            json!("A server in OpenHands' words. `command` or `url` is needed."),
        );
        if let Some(enabled) = schema.pointer_mut("/properties/enabled") {
            enabled["type"] = json!("boolean");
        }
        rules(&mut schema);
        schema
    }
}

impl JsonSchema for OpenHandsServerPatch {
    fn schema_name() -> Cow<'static, str> {
        "OpenHandsServerPatch".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let part = json!({ "description": "Members of a strategy.", "type": "object", "additionalProperties": true });
        let mut schema = in_their_words(generator, &part);
        let text = "A merge patch (RFC 7396) of a server in OpenHands' words: null removes.";
        schema.insert("description".to_owned(), json!(text));
        for map in ["env", "headers"] {
            if let Some(entry) = schema.pointer_mut(&format!("/properties/{map}/additionalProperties")) {
                entry["type"] = json!(["string", "null"]);
            }
            // A member that is in a file can be removed, whatever its name.
            if let Some(entry) =
                schema.pointer_mut(&format!("/properties/{map}")).and_then(Value::as_object_mut)
            {
                entry.remove("propertyNames");
            }
        }
        schema
    }
}

impl JsonSchema for OpenHandsAuth {
    fn schema_name() -> Cow<'static, str> {
        "OpenHandsAuth".into()
    }

    /// That of the servers' own resources, made closed.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = AuthStrategy::json_schema(generator);
        let mut exactly = json!({});
        for strategy in STRATEGIES {
            let own = strategy_members(strategy).unwrap_or_default();
            let names = [&["strategy"], own].concat();
            let mut members = json!({ "propertyNames": { "enum": names } });
            if strategy == "basic" {
                members["required"] = json!(["username"]);
                members["properties"] = json!({ "username": { "type": "string" } });
            }
            let is_it =
                json!({ "properties": { "strategy": { "const": strategy } }, "additionalProperties": true });
            exactly = json!({ "if": is_it, "then": members, "else": exactly });
        }
        if let Value::Object(exactly) = exactly {
            exactly.into_iter().for_each(|(keyword, rule)| drop(schema.insert(keyword, rule)));
        }
        without_null(&mut schema, generator);
        schema.insert("additionalProperties".to_owned(), json!(false));
        for secret in ["value", "password"] {
            not_blank(&mut schema, &format!("/properties/{secret}"));
        }
        not_blank(&mut schema, "/properties/headers/additionalProperties");
        if let Some(members) = schema.get_mut("properties") {
            members["authentication"] = generator.subschema_for::<OpenHandsOauthClient>().to_value();
            members["state"] = generator.subschema_for::<OpenHandsOauthState>().to_value();
        }
        schema
    }
}

/// The OAuth client, without members of other names.
struct OpenHandsOauthClient;

impl JsonSchema for OpenHandsOauthClient {
    fn schema_name() -> Cow<'static, str> {
        "OpenHandsOauthClient".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = OauthClient::json_schema(generator);
        schema.insert("additionalProperties".to_owned(), json!(false));
        not_blank(&mut schema, "/properties/client_secret");
        schema
    }
}

/// What is kept of a login. OpenHands drops tokens without an access token, so none are taken.
struct OpenHandsOauthState;

impl JsonSchema for OpenHandsOauthState {
    fn schema_name() -> Cow<'static, str> {
        "OpenHandsOauthState".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = OauthState::json_schema(generator);
        schema.insert("additionalProperties".to_owned(), json!(false));
        if let Some(members) = schema.get_mut("properties") {
            let secret = json!({ "type": "string", "pattern": "\\S" });
            members["tokens"] = json!({
                "type": "object",
                "properties": { "access_token": secret, "refresh_token": secret },
                "required": ["access_token"],
                "additionalProperties": true,
            });
            members["client_info"] = json!({
                "type": "object",
                "properties": { "client_secret": secret },
                "additionalProperties": true,
            });
        }
        schema
    }
}

/// A configuration with only the members that these routes know.
fn in_their_words(generator: &mut SchemaGenerator, auth: &Value) -> Schema {
    let mut schema = McpServerConfig::json_schema(generator);
    for rule in ["if", "then", "else", "dependentSchemas"] {
        schema.remove(rule);
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        members.retain(|name, _| MEMBERS.contains(&name.as_str()));
        members["auth"] = json!({ "anyOf": [auth, { "type": "null" }] });
    }
    for map in ["env", "headers"] {
        not_blank(&mut schema, &format!("/properties/{map}/additionalProperties"));
    }
    schema
}

/// A blank secret is refused: OpenHands would drop it at its next save.
fn not_blank(schema: &mut Schema, pointer: &str) {
    if let Some(secret) = schema.pointer_mut(pointer) {
        // What is sent in a header has a pattern already.
        let is_sent = secret.get("pattern").is_some();
        secret["pattern"] = json!(if is_sent { "^[\\t -~]*[!-~][\\t -~]*$" } else { "\\S" });
    }
}
