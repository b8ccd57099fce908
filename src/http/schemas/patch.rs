//! Patches of a configuration. A merge patch (RFC 7396): the same members, none needed, null removing each. And a
//! JSON Patch (RFC 6902): operations on what a `GET` shows.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::openapi::Shape;

use super::config::McpServerConfig;

/// How many operations a patch may have.
const MOST_OPERATIONS: usize = 64;

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
                // A member that is in a file can be removed, whatever its name.
                members[map].as_object_mut().and_then(|schema| schema.remove("propertyNames"));
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

/// An operation on the redacted view of a configuration (RFC 6902). One plain type for all: `value` belongs to
/// `add`, `replace` and `test`, `from` to `move` and `copy`.
#[derive(JsonSchema)]
#[schemars(transform = its_members, extend("additionalProperties" = true))]
#[expect(dead_code, reason = "a type that is described, and never made")]
pub(in crate::http) struct JsonPatchOperation {
    op: Verb,
    /// Where: a JSON Pointer.
    #[schemars(regex(pattern = "^(/([^/~]|~[01])*)*$"))]
    path: String,
    /// From where: a JSON Pointer.
    #[schemars(default, with = "String", regex(pattern = "^(/([^/~]|~[01])*)*$"))]
    from: Option<String>,
    /// What.
    #[schemars(default)]
    value: Value,
}

/// What an operation does.
#[derive(JsonSchema)]
#[schemars(rename = "JsonPatchVerb", rename_all = "lowercase")]
#[expect(dead_code, reason = "a type that is described, and never made")]
enum Verb {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// The operations of one patch.
pub(in crate::http) fn json_patch() -> Shape {
    Shape::named("JsonPatch", |generator| {
        let operation = generator.subschema_for::<JsonPatchOperation>();
        let text = "Operations (RFC 6902), of which all are done or none.";
        json!({ "description": text, "type": "array", "items": operation, "maxItems": MOST_OPERATIONS })
    })
}

fn its_members(schema: &mut Schema) {
    let is =
        |verbs: &[&str]| json!({ "properties": { "op": { "enum": verbs } }, "additionalProperties": true });
    let needs = |name: &str, schema: Value| json!({ "required": [name], "properties": { name: schema }, "additionalProperties": true });
    schema.insert("if".to_owned(), is(&["add", "replace", "test"]));
    schema.insert("then".to_owned(), needs("value", json!({})));
    let from = needs("from", json!({ "type": "string" }));
    let otherwise = json!({ "if": is(&["move", "copy"]), "then": from, "additionalProperties": true });
    schema.insert("else".to_owned(), otherwise);
}
