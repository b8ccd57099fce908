//! JSON Patch (RFC 6902) on the redacted view of a configuration. Written here and over lossless values, since
//! a mask has to know which leaf it was read from: with a patch applied to plain JSON, `copy` and `move` would
//! give a mask to another leaf, whose secret would then be kept in its place. Pure.

mod apply;
mod parse;
#[cfg(test)]
mod tests;
mod tree;

pub use apply::{Misfit, NotApplied, Patched, apply};
pub use parse::{MalformedKind, MalformedPatch, parse};
pub use tree::MisfitKind;

use std::collections::HashSet;

use crate::json::{Json, Object, Pointer};

use super::findings::Findings;

/// How many operations a patch may have.
pub const MOST_OPERATIONS: usize = 64;

/// A JSON Patch.
#[derive(Clone, Debug)]
pub struct JsonPatch {
    operations: Vec<Operation>,
}

/// One operation of a patch.
#[derive(Clone, Debug)]
struct Operation {
    path: Pointer,
    action: Action,
}

/// What an operation does at its path.
#[derive(Clone, Debug)]
enum Action {
    Add(Json),
    Remove,
    Replace(Json),
    /// From another place.
    Move(Pointer),
    /// From another place.
    Copy(Pointer),
    Test(Json),
}

impl JsonPatch {
    /// The places that the operations change or test, each once, in their order. Too many are reported as
    /// one: the whole.
    pub fn paths(&self) -> Vec<Pointer> {
        let mut seen = HashSet::new();
        let mut found = Findings::new();
        for Operation { path, action } in &self.operations {
            let from = if let Action::Move(from) = action { Some(from) } else { None };
            for place in from.into_iter().chain([path]).filter(|place| seen.insert(*place)) {
                found.note_pointer(place.clone(), |pointer| pointer);
            }
        }
        if found.is_full() { vec![Pointer::root()] } else { found.into_vec() }
    }

    /// Whether it gives a top-level member a value.
    pub fn sets(&self, name: &str) -> bool {
        let member = Pointer::root().member(name);
        self.operations.iter().any(|Operation { path, action }| {
            *path == member && !matches!(action, Action::Remove | Action::Test(_))
        })
    }

    /// The patch as it would be sent, without the members that mean nothing in it.
    pub fn to_json(&self) -> Json {
        Json::Array(self.operations.iter().map(|operation| operation.to_object().into()).collect())
    }
}

impl Operation {
    fn to_object(&self) -> Object {
        let pointer = |pointer: &Pointer| Json::string(pointer.as_str());
        let (name, operand) = match &self.action {
            Action::Add(value) => ("add", Some(("value", value.clone()))),
            Action::Remove => ("remove", None),
            Action::Replace(value) => ("replace", Some(("value", value.clone()))),
            Action::Move(from) => ("move", Some(("from", pointer(from)))),
            Action::Copy(from) => ("copy", Some(("from", pointer(from)))),
            Action::Test(value) => ("test", Some(("value", value.clone()))),
        };
        [("op", Json::string(name)), ("path", pointer(&self.path))].into_iter().chain(operand).collect()
    }
}
