//! What an MCP server's configuration is: names, layouts, secret leaves, validation, merge and keep rules.
//! Plain types and pure functions; it refuses to know files, HTTP and the clock.

mod edit;
mod layout;
mod server_value;
mod stored;

pub use edit::Edit;
pub use layout::{Access, Dialect, Layout, ReadOnlyReason, Sealing};
pub use server_value::is_server_value;
pub use stored::{Author, SettingsKey, StoredServer};
