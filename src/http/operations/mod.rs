//! What the OpenAPI document says of each row of the route table, one file per resource. Texts and lists
//! only: what is done stands in the handlers.

pub(super) mod documentation;
pub(super) mod events;
mod fields;
pub(super) mod mcp_servers;
mod problems;
pub(super) mod service;
pub(super) mod session;
pub(super) mod settings;

use serde_json::Value;

use crate::openapi::{Body, Example, Operation, Shape};

/// What operations have in common: a heading, and that they need a key. The rest is to be said.
fn keyed(tag: &'static str) -> Operation {
    Operation {
        id: "",
        tag,
        summary: "",
        description: "",
        parameters: Vec::new(),
        request: Vec::new(),
        responses: Vec::new(),
        is_keyed: true,
    }
}

/// The same, for those that need no key.
fn open(tag: &'static str) -> Operation {
    Operation { is_keyed: false, ..keyed(tag) }
}

fn json_body(shape: Shape, examples: Vec<Example>) -> Body {
    Body { media_type: "application/json", shape, examples }
}

fn example(name: &str, summary: &'static str, value: Value) -> Example {
    Example { name: name.to_owned(), summary, value }
}
