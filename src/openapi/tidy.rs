//! What schemars writes and readers of documents misread.

use serde_json::{Map, Value};

/// Tidies every definition.
pub(super) fn all(definitions: &mut Map<String, Value>) {
    definitions.values_mut().for_each(inside);
}

/// Tidies one schema and those in it.
pub(super) fn one(schema: &mut Map<String, Value>) {
    // An absent member is not null in a merge patch; and a default makes a member required for TypeScript.
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    // Comments are wrapped where a line of source ends, which means nothing.
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text =
            text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
    }
    let inner = schema.iter_mut().filter(|(name, _)| !matches!(name.as_str(), "const" | "enum" | "examples"));
    for (_, value) in inner {
        inside(value);
    }
}

/// Lets references to schemas in one place lead to another.
pub(super) fn move_references(schema: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(Value::String(reference)) = schema.get_mut("$ref")
        && let Some(name) = reference.strip_prefix(&format!("#{from}/"))
    {
        *reference = format!("#{to}/{name}");
    }
    for value in schema.values_mut() {
        let schemas = match value {
            Value::Array(schemas) => schemas.iter_mut().collect(),
            other => vec![other],
        };
        schemas.into_iter().filter_map(Value::as_object_mut).for_each(|own| move_references(own, from, to));
    }
}

fn inside(value: &mut Value) {
    match value {
        Value::Object(schema) => one(schema),
        Value::Array(schemas) => schemas.iter_mut().for_each(inside),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_misleads_goes_and_what_is_said_about_values_stays() {
        let mut schema = json!({
            "const": {"default": null},
            "examples": [{"default": null}],
            "default": null,
            "anyOf": [{"default": 0, "description": "one\nline\n\nanother"}],
            "properties": {"a": {"type": "null", "default": null}},
        });
        one(schema.as_object_mut().unwrap());
        assert_eq!(
            schema,
            json!({
                "const": {"default": null},
                "examples": [{"default": null}],
                "anyOf": [{"default": 0, "description": "one line\n\nanother"}],
                "properties": {"a": {"type": "null"}},
            })
        );
    }
}
