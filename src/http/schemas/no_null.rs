//! Values in which there is no null: inside a known member it means nothing that a reader would understand. The
//! rule is under `if`, so that generators of clients see plain types.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Any value but null, with no null in it.
struct NoNull;

/// An object with no null in it.
pub(super) struct Members;

impl JsonSchema for NoNull {
    fn schema_name() -> Cow<'static, str> {
        "NoNull".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<Self>().to_value();
        let schema = json!({
            "description": "Any value but null, with no null in it.",
            "not": { "type": "null" },
            "items": inner,
            "additionalProperties": inner,
        });
        schema.try_into().unwrap_or_default()
    }
}

impl JsonSchema for Members {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Members".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = json!({
            "type": "object",
            "additionalProperties": true,
            // Where the member itself may be null, `type` says so.
            "if": { "type": "object", "additionalProperties": true },
            "then": generator.subschema_for::<NoNull>(),
        });
        schema.try_into().unwrap_or_default()
    }
}

/// Adds the rule to those that the schema has.
pub(super) fn without_null(schema: &mut Schema, generator: &mut SchemaGenerator) {
    let own =
        ["if", "then", "else"].into_iter().filter_map(|rule| Some((rule.to_owned(), schema.remove(rule)?)));
    let mut own: Map<String, Value> = own.collect();
    own.insert("additionalProperties".to_owned(), json!(true));
    schema.insert("if".to_owned(), generator.subschema_for::<NoNull>().to_value());
    schema.insert("then".to_owned(), Value::Object(own));
    schema.insert("else".to_owned(), json!({ "not": {} }));
}
