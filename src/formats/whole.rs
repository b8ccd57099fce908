//! Whether a text with fences in it is a file of its own, whose comments and texts hold them, or a document around blocks.
//! It looks at how the text begins, at what is outside the fences, and whether the text as a whole is one document.

use crate::json::Json;

use super::Hint;
use super::client::FileSyntax;
use super::detect;
use super::format::Format;
use super::place::Lines;
use super::syntax::{jsonc, markdown, toml, yaml};

/// Whether a text is to be read whole, whatever fences it has.
pub(in crate::formats) fn is_file(lines: &Lines<'_>, text: &str, hint: Hint<'_>) -> bool {
    if !text.lines().any(|line| markdown::fence(line).is_some()) {
        return true;
    }
    let bare = text.trim_start_matches('\u{feff}').trim_start();
    if markdown::fence(bare).is_some() {
        return false;
    }
    detect::syntax_of(hint.file).is_some()
        || super::has_only_comments(text)
        || jsonc::begins_with_member(text)
        || has_table(text)
        || is_document(lines, text, hint.format)
}

/// Whether a text is one document in TOML or YAML that has servers: a fence in a text of it need not be closed, and a
/// table of servers may be behind one.
fn is_document(lines: &Lines<'_>, text: &str, format: Option<Format>) -> bool {
    let syntaxes: &[FileSyntax] = match format {
        Some(format) if detect::is_lines(format) => &[],
        Some(Format::Continue) => &[FileSyntax::Yaml],
        Some(format) => match detect::syntax(format) {
            Some(FileSyntax::Toml) => &[FileSyntax::Toml],
            Some(FileSyntax::Yaml) => &[FileSyntax::Yaml],
            Some(FileSyntax::Json) => &[],
            None => &[FileSyntax::Toml, FileSyntax::Yaml],
        },
        None => &[FileSyntax::Toml, FileSyntax::Yaml],
    };
    syntaxes.iter().any(|syntax| {
        let source = match syntax {
            FileSyntax::Toml => toml::read(lines, text, 0),
            _ => yaml::read(text, 0),
        };
        let root = source.as_ref().ok().and_then(|source| source.root.as_object());
        let has = |name: &str| {
            let value = root.and_then(|root| root.get(name));
            value.is_some_and(|value| matches!(value, Json::Object(_) | Json::Array(_)))
        };
        HOLDERS.iter().any(|name| has(name))
    })
}

/// Members of a document in TOML or YAML that hold servers.
const HOLDERS: [&str; 4] = ["mcp_servers", "mcp", "mcpServers", "extensions"];

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
