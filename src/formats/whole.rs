//! Whether a text with fences in it is a file of its own, whose comments and texts hold them, or a document around blocks.
//! It looks at how the text begins and at what is outside the fences, and reads nothing.

use super::detect;
use super::syntax::{jsonc, markdown};

/// Whether a text is to be read whole, whatever fences it has.
pub(in crate::formats) fn is_file(text: &str, file: Option<&str>) -> bool {
    let bare = text.trim_start_matches('\u{feff}').trim_start();
    if markdown::fence(bare).is_some() {
        return false;
    }
    detect::syntax_of(file).is_some()
        || super::has_only_comments(text)
        || jsonc::begins_with_member(text)
        || has_table(text)
}

/// Whether a line outside the fences begins the servers of a file in TOML or YAML.
fn has_table(text: &str) -> bool {
    let mut lines = markdown::outside(text).peekable();
    while let Some(line) = lines.next() {
        if is_table(line.trim()) {
            return true;
        }
        if is_mapping(line.trim_end()) {
            while lines.next_if(|line| line.trim().is_empty()).is_some() {}
            let begins_inside =
                |line: &&str| line.starts_with([' ', '-', '#']) && markdown::fence(line).is_none();
            if lines.peek().is_some_and(begins_inside) {
                return true;
            }
        }
    }
    false
}

/// `[mcp…]` and no link of Markdown.
fn is_table(line: &str) -> bool {
    ["[mcp]", "[mcp.", "[[mcp.", "[mcp_servers]", "[mcp_servers."].iter().any(|start| line.starts_with(start))
        && line
            .rsplit_once(']')
            .is_some_and(|(_, rest)| rest.is_empty() || rest.trim_start().starts_with('#'))
}

/// A member of YAML with its value in the lines below.
fn is_mapping(line: &str) -> bool {
    matches!(line.split_once('#').map_or(line, |(line, _)| line.trim_end()), "mcpServers:" | "extensions:")
}
