//! The back end over the file `mcp.md` in the root of an agent: text for people, edited in place. `parse`, `render`,
//! `edit` and `allowed` are pure; `backend` and `lock` do the rest.

mod allowed;
mod backend;
mod edit;
mod lines;
mod lock;
mod parse;
mod paths;
mod render;
#[cfg(test)]
mod tests;

pub use allowed::{AllowedCommands, DEFAULT_COMMANDS};
pub(super) use backend::FILESYSTEM;
pub use backend::{FILE_NAME, McpMd};
pub use edit::{install, uninstall};
pub use parse::{Parsed, Section, Warning, parse};
pub use paths::ReadPaths;
pub use render::{has_section_header, render, render_section};
