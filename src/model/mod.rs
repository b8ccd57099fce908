//! What an MCP server's configuration is: names, layouts, secret leaves, validation, merge and keep rules.
//! Plain types and pure functions; it does not know files, HTTP and the clock.

pub mod advice;
pub mod code_names;
pub mod config;
pub mod convert;
pub mod descriptor;
pub mod dial;
mod edit;
pub mod enablement;
mod feature;
pub mod findings;
pub mod json_patch;
mod kind;
pub mod launch;
mod layout;
pub mod mask;
pub mod merge;
mod name;
pub mod openhands;
mod outside;
pub mod plain_names;
pub mod reference;
pub mod registration;
pub mod run_policy;
#[cfg(test)]
pub(crate) mod samples;
pub mod secret_binding;
pub mod secret_shapes;
pub mod secret_table;
pub mod secret_words;
mod server_value;
pub mod settings;
pub mod state;
pub mod static_server;
mod stored;
pub mod suspect;
pub mod url_parts;
pub mod validate;

pub use edit::Edit;
pub use feature::Feature;
pub use kind::Kind;
pub use layout::{Access, Dialect, Layout, PlaceReason, ReadOnlyReason, Sealing};
pub use name::{InvalidName, ServerName};
pub use outside::Outside;
pub use server_value::is_server_value;
pub use stored::{Author, LaunchDigest, SettingsKey, StateDigest, StoredServer};
