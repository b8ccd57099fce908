//! What the OpenAPI document says of each row of the route table, one file per resource. Texts and lists
//! only: what is done stands in the handlers.

pub(super) mod documentation;
mod fields;
pub(super) mod mcp_servers;
mod problems;
pub(super) mod service;
pub(super) mod session;
pub(super) mod settings;
