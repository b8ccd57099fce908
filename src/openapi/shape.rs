//! Where schemas come from: Rust types, or JSON that is written by hand under a name.

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::tidy;

/// Where schemas are in an OpenAPI document.
const COMPONENTS: &str = "/components/schemas";

/// What a value may be.
pub struct Shape(Box<dyn Fn(&mut SchemaGenerator) -> Schema>);

impl Shape {
    /// A Rust type's.
    pub fn of<T: JsonSchema>() -> Self {
        Self(Box::new(|generator| generator.subschema_for::<T>()))
    }

    /// Written where it is used.
    pub fn inline(schema: Value) -> Self {
        Self(Box::new(move |_| schema.clone().try_into().unwrap_or_default()))
    }

    /// Written under a name; `schema` may ask for further shapes.
    pub fn named(name: impl Into<String>, schema: impl Fn(&mut SchemaGenerator) -> Value + 'static) -> Self {
        let name = name.into();
        Self(Box::new(move |generator| {
            let schema = schema(generator);
            generator.definitions_mut().insert(name.clone(), schema);
            let reference = format!("#{COMPONENTS}/{name}");
            Schema::new_ref(reference)
        }))
    }

    /// A text that, read as this media type, is a sequence of any of these.
    pub fn text_of(media_type: &'static str, items: Vec<Self>) -> Self {
        Self(Box::new(move |generator| {
            let items: Vec<Value> = items.iter().map(|item| item.schema(generator)).collect();
            let items = if let [only] = &items[..] { only.clone() } else { json!({ "anyOf": items }) };
            let content = json!({ "type": "array", "items": items });
            let text = json!({ "type": "string", "contentMediaType": media_type, "contentSchema": content });
            text.try_into().unwrap_or_default()
        }))
    }

    /// The schema; what it refers to is left with the generator.
    pub fn schema(&self, generator: &mut SchemaGenerator) -> Value {
        (self.0)(generator).to_value()
    }
}

/// The generator of what is received (`Deserialize`) or sent (`Serialize`).
pub(super) fn generator(contract: Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.contract = contract;
        settings.definitions_path = COMPONENTS.into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// The definitions that a generator has collected, and their names.
pub(super) fn definitions(mut generator: SchemaGenerator) -> Map<String, Value> {
    let mut definitions = generator.take_definitions(true);
    tidy::all(&mut definitions);
    definitions
}

/// The schema of what is received as a `T`, as a JSON Schema of its own.
pub fn standalone<T: JsonSchema>(id: &str) -> Value {
    let mut generator = generator(Contract::Deserialize);
    let mut schema = T::json_schema(&mut generator).to_value();
    let mut definitions = definitions(generator);
    if let Some(schema) = schema.as_object_mut() {
        tidy::one(schema);
        tidy::move_references(schema, COMPONENTS, "/$defs");
        tidy::move_references(&mut definitions, COMPONENTS, "/$defs");
        schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        schema.insert("$id".to_owned(), json!(id));
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}
