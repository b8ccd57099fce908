//! Changes of `mcp.md` in place: text in, text out. Every byte outside the section that is added or removed stays, and a
//! change that would alter the meaning of anything else is refused.

use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::spec::{ServerSpec, first_line};

use super::lines::{BYTE_ORDER_MARK, line_break, lines, strip};
use super::parse::{Parsed, Section, parse};
use super::render::{render, render_section};

/// The text with one more server, at its end. `None` is a file that is not there.
///
/// # Errors
///
/// `AlreadyInstalled` where a section claims the name; `Invalid` where the server can't be written.
pub fn install(text: Option<&str>, spec: &ServerSpec) -> Result<String, RegistryError> {
    let section = render_section(spec)?;
    let old = text.unwrap_or_default();
    let before = parse(old);
    if before.claims(&spec.name) {
        let message = format!(
            "MCP server '{}' is already in mcp.md. Uninstall it first or choose a different name.",
            spec.name
        );
        return Err(RegistryErrorKind::AlreadyInstalled.because(message));
    }
    if old.trim_start_matches(BYTE_ORDER_MARK).is_empty() {
        return Ok(format!("{old}{}", render([spec])?));
    }
    let line_break = line_break(old);
    let mut new = old.to_owned();
    if !new.ends_with(['\n', '\r']) {
        new.push_str(line_break);
    }
    if lines(&new).last().is_some_and(|line| !strip(line.text).is_empty()) {
        new.push_str(line_break);
    }
    new.push_str(&section.replace('\n', line_break));
    let mut expected: Vec<ServerSpec> = before.specs().cloned().collect();
    expected.push(ServerSpec { description: first_line(&spec.description).to_owned(), ..spec.clone() });
    means(&new, &expected, &before)?;
    Ok(new)
}

/// The text without the sections of this name, or nothing where it has none.
///
/// # Errors
///
/// `DescriptorInvalid` where only a header that goes on after the name claims it: no server has that name, and it can't be
/// installed either.
pub fn uninstall(text: &str, name: &str) -> Result<Option<String>, RegistryError> {
    let before = parse(text);
    let is_it = |section: &&Section| section.name == name;
    if !before.sections.iter().any(|section| is_it(&section)) {
        let Some(section) = before.sections.iter().find(|section| section.claims_by_first_word(name)) else {
            return Ok(None);
        };
        let message = format!(
            "MCP server '{name}' has a malformed descriptor in mcp.md (its header is '## {}'); correct or remove that \
             section by hand",
            section.name
        );
        return Err(RegistryErrorKind::DescriptorInvalid.because(message));
    }
    let mut new = text.to_owned();
    // From the end, so that the places before stay.
    for section in before.sections.iter().rev().filter(is_it) {
        remove(&mut new, section);
    }
    let expected: Vec<ServerSpec> = before.specs().filter(|spec| spec.name != name).cloned().collect();
    means(&new, &expected, &before)?;
    Ok(Some(new))
}

fn remove(text: &mut String, section: &Section) {
    let start = section.start;
    let mut end = section.own_end;
    if is_in_allowed(&text[..start]) {
        // Prose that follows would become names of commands: it goes too, up to the next heading.
        let rest = lines(&text[end..]).find(|line| strip(line.text).starts_with('#'));
        end = rest.map_or(text.len(), |line| end + line.start);
    }
    let blank = |text: &str| strip(text).is_empty();
    let last_before = lines(&text[..start]).last();
    if end == text.len() {
        // The blank line before the last section belongs to it.
        let start =
            last_before.filter(|line| line.start > 0 && blank(line.text)).map_or(start, |line| line.start);
        text.truncate(start);
        return;
    }
    if last_before.is_none_or(|line| blank(line.text)) {
        let blanks = lines(&text[end..]).take_while(|line| blank(line.text)).last();
        end += blanks.map_or(0, |line| line.next);
    }
    text.replace_range(start..end, "");
}

/// Whether a line that comes next is the name of an allowed command.
fn is_in_allowed(text: &str) -> bool {
    let probe = "\nprobe of the end";
    let allowed = parse(&format!("{text}{probe}")).allowed.unwrap_or_default();
    allowed.contains(probe.trim_start())
}

/// Compares what a new text says with what was meant.
fn means(new: &str, expected: &[ServerSpec], before: &Parsed) -> Result<(), RegistryError> {
    let after = parse(new);
    if after.specs().eq(expected) && after.allowed == before.allowed {
        return Ok(());
    }
    let message = "mcp.md can't be changed in place without changing what else it says; change it by hand";
    Err(RegistryErrorKind::DescriptorInvalid.because(message))
}
