//! Claude Desktop: `claude_desktop_config.json`. It starts programs only, and replaces no references.

use crate::formats::client::{Client, USUAL, located};
use crate::formats::format::Format;
use crate::formats::words;

pub(super) static CLIENT: Client = Client {
    format: Format::ClaudeDesktop,
    locate: |source| located(source, &["mcpServers"], words::OWN_OF_APP),
    ..USUAL
};
