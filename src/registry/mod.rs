//! Registries: where agents look up the MCP servers that they mount. One trait, and a back end for each place where a
//! registry can be: the file `mcp.md`, a catalog over HTTP, our own store. docs/REGISTRY.md has the contract.

mod backend;
mod catalog;
pub mod conformance;
pub mod environment;
mod error;
mod factory;
mod mcp_md;
mod name;
mod quoting;
mod redact;
mod resolution;
mod spec;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod validation;

pub use backend::{Answer, RegistryBackend};
pub use catalog::{Catalog, CatalogAddress, CatalogSettings, check_scheme};
pub use error::{RegistryError, RegistryErrorKind};
pub use factory::{Backends, Constructor, Setup};
pub use mcp_md::{
    AllowedCommands, DEFAULT_COMMANDS, FILE_NAME, McpMd, Parsed, ReadPaths, Section, Warning,
    has_section_header, install, parse, render, render_section, uninstall,
};
pub use name::{RegistryName, is_charset};
pub use quoting::{quoted, quoted_list};
pub use redact::{redact, redact_message, redact_unknown, shown_value};
pub use resolution::{Variables, is_reference, process_variables, resolve};
pub use spec::{Capabilities, STDIO, ServerRef, ServerSpec, Validation};
pub use store::{AgentScope, CAPABILITIES, InvalidScope, ShownSpec, StoreRegistry};
pub use validation::validate_spec;
