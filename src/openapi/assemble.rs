//! Lays a document out: paths, and the components that they share. Its parts are sorted by name, so
//! that one description always makes the same text.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::Contract;
use serde_json::{Map, Value, json};

use super::shape::{definitions, generator};
use super::{Body, Example, HeaderField, Operation, Parameter, Place, Response};

/// A whole API.
pub struct Api {
    /// The `info` object.
    pub info: Value,
    /// The `servers` array.
    pub servers: Value,
    /// What operations are listed under.
    pub tags: Vec<Tag>,
    /// The security schemes by name; a keyed operation takes any one of them.
    pub security_schemes: Value,
    /// The operations.
    pub operations: Vec<Described>,
}

/// A heading.
pub struct Tag {
    /// Its name.
    pub name: &'static str,
    /// What its operations have in common.
    pub description: &'static str,
}

/// An operation at its place.
pub struct Described {
    /// The path, with `{…}` for what varies.
    pub path: &'static str,
    /// The method, in any case.
    pub method: String,
    /// What is done there.
    pub operation: Operation,
}

/// Two components of one name differ.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} `{name}` is described in two ways")]
pub struct NameClash {
    kind: &'static str,
    name: String,
}

/// The document of an API.
pub fn assemble(api: &Api) -> Result<Value, NameClash> {
    let mut assembly = Assembly {
        received: generator(Contract::Deserialize),
        sent: generator(Contract::Serialize),
        components: BTreeMap::new(),
    };
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for Described { path, method, operation } in &api.operations {
        let described = assembly.operation(operation)?;
        paths.entry(path).or_default().insert(method.to_ascii_lowercase(), described);
    }
    let schemes = api.security_schemes.as_object().map(|schemes| schemes.keys());
    let security: Vec<Value> = schemes.into_iter().flatten().map(|name| json!({ name: [] })).collect();
    let tags: Vec<Value> =
        api.tags.iter().map(|tag| json!({ "name": tag.name, "description": tag.description })).collect();
    Ok(json!({
        "openapi": "3.1.0",
        "info": api.info,
        "servers": api.servers,
        "tags": tags,
        "security": security,
        "paths": paths,
        "components": assembly.finish(&api.security_schemes)?,
    }))
}

struct Assembly {
    received: SchemaGenerator,
    sent: SchemaGenerator,
    components: BTreeMap<&'static str, Map<String, Value>>,
}

/// Where a body goes: one type may be read more freely than it is written.
#[derive(Clone, Copy)]
enum Direction {
    Received,
    Sent,
}

impl Assembly {
    fn operation(&mut self, operation: &Operation) -> Result<Value, NameClash> {
        let mut described = json!({
            "operationId": operation.id,
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": operation.description,
        });
        if !operation.is_keyed {
            described["security"] = json!([]);
        }
        let parameters: Result<Vec<Value>, NameClash> =
            operation.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        let parameters = parameters?;
        if !parameters.is_empty() {
            described["parameters"] = Value::Array(parameters);
        }
        if !operation.request.is_empty() {
            let content = self.content(&operation.request, Direction::Received)?;
            described["requestBody"] = json!({ "required": true, "content": content });
        }
        let mut responses = Map::new();
        for response in &operation.responses {
            let status = response.status.to_string();
            let answer = self.response(response)?;
            if responses.insert(status.clone(), answer).is_some() {
                return Err(NameClash { kind: "status", name: format!("{} {status}", operation.id) });
            }
        }
        described["responses"] = Value::Object(responses);
        Ok(described)
    }

    fn parameter(&mut self, parameter: &Parameter) -> Result<Value, NameClash> {
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let schema = parameter.shape.schema(&mut self.received);
        let described = json!({
            "name": parameter.name,
            "in": place,
            "description": parameter.description,
            "required": parameter.place == Place::Path,
            "schema": schema,
            "example": parameter.example,
        });
        self.component("parameters", parameter.component, described)
    }

    fn response(&mut self, response: &Response) -> Result<Value, NameClash> {
        let mut described = json!({ "description": response.description });
        let mut headers = Map::new();
        for header in &response.headers {
            headers.insert(header.name.to_owned(), self.header(header)?);
        }
        if !headers.is_empty() {
            described["headers"] = Value::Object(headers);
        }
        if !response.bodies.is_empty() {
            described["content"] = self.content(&response.bodies, Direction::Sent)?;
        }
        Ok(described)
    }

    fn header(&mut self, header: &HeaderField) -> Result<Value, NameClash> {
        let described = json!({
            "description": header.description,
            "required": header.is_required,
            "schema": header.shape.schema(&mut self.sent),
            "example": header.example,
        });
        self.component("headers", header.component, described)
    }

    fn content(&mut self, bodies: &[Body], direction: Direction) -> Result<Value, NameClash> {
        let mut content = Map::new();
        for body in bodies {
            let generator = match direction {
                Direction::Received => &mut self.received,
                Direction::Sent => &mut self.sent,
            };
            let mut described = json!({ "schema": body.shape.schema(generator) });
            let mut examples = Map::new();
            for Example { name, summary, value } in &body.examples {
                let example = json!({ "summary": summary, "value": value });
                examples.insert(name.clone(), self.component("examples", name, example)?);
            }
            if !examples.is_empty() {
                described["examples"] = Value::Object(examples);
            }
            content.insert(body.media_type.to_owned(), described);
        }
        Ok(Value::Object(content))
    }

    /// Puts something that is shared among the components, and gives the reference to it.
    fn component(&mut self, kind: &'static str, name: &str, value: Value) -> Result<Value, NameClash> {
        let components = self.components.entry(kind).or_default();
        if components.get(name).is_some_and(|own| *own != value) {
            return Err(NameClash { kind, name: name.to_owned() });
        }
        components.insert(name.to_owned(), value);
        Ok(json!({ "$ref": format!("#/components/{kind}/{name}") }))
    }

    fn finish(self, security_schemes: &Value) -> Result<Value, NameClash> {
        let mut schemas = definitions(self.received);
        for (name, schema) in definitions(self.sent) {
            if schemas.get(&name).is_some_and(|own| *own != schema) {
                return Err(NameClash { kind: "schema", name });
            }
            schemas.insert(name, schema);
        }
        let mut components = json!({ "schemas": schemas, "securitySchemes": security_schemes });
        for (kind, members) in self.components {
            components[kind] = Value::Object(members);
        }
        Ok(components)
    }
}
