//! Junie of JetBrains: `.junie/mcp/mcp.json`, in the form of Claude Desktop.

use crate::formats::client::{Client, USUAL};
use crate::formats::format::Format;

pub(super) static CLIENT: Client = Client { format: Format::Junie, ..USUAL };
