//! A merge patch (RFC 7396) of a configuration: the same members, none needed, null removing each.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::config::McpServerConfig;

/// What a merge patch of a configuration may be.
pub(in crate::http) struct McpServerConfigPatch;

impl JsonSchema for McpServerConfigPatch {
    fn schema_name() -> Cow<'static, str> {
        "McpServerConfigPatch".into()
    }

    /// That of a configuration, made looser.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = McpServerConfig::json_schema(generator);
        for rule in ["if", "then", "else", "dependentSchemas"] {
            schema.remove(rule);
        }
        schema.insert(
            "description".to_owned(),
            json!("A merge patch (RFC 7396): members replace those that are there, objects are merged, null removes. What is left out stays."),
        );
        if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            for map in ["env", "headers"] {
                members[map]["additionalProperties"] = json!({ "type": ["string", "null"] });
            }
            members["auth"] = auth();
            for object in ["tools", "authentication"] {
                for rule in ["if", "then"] {
                    members[object].as_object_mut().and_then(|schema| schema.remove(rule));
                }
            }
        }
        schema
    }
}

/// Part of a strategy: which members fit is known when it has been merged.
fn auth() -> Value {
    json!({
        "description": "A bearer token or the word `oauth`; or members of a strategy.",
        "anyOf": [
            { "type": "string", "minLength": 1 },
            { "type": "object", "additionalProperties": true },
            { "type": "null" },
        ],
    })
}
