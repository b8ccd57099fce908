//! The configurations of other clients: text in, servers and findings out, and back. What is not understood is refused with a
//! reason and its place. It does not know files, keys, HTTP and the clock; nothing that a text names is run or read.

mod bag;
mod bounds;
mod client;
mod clients;
mod commands;
mod detect;
mod draft;
mod emit;
mod export;
mod format;
mod import;
mod in_place;
mod lines;
mod links;
mod located;
mod names;
mod number;
mod place;
mod placeholders;
mod plain;
mod reading;
mod references;
mod scopes;
mod server_json;
mod shell;
mod source;
mod stored;
mod syntax;
#[cfg(test)]
mod tests;
mod texts;
mod unreadable;
mod whole;
mod words;
mod writing;

pub use bag::{mark_plain, variable_of};
pub use bounds::MOST_SERVERS;
pub use client::MEMBERS_WITH_TEXTS;
pub use emit::yaml as to_yaml;
pub use export::{Export, REFERENCES};
pub use format::{Format, UnknownFormat};
pub use import::{Entry, Ignored, Import, Input, Note, Refused};
pub use in_place::{NotInPlace, Others, in_place};
pub use place::{Place, Position};
pub use references::{Reference, ReferenceKind};
pub use stored::Stored;
pub use unreadable::Unreadable;
pub use words::{NO_REFERENCE, Words};
pub use writing::{Loss, Server};

use client::FileSyntax;
use detect::Detected;
use place::Lines;
use reading::Reading;
use source::Source;

use crate::json::{Json, Rules, Text, check_limits, to_compact};

/// What a caller knows of a text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint<'a> {
    /// The format, where it is known.
    pub format: Option<Format>,
    /// The name or the path of the file.
    pub file: Option<&'a str>,
}

/// A format that is read only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing is written in this format")]
pub struct NotWritten;

/// Reads the servers of a text. One that is not read whole is not imported.
///
/// ```
/// use mcp_settings::formats::{Format, Hint, import};
///
/// let text = r#"{ "mcpServers": { "Field Notes": { "serverUrl": "https://notes.example/mcp" } } } // mine"#;
/// let found = import(text, Hint::default())?;
/// assert_eq!(found.format, Format::Windsurf);
/// assert_eq!(found.servers[0].name, "Field-Notes");
/// assert_eq!(found.servers[0].original_name.as_deref(), Some("Field Notes"));
///
/// let error = import("{ \"mcpServers\": {\n  'x': 1 } }", Hint::default()).unwrap_err();
/// assert_eq!((error.position.line, error.position.column), (2, 3));
/// # Ok::<(), mcp_settings::formats::Unreadable>(())
/// ```
pub fn import(text: &str, hint: Hint<'_>) -> Result<Import, Unreadable> {
    let lines = Lines::of(text);
    if let Some(at) = text.find('\0') {
        return Err(Unreadable::new(lines.position(at), words::NUL));
    }
    bounds::check_text(&lines, text)?;
    let mut reading = Reading::bounded(text.len());
    let mut detected: Vec<Detected> = Vec::new();
    let parts = match whole::is_file(&lines, text, hint) {
        true => vec![(0, text)],
        false => syntax::markdown::blocks(text),
    };
    for (base, part) in parts {
        if let Some(found) = read_block(&lines, base, part, hint, &mut reading)?
            && !detected.iter().any(|own| own.format == found.format)
        {
            detected.push(found);
        }
    }
    let mut also_fits: Vec<Format> = detected.iter().flat_map(|found| found.also_fits.clone()).collect();
    // Blocks of several formats: none of them is that of all.
    let format = match detected.as_slice() {
        [] => hint.format.unwrap_or(Format::Plain),
        [one] => one.format,
        _ => Format::Plain,
    };
    also_fits.sort_unstable();
    also_fits.dedup();
    reading.check()?;
    let (refused, ignored) = (std::mem::take(&mut reading.refused), std::mem::take(&mut reading.ignored));
    let (servers, notes) = reading.named();
    Ok(Import { format, also_fits, servers, refused, ignored, notes })
}

fn read_block(
    lines: &Lines<'_>,
    base: usize,
    part: &str,
    hint: Hint<'_>,
    reading: &mut Reading,
) -> Result<Option<Detected>, Unreadable> {
    if has_only_comments(part) {
        return Ok(None);
    }
    let first = lines.position(base).line - 1;
    let Some(source) = read_source(lines, base, part, first, hint)? else {
        let kinds = lines::read(part, first, reading);
        return Ok(Some(Detected { format: kinds.format(), also_fits: Vec::new() }));
    };
    let source = Source { budget: reading.budget.clone(), ..source };
    within_limits(&source)?;
    if source.root.is_null() {
        return Ok(None);
    }
    let detected = match hint.format {
        Some(format) => Detected { format, also_fits: Vec::new() },
        None => detect::detect(&source, hint.file),
    };
    if detected.format == Format::ServerJson {
        server_json::read(&source, reading);
    } else {
        reading.file(clients::of(detected.format), &source);
    }
    Ok(Some(detected))
}

/// What an escape of TOML or YAML may have made.
fn within_limits(source: &Source) -> Result<(), Unreadable> {
    check_limits(&source.root, &Rules::BODY)
        .map_err(|fault| Unreadable::new(source.place(&fault.pointer).position, fault.kind.to_string()))
}

/// Reads a text that is not lines, in the syntax that the format or the file's name says, or that it looks like.
fn read_source(
    lines: &Lines<'_>,
    base: usize,
    part: &str,
    first: usize,
    hint: Hint<'_>,
) -> Result<Option<Source>, Unreadable> {
    if hint.format.is_some_and(detect::is_lines) {
        return Ok(None);
    }
    let known = hint.format.and_then(detect::syntax).or_else(|| detect::syntax_of(hint.file));
    match known {
        Some(FileSyntax::Json) => return syntax::jsonc::read(lines, part, base).map(Some),
        Some(FileSyntax::Toml) => return syntax::toml::read(lines, part, base).map(Some),
        // YAML holds JSON, but with comments of its own.
        Some(FileSyntax::Yaml) => return syntax::yaml::read(part, first).map(Some),
        None if syntax::jsonc::looks_like(part) => return syntax::jsonc::read(lines, part, base).map(Some),
        None => {}
    }
    if lines::looks_like(part) {
        return Ok(None);
    }
    let toml = syntax::toml::read(lines, part, base);
    let is_toml = |line: &str| ["[mcp", "[[mcp"].iter().any(|start| line.trim_start().starts_with(start));
    if toml.is_ok() || part.lines().any(is_toml) {
        return toml.map(Some);
    }
    let yaml = syntax::yaml::read(part, first);
    let is_yaml = |line: &str| ["mcpServers:", "extensions:"].iter().any(|name| line.starts_with(name));
    match yaml {
        Ok(source) if holds_more(&source.root) => Ok(Some(source)),
        Err(error) if part.lines().any(is_yaml) => Err(error),
        _ => Ok(None),
    }
}

/// Whether a value has values in its values: a line of prose with a colon is a mapping too.
fn holds_more(value: &Json) -> bool {
    let is_more = |value: &Json| matches!(value, Json::Object(_) | Json::Array(_));
    match value {
        Json::Object(object) => object.iter().any(|(_, value)| is_more(value)),
        Json::Array(elements) => elements.iter().any(is_more),
        _ => false,
    }
}

/// Whether a text says nothing: a whole file in comments has no servers, and is no fault.
fn has_only_comments(part: &str) -> bool {
    let mut rest = part.trim_start_matches('\u{feff}').trim_start();
    while !rest.is_empty() {
        rest = match rest {
            line if line.starts_with("//") || line.starts_with('#') => {
                rest.split_once('\n').map_or("", |(_, behind)| behind).trim_start()
            }
            _ => match rest.strip_prefix("/*").and_then(|inner| inner.split_once("*/")) {
                Some((_, behind)) => behind.trim_start(),
                None => return false,
            },
        };
    }
    true
}

/// Writes servers in a format, as a file with nothing else in it, or as lines. Configurations are in clear: what is to be
/// hidden is replaced before.
pub fn export(format: Format, servers: &[Server<'_>]) -> Result<Export, NotWritten> {
    if !format.is_written() {
        return Err(NotWritten);
    }
    let client = clients::of(format);
    match format {
        Format::Links => {
            let client = clients::of(Format::Cursor);
            let (entries, _, losses) = export::entries(client, servers);
            Ok(Export { text: Text::new(links::write(&entries)), losses })
        }
        Format::ClaudeAdd => {
            let (entries, shared, losses) = export::entries(client, servers);
            let mut text = String::new();
            for ((name, entry), bag) in entries.into_iter().zip(&shared.bags) {
                text.push_str("claude mcp add-json ");
                if let Some(scope) = bag.get("scope").and_then(Json::as_str) {
                    text.push_str(&format!("--scope {} ", shell::quoted(scope)));
                }
                let is_prompted = bag.contains(commands::SECRET_PROMPTED);
                // A name that looks like a flag comes behind all flags.
                let (before, after) = match (name.starts_with('-'), is_prompted) {
                    (false, false) => ("", ""),
                    (false, true) => ("", " --client-secret"),
                    (true, false) => ("-- ", ""),
                    (true, true) => ("--client-secret -- ", ""),
                };
                let (name, json) = (shell::quoted(&name), shell::quoted(&to_compact(&entry.into())));
                text.push_str(&format!("{before}{name} {json}{after}\n"));
            }
            Ok(Export { text: Text::new(text), losses })
        }
        _ => Ok(export::file(client, servers)),
    }
}
