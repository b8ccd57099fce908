//! The text of servers in `mcp.md`. What would not be read back as it is, or would be read as something else by the
//! client in Python, is refused.

use std::fmt::Write as _;

use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::quoting::quoted;
use crate::registry::spec::{STDIO, ServerSpec, first_line};

use super::lines::{is_line_break, strip};
use super::parse::parse;

/// The first line of a new file.
pub(super) const TITLE: &str = "# MCP servers\n";

/// A whole file with these servers in this order.
///
/// # Errors
///
/// `Invalid` where a server can't be written.
pub fn render<'a>(specs: impl IntoIterator<Item = &'a ServerSpec>) -> Result<String, RegistryError> {
    let mut text = TITLE.to_owned();
    for spec in specs {
        text.push('\n');
        text.push_str(&render_section(spec)?);
    }
    Ok(text)
}

/// The section of one server: references as they are, variables sorted by name, the first line of the description.
///
/// # Errors
///
/// `Invalid` where the section would not be read back as this server. The text names the place and no value.
pub fn render_section(spec: &ServerSpec) -> Result<String, RegistryError> {
    check(spec)?;
    let mut text = format!("## {}\ncommand: {}\n", spec.name, spec.command);
    let mut line = |key: &str, value: &str| {
        let written = writeln!(text, "{key}: {value}");
        debug_assert!(written.is_ok(), "a text takes everything");
    };
    if !spec.args.is_empty() {
        line("args", &spec.args.join(", "));
    }
    let mut env: Vec<_> = spec.env.iter().collect();
    env.sort_unstable();
    for (key, value) in env {
        line("env", &format!("{key}={value}"));
    }
    if spec.transport != STDIO {
        line("transport", &spec.transport);
    }
    let description = first_line(&spec.description);
    if !description.is_empty() {
        line("description", description);
    }
    let expected = ServerSpec { description: description.to_owned(), ..spec.clone() };
    match parse(&text).sections.as_slice() {
        [section] if section.spec.as_ref() == Some(&expected) => Ok(text),
        _ => Err(refused(spec, difference(spec))),
    }
}

fn refused(spec: &ServerSpec, what: impl Into<String>) -> RegistryError {
    RegistryErrorKind::Invalid.because(format!("MCP server {}: {}", quoted(&spec.name), what.into()))
}

/// What is named exactly before the section is written and read back.
fn check(spec: &ServerSpec) -> Result<(), RegistryError> {
    if strip(&spec.command).is_empty() {
        let why = "cannot render section without a command. Set spec.command to a non-empty executable name.";
        return Err(refused(spec, why));
    }
    let newline = |what: String| {
        let why = "must not contain newline characters (newline injection creates phantom mcp.md sections).";
        Err(refused(spec, format!("{what} {why}")))
    };
    let is_broken = |text: &str| text.contains(is_line_break);
    if is_broken(&spec.name) {
        return newline("the name".to_owned());
    }
    if is_broken(&spec.command) {
        return newline("spec.command".to_owned());
    }
    if let Some(index) = spec.args.iter().position(|arg| is_broken(arg)) {
        return newline(format!("spec.args[{index}]"));
    }
    for (key, value) in &spec.env {
        if key.is_empty() {
            return Err(refused(spec, "env key must not be empty."));
        }
        if is_broken(key) {
            return newline(format!("env key {}", quoted(key)));
        }
        if is_broken(value) {
            return newline(format!("env value for {}", quoted(key)));
        }
    }
    if is_broken(&spec.transport) {
        return newline("spec.transport".to_owned());
    }
    if has_section_header(&spec.description) {
        let why = "description contains a line that starts with '## ' (H2 injection). Strip or replace the \
                   offending line before rendering.";
        return Err(refused(spec, why));
    }
    if is_broken(first_line(&spec.description)) {
        return newline("the first line of spec.description".to_owned());
    }
    Ok(())
}

/// Whether a line of the text begins as the header of a section does.
pub fn has_section_header(text: &str) -> bool {
    text.split(is_line_break).any(|line| {
        line.strip_prefix("##").is_some_and(|rest| rest.starts_with(|next: char| next.is_whitespace()))
    })
}

/// Which part would be read back as something else.
fn difference(spec: &ServerSpec) -> String {
    let is_changed = |text: &str| strip(text) != text;
    let why = "would not be read back from mcp.md as it is";
    if is_changed(&spec.name) || strip(&spec.name).is_empty() {
        return format!("the name {why}: it is empty or has space around it");
    }
    if is_changed(&spec.command) {
        return format!("spec.command {why}: it has space around it");
    }
    let is_bad_item = |text: &str| text.is_empty() || is_changed(text) || text.contains(',');
    if let Some(index) = spec.args.iter().position(|arg| is_bad_item(arg)) {
        return format!("spec.args[{index}] {why}: it is empty, has space around it, or holds a comma");
    }
    for (key, value) in &spec.env {
        if is_bad_item(key) || key.contains('=') {
            return format!("env key {} {why}", quoted(key));
        }
        if is_changed(value) || value.contains(',') {
            let key = quoted(key);
            return format!("env value for {key} {why}: it has space around it, or holds a comma");
        }
    }
    if is_changed(&spec.transport) {
        return format!("spec.transport {why}: it has space around it");
    }
    format!("it {why}")
}
