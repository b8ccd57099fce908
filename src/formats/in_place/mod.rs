//! An export put into a file that a client has already: what means the same keeps every byte, and so does all that is not a
//! server. A text is given back only where the check has proven it. It does not know files.

mod brackets;
mod check;
mod edit;
mod json;
mod meaning;
mod merge;
mod merging;
mod places;
mod rewrite;
mod splices;
mod switches;
mod toml;
mod toml_layout;
mod wanted;
mod yaml;
mod yaml_layout;

use crate::json::Text;

use super::client::FileSyntax;
use super::clients;
use super::detect;
use super::format::Format;
use super::place::{Lines, Position};
use super::source::{Source, Syntax};
use super::unreadable::Unreadable;

use edit::Edit;
use splices::Splices;
use wanted::Wanted;

/// What becomes of the servers of a file that an export does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Keep,
    /// They are removed. What is no server, and what can't become one of ours, stays.
    Remove,
}

/// Why a file is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInPlace {
    /// The file can't be read, so that nothing in it can be found.
    #[error("the file can't be read: {0}")]
    Unreadable(Unreadable),
    /// The format is not that of a file.
    #[error("this format is not that of a file")]
    NotAFile,
    /// The servers of the file are in a form that the export has not.
    #[error("{0}")]
    Shape(&'static str),
    /// The place that has to be changed is written in a way that can't be changed without rewriting more than it.
    #[error("{0}: {1}")]
    Spelling(Position, &'static str),
    /// The result was not what was meant. It is dropped.
    #[error("the changed file would not be what was meant: {0}")]
    Unproven(&'static str),
}

impl From<Unreadable> for NotInPlace {
    fn from(error: Unreadable) -> Self {
        Self::Unreadable(error)
    }
}

/// Puts a file that [`export`](super::export) has written in a format into the text of a file in that format. Servers that
/// mean the same keep every byte; of the others the members that differ are changed; new ones are added. Members that
/// the servers of a file share are merged.
///
/// # Errors
///
/// Where the file can't be read, is in another form, or can't be changed with all else in it kept.
///
/// ```
/// use mcp_settings::formats::{Format, Others, in_place};
///
/// let file = "{ // mine\n  \"mcpServers\": {\n    \"a\": { \"url\": \"https://old.example\" }, // by hand\n  }\n}\n";
/// let exported = r#"{"mcpServers": {"a": {"url": "https://new.example"}}}"#;
/// let text = in_place(Format::Cursor, file, exported, Others::Keep)?;
/// assert_eq!(text.as_str(), file.replace("old", "new"));
/// # Ok::<(), mcp_settings::formats::NotInPlace>(())
/// ```
pub fn in_place(format: Format, original: &str, exported: &str, others: Others) -> Result<Text, NotInPlace> {
    if detect::is_lines(format) || !format.is_written() {
        return Err(NotInPlace::NotAFile);
    }
    let theirs = read(format, exported)?;
    if super::has_only_comments(original) {
        return begun(format, original, exported, &theirs);
    }
    let own = read(format, original)?;
    let wanted = Wanted::of(format, &own, &theirs, others)?;
    let edit = Edit::of(&own.root, &wanted.root);
    let mut splices = Splices::new(original);
    match own.syntax {
        Syntax::Toml => toml::splice(&mut splices, &edit, &own.root)?,
        Syntax::Yaml => yaml::splice(&mut splices, &edit)?,
        Syntax::Json | Syntax::Line => json::splice(&mut splices, &edit)?,
    }
    let text = Text::new(splices.apply()?);
    check::is_meant(&read(format, text.as_str())?, &own, &wanted)?;
    Ok(text)
}

/// A file that has nothing but comments, with the export behind them.
fn begun(format: Format, original: &str, exported: &str, theirs: &Source) -> Result<Text, NotInPlace> {
    let is_whole = original.is_empty() || original.ends_with(['\n', '\u{feff}']);
    let text = Text::new(format!("{original}{}{exported}", if is_whole { "" } else { "\n" }));
    match read(format, text.as_str())?.root.has_value_of(&theirs.root) {
        true => Ok(text),
        false => Err(NotInPlace::Unproven("the servers would not be found there")),
    }
}

/// Reads a whole text, without what only a pasted one may lack.
fn read(format: Format, text: &str) -> Result<Source, NotInPlace> {
    let syntax = match clients::of(format).syntax {
        // A block of Continue may be JSON.
        FileSyntax::Yaml if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') => {
            FileSyntax::Json
        }
        syntax => syntax,
    };
    let lines = Lines::of(text);
    if let Some(at) = text.find('\0') {
        return Err(Unreadable::new(lines.position(at), super::words::NUL).into());
    }
    let source = match syntax {
        FileSyntax::Json => super::syntax::jsonc::read(&lines, text, 0),
        FileSyntax::Toml => super::syntax::toml::read(&lines, text, 0),
        FileSyntax::Yaml => super::syntax::yaml::read(text, 0),
    }?;
    super::within_limits(&source)?;
    Ok(source)
}
