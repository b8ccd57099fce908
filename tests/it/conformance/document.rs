//! The checked-in document: which operation a request is, and the schemas with all that they refer to.

use std::collections::BTreeSet;
use std::path::Path;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// The document.
pub(super) struct Document(Value);

/// The path of a request target, decoded but for a slash, which is part of a segment.
pub(super) fn path_of(target: &str) -> String {
    let target =
        target.split_once("://").map_or(target, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let segments = path.split('/').map(|segment| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        if decoded.contains('/') { segment.to_owned() } else { decoded }
    });
    segments.collect::<Vec<_>>().join("/")
}

impl Document {
    pub(super) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/mcp-settings.json");
        let text = std::fs::read(path).expect("the document is checked in");
        Self(serde_json::from_slice(&text).expect("the document is JSON"))
    }

    /// The operation that a request is, and its path's template.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let method = method.to_ascii_lowercase();
        self.of(path).find_map(|(template, methods)| Some((template, methods.get(&method)?)))
    }

    /// The methods that are described for a path, sorted.
    pub(super) fn methods(&self, path: &str) -> Vec<String> {
        let methods = self.of(path).filter_map(|(_, own)| own.as_object()).flatten();
        let methods: BTreeSet<&String> = methods.map(|(method, _)| method).collect();
        methods.into_iter().cloned().collect()
    }

    /// What is described for a path: more than one where a name can be that of a route, as `test` is under
    /// `/api/instances`.
    fn of(&self, path: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.paths().filter(move |(template, _)| fits(template, path))
    }

    /// The operation that was meant where URL normalisation has eaten the name at the end.
    pub(super) fn operation_of_eaten_name(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        self.operation(method, &format!("{}/a", path.trim_end_matches('/')))
    }

    /// What a reference leads to, or the value itself.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let reference = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        reference.map_or(value, |pointer| self.0.pointer(pointer).expect("references lead somewhere"))
    }

    /// The reference to the schema of a type of problem: `bound-secret` is `BoundSecretProblem`.
    pub(super) fn schema_of_problem(&self, slug: &str) -> String {
        let words = slug.split('-').map(|word| word[..1].to_ascii_uppercase() + &word[1..]);
        format!("#/components/schemas/{}Problem", words.collect::<String>())
    }

    /// A schema together with all that it refers to.
    pub(super) fn closed(&self, schema: &Value) -> Value {
        let mut needed = Map::new();
        self.collect(schema, &mut needed);
        let mut closed = schema.clone();
        closed["components"] = json!({ "schemas": needed });
        closed
    }

    fn collect(&self, value: &Value, needed: &mut Map<String, Value>) {
        match value {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
                if let Some(name) = name.filter(|name| !needed.contains_key(*name)) {
                    let schema = self.0["components"]["schemas"][name].clone();
                    needed.insert(name.to_owned(), schema.clone());
                    self.collect(&schema, needed);
                }
                members.values().for_each(|member| self.collect(member, needed));
            }
            Value::Array(elements) => elements.iter().for_each(|element| self.collect(element, needed)),
            _ => {}
        }
    }

    fn paths(&self) -> impl Iterator<Item = (&str, &Value)> {
        let paths = self.0["paths"].as_object().expect("the document has paths");
        // What is written out goes before what varies.
        let (fixed, varying): (Vec<_>, Vec<_>) =
            paths.iter().partition(|(template, _)| !template.contains('{'));
        fixed.into_iter().chain(varying).map(|(template, methods)| (template.as_str(), methods))
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut own, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (own.next(), given.next()) {
            (None, None) => return true,
            (Some(own), Some(given)) if own == given || (own.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}
