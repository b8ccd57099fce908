//! Registries: where agents look up the MCP servers that they mount. One trait, and a back end for each place where a
//! registry can be: the file `mcp.md`, a catalog over HTTP, our own store. docs/REGISTRY.md has the contract.

mod backend;
mod error;
mod name;
mod quoting;
mod redact;
mod resolution;
mod spec;
mod store;

pub use backend::{Answer, RegistryBackend};
pub use error::{RegistryError, RegistryErrorKind};
pub use name::{RegistryName, is_charset};
pub use quoting::{quoted, quoted_list};
pub use redact::{redact, redact_message, redact_unknown};
pub use resolution::{Variables, process_variables, resolve};
pub use spec::{Capabilities, STDIO, ServerRef, ServerSpec, Validation};
pub use store::{AgentScope, CAPABILITIES, InvalidScope, ShownSpec, StoreRegistry};
