//! One case for each way to break a client, and for each change that breaks none.

use serde_json::{Value, json};

use super::breaks;
use super::schema::WIDENED;

/// A small API with everything that is compared.
fn before() -> Value {
    json!({
        "paths": { "/a/{name}": { "put": {
            "operationId": "replace_a",
            "security": [],
            "parameters": [
                { "name": "name", "in": "path", "required": true, "schema": { "type": "string", "maxLength": 9 } },
                { "$ref": "#/components/parameters/Mode" },
            ],
            "requestBody": { "required": true, "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/Body" } },
                "application/merge-patch+json": { "schema": { "type": "object" } },
            } },
            "responses": {
                "200": {
                    "headers": { "ETag": { "required": true, "schema": { "type": "string" } } },
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Answer" } } },
                },
                "404": { "description": "none" },
            },
        } } },
        "components": {
            "parameters": { "Mode": { "name": "mode", "in": "query", "required": false,
                "schema": { "type": "string", "enum": ["x", "y"] } } },
            "schemas": {
                "Body": {
                    "type": "object",
                    "properties": {
                        "kind": { "type": ["string", "null"], "enum": ["x", "y", null] },
                        "size": { "type": "number", "minimum": 0 },
                        "auth": { "oneOf": [{ "type": "string" }, { "$ref": "#/components/schemas/Body" }] },
                    },
                    "required": ["kind"],
                    "additionalProperties": true,
                },
                "Answer": {
                    "type": "object",
                    "properties": {
                        "name": { "type": "string" },
                        "state": { "type": "string", "enum": ["on", "off"] },
                        "rows": { "type": "array", "items": { "type": "object", "properties": { "at": { "type": "string" } } } },
                        "more": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                    },
                    "required": ["name"],
                },
            },
        },
    })
}

const OPERATION: &str = "/paths/~1a~1{name}/put";
const BODY: &str = "/components/schemas/Body";
const ANSWER: &str = "/components/schemas/Answer";

/// The document with one value replaced, or taken away by null.
fn changed(place: &str, member: &str, value: Value) -> Value {
    let mut document = before();
    let object = document.pointer_mut(place).unwrap_or_else(|| panic!("no {place}")).as_object_mut();
    let object = object.expect("a place is an object");
    match value {
        Value::Null => drop(object.remove(member)),
        value => drop(object.insert(member.to_owned(), value)),
    }
    document
}

fn within(place: &str, further: &str) -> String {
    format!("{place}{further}")
}

#[test]
fn what_breaks_a_client_is_found_and_reported() {
    let body = |further: &str| within(BODY, further);
    let answer = |further: &str| within(ANSWER, further);
    let operation = |further: &str| within(OPERATION, further);
    for (place, member, value, complaint) in [
        ("/paths".to_owned(), "/a/{name}", json!(null), "PUT /a/{name}: is gone"),
        ("/paths/~1a~1{name}".to_owned(), "put", json!(null), "PUT /a/{name}: is gone"),
        (operation(""), "operationId", json!("put_a"), "another operationId"),
        (operation(""), "security", json!([{ "key": [] }]), "needs a key now"),
        (operation(""), "parameters", json!([]), "parameter \"mode\": is gone"),
        ("/components/parameters/Mode".to_owned(), "required", json!(true), "\"mode\": is required now"),
        (operation("/parameters/0/schema"), "maxLength", json!(8), "`maxLength` has changed"),
        (
            "/components/parameters/Mode/schema".to_owned(),
            "enum",
            json!(["x"]),
            "the value \"y\" is taken no more",
        ),
        (
            operation("/requestBody/content"),
            "application/merge-patch+json",
            json!(null),
            "merge-patch+json: is taken no more",
        ),
        (body(""), "required", json!(["kind", "size"]), "/size: is required now"),
        (body(""), "additionalProperties", json!(false), "takes no further members"),
        (body(""), "if", json!({ "required": ["size"] }), "rules between members"),
        (body("/properties"), "size", json!(null), "/size: is gone"),
        (body("/properties/kind"), "type", json!("string"), "the type null is taken no more"),
        (body("/properties/kind"), "enum", json!(["x", null]), "the value \"y\" is taken no more"),
        (body("/properties/size"), "minimum", json!(1), "`minimum` has changed"),
        (body("/properties/size"), "type", json!("integer"), "the type number is taken no more"),
        (body("/properties/size"), "pattern", json!("^x$"), "`pattern` has changed"),
        (body("/properties/auth"), "oneOf", json!([{ "type": "string" }]), "is taken no more"),
        (operation("/responses"), "404", json!(null), "404: is gone"),
        (operation("/responses/200"), "headers", json!({}), "header ETag: is gone"),
        (operation("/responses/200/headers/ETag"), "required", json!(false), "may be missing now"),
        (operation("/responses/200"), "content", json!({}), "is answered no more"),
        (
            operation("/responses/404"),
            "content",
            json!({ "text/plain": {} }),
            "is new: a client may not read it",
        ),
        (answer("/properties"), "name", json!(null), "/name: is gone"),
        (answer(""), "required", json!([]), "/name: may be missing now"),
        (answer("/properties/name"), "type", json!(["string", "null"]), "the type null is new"),
        (answer("/properties/name"), "type", json!("integer"), "the type integer is new"),
        (answer("/properties/name"), "type", json!(null), "the type any other is new"),
        (answer("/properties/state"), "enum", json!(["on", "off", "broken"]), "the value \"broken\" is new"),
        (answer("/properties/state"), "enum", json!(null), "the value any other is new"),
        (answer("/properties/rows/items/properties"), "at", json!(null), "/rows/-/at: is gone"),
        (
            answer("/properties/more"),
            "anyOf",
            json!([{ "type": "string" }, { "type": "integer" }, { "type": "null" }]),
            "is new",
        ),
    ] {
        let found = breaks(&before(), &changed(&place, member, value));
        assert!(found.iter().any(|found| found.contains(complaint)), "{place} {member}: {found:?}");
    }
}

#[test]
fn a_new_parameter_breaks_a_client_only_where_it_is_required() {
    for (is_required, count) in [(true, 1), (false, 0)] {
        let mut after = before();
        let parameters =
            after.pointer_mut(&within(OPERATION, "/parameters")).unwrap().as_array_mut().unwrap();
        parameters.push(json!({ "name": "new", "in": "query", "required": is_required, "schema": {} }));
        let found = breaks(&before(), &after);
        assert_eq!(found.len(), count, "{found:?}");
    }
}

#[test]
fn what_a_client_can_live_with_is_not_reported() {
    let body = |further: &str| within(BODY, further);
    let answer = |further: &str| within(ANSWER, further);
    let operation = |further: &str| within(OPERATION, further);
    for (place, member, value) in [
        ("/paths".to_owned(), "/b", json!({ "get": { "operationId": "get_b" } })),
        (operation(""), "summary", json!("other words")),
        (operation("/parameters/0/schema"), "maxLength", json!(10)),
        (operation("/responses"), "409", json!({ "description": "new" })),
        (operation("/responses/200/headers"), "Link", json!({ "schema": { "type": "string" } })),
        (operation("/requestBody/content"), "text/plain", json!({})),
        (body(""), "required", json!([])),
        (body("/properties"), "new", json!({ "type": "string" })),
        (body("/properties/size"), "type", json!(["number", "string"])),
        (body("/properties/size"), "minimum", json!(null)),
        (body("/properties/kind"), "enum", json!(["x", "y", "z", null])),
        (
            body("/properties/auth"),
            "oneOf",
            json!([{ "type": "string" }, { "$ref": "#/components/schemas/Body" }, { "type": "null" }]),
        ),
        (answer("/properties"), "new", json!({ "type": "string" })),
        (answer(""), "required", json!(["name", "state"])),
        (answer("/properties/state"), "enum", json!(["on"])),
        (answer("/properties/name"), "minLength", json!(1)),
        (answer(""), "if", json!({ "required": ["state"] })),
        (answer("/properties/more"), "anyOf", json!([{ "type": "string" }])),
    ] {
        let found = breaks(&before(), &changed(&place, member, value));
        assert!(found.is_empty(), "{place} {member}: {found:?}");
    }
    assert!(breaks(&before(), &before()).is_empty());
}

#[test]
fn a_pattern_that_is_known_to_be_wider_breaks_only_who_receives_it() {
    let with = |member: &str, pattern: &str| {
        let (place, name) = match member {
            "sent" => ("/paths/~1a~1{name}/put/parameters/0/schema", "pattern"),
            _ => ("/components/schemas/Answer/properties/name", "pattern"),
        };
        changed(place, name, json!(pattern))
    };
    for (less, more) in WIDENED {
        assert!(breaks(&with("sent", less), &with("sent", more)).is_empty(), "{more}");
        assert_eq!(breaks(&with("sent", more), &with("sent", less)).len(), 1, "{less}");
        assert_eq!(breaks(&with("received", less), &with("received", more)).len(), 1, "{more}");
        assert!(breaks(&with("received", more), &with("received", less)).is_empty(), "{less}");
    }
}
