//! The checked-in documents, and their operations.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The path of a document of the contract.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi").join(name)
}

/// The document as it is checked in.
pub(crate) fn checked_in() -> Value {
    read("mcp-settings.json")
}

/// A document of the contract.
pub(crate) fn read(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path(name)).expect("it is checked in")).expect("it is JSON")
}

/// Method, path and description of every operation.
pub(crate) fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (method.to_ascii_uppercase(), path.as_str(), operation))
    });
    operations.collect()
}

/// What a reference within a document leads to, or the value itself.
pub(crate) fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.map_or(value, |pointer| document.pointer(pointer).expect("references lead somewhere"))
}
