//! What breaks clients between two versions of a document. A request may ask for less than before and take
//! more; an answer may say more than before and must not say less.

mod cases;
mod schema;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::document::{operations, resolve};
use schema::{Comparison, Direction};

/// Each thing that a client of `before` can't live with, in words.
pub(crate) fn breaks(before: &Value, after: &Value) -> Vec<String> {
    let mut comparison = Comparison::new(before, after);
    for (method, path, old) in operations(before) {
        let at = format!("{method} {path}");
        match after["paths"][path].get(method.to_ascii_lowercase()) {
            Some(new) => operation(&mut comparison, &at, old, new),
            None => comparison.note(&at, "is gone"),
        }
    }
    comparison.found
}

fn operation(comparison: &mut Comparison<'_>, at: &str, old: &Value, new: &Value) {
    if old["operationId"] != new["operationId"] {
        comparison.note(at, "has another operationId: generated functions are called by it");
    }
    let is_open = |operation: &Value| operation["security"].as_array().is_some_and(Vec::is_empty);
    if is_open(old) && !is_open(new) {
        comparison.note(at, "needs a key now");
    }
    parameters(comparison, at, old, new);
    request(comparison, at, &old["requestBody"], &new["requestBody"]);
    for (status, response) in members(&old["responses"]) {
        let at = format!("{at} {status}");
        match new["responses"].get(status) {
            Some(new) => answer(comparison, &at, response, new),
            None => comparison.note(&at, "is gone"),
        }
    }
}

fn parameters(comparison: &mut Comparison<'_>, at: &str, old: &Value, new: &Value) {
    let of = |document, operation: &Value| -> Vec<Value> {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.map(|parameter| resolve(document, parameter).clone()).collect()
    };
    let (before, after) = (of(comparison.before, old), of(comparison.after, new));
    let is_same = |one: &Value, other: &Value| one["name"] == other["name"] && one["in"] == other["in"];
    for old in &before {
        let at = format!("{at} parameter {}", old["name"]);
        match after.iter().find(|new| is_same(old, new)) {
            Some(new) => {
                if old["required"] != true && new["required"] == true {
                    comparison.note(&at, "is required now");
                }
                comparison.schema(Direction::Request, &at, &old["schema"], &new["schema"]);
            }
            None => comparison.note(&at, "is gone: one that is not known is refused"),
        }
    }
    for new in after.iter().filter(|new| new["required"] == true) {
        if !before.iter().any(|old| is_same(old, new)) {
            comparison.note(&format!("{at} parameter {}", new["name"]), "is new and required");
        }
    }
}

fn request(comparison: &mut Comparison<'_>, at: &str, old: &Value, new: &Value) {
    if old["required"] != true && new["required"] == true {
        comparison.note(at, "needs a body now");
    }
    for (media_type, body) in members(&old["content"]) {
        let at = format!("{at} {media_type}");
        match new["content"].get(media_type) {
            Some(new) => comparison.schema(Direction::Request, &at, &body["schema"], &new["schema"]),
            None => comparison.note(&at, "is taken no more"),
        }
    }
}

fn answer(comparison: &mut Comparison<'_>, at: &str, old: &Value, new: &Value) {
    for (name, header) in members(&old["headers"]) {
        let at = format!("{at} header {name}");
        let Some(new) = new["headers"].get(name) else {
            comparison.note(&at, "is gone");
            continue;
        };
        let (old, new) = (resolve(comparison.before, header), resolve(comparison.after, new));
        if old["required"] == true && new["required"] != true {
            comparison.note(&at, "may be missing now");
        }
        comparison.schema(Direction::Answer, &at, &old["schema"], &new["schema"]);
    }
    for (media_type, body) in members(&old["content"]) {
        let at = format!("{at} {media_type}");
        match new["content"].get(media_type) {
            Some(new) => comparison.schema(Direction::Answer, &at, &body["schema"], &new["schema"]),
            None => comparison.note(&at, "is answered no more"),
        }
    }
    let added: BTreeSet<&String> =
        keys(&new["content"]).difference(&keys(&old["content"])).copied().collect();
    for media_type in added {
        comparison.note(&format!("{at} {media_type}"), "is new: a client may not read it");
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn keys(value: &Value) -> BTreeSet<&String> {
    members(value).map(|(name, _)| name).collect()
}
