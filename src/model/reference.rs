//! References to values that are kept elsewhere, such as `${MCP_SECRET_X}`: how they are written, and which of them may
//! be shown in clear at the place of a secret (DESIGN §13.5). It does not know what they refer to.

mod rules;

use std::fmt;

pub use rules::{ENV_DEFAULT, NO_REFERENCES, ReferenceRules, SCHEMES};

/// What begins a reference.
const BEGIN: &str = "${";

/// What is written for a literal [`BEGIN`].
const ESCAPED: &str = "$${";

/// What begins the default of a reference to a variable.
const DEFAULT: &str = ":-";

/// The longest word of an unknown form that is repeated in an error.
const LONGEST_FORM: usize = 24;

/// A text with references in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Template<'a> {
    pieces: Vec<Piece<'a>>,
}

/// A piece of a template.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that is taken as it is. Never empty, and never beside another text.
    Text(String),
    /// What is to be replaced by a value.
    Reference(Reference<'a>),
}

/// Where a value is, and what is taken where it is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Where the value is.
    pub source: Source<'a>,
    /// What is taken where a variable is not set or empty.
    pub default: Option<&'a str>,
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// A variable of the service's environment.
    Environment {
        /// Its name.
        name: &'a str,
        /// Whether it was written with the word `env`.
        is_spelled_out: bool,
    },
    /// A file, by its absolute path.
    File(&'a str),
    /// A secret of Vault's or OpenBao's key-value store.
    Vault {
        /// The mount.
        mount: &'a str,
        /// The path below it.
        path: &'a str,
        /// Which value of the secret.
        key: &'a str,
    },
}

/// Why a text is no template. Only the word of a form is repeated: the rest may be a part of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTemplate<'a> {
    /// A reference that does not end.
    Unclosed,
    /// A reference of a known form that is not complete.
    Broken(&'static str),
    /// A reference of a form that this service does not have, by its word where that is only letters.
    Unknown(Option<&'a str>),
}

impl<'a> Template<'a> {
    /// Reads a text.
    ///
    /// ```
    /// use mcp_settings::model::reference::Template;
    ///
    /// let names = |text| {
    ///     let template = Template::parse(text).ok()?;
    ///     Some(template.references().map(|reference| reference.to_string()).collect::<Vec<_>>())
    /// };
    /// assert_eq!(names("Bearer ${env:TOKEN}").unwrap(), ["${env:TOKEN}"]);
    /// assert!(names("$5 and $${not} one").unwrap().is_empty());
    /// assert!(names("${input:token}").is_none());
    /// ```
    pub fn parse(text: &'a str) -> Result<Self, NotTemplate<'a>> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            literal.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(behind) = rest.strip_prefix(ESCAPED) {
                literal.push_str(BEGIN);
                rest = behind;
            } else if let Some(inside) = rest.strip_prefix(BEGIN) {
                let end = inside.find('}').ok_or(NotTemplate::Unclosed)?;
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Reference(Reference::parse(&inside[..end])?));
                rest = &inside[end + 1..];
            } else {
                literal.push('$');
                rest = &rest[1..];
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Ok(Self { pieces })
    }

    /// Its pieces in their order.
    pub fn pieces(&self) -> &[Piece<'a>] {
        &self.pieces
    }

    /// Its references in their order.
    pub fn references(&self) -> impl Iterator<Item = &Reference<'a>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Reference(reference) => Some(reference),
            Piece::Text(_) => None,
        })
    }
}

/// Whether a text has a reference in it, or what would be one if it were complete.
pub fn has_reference(text: &str) -> bool {
    Template::parse(text).map_or(true, |template| template.references().next().is_some())
}

impl<'a> Reference<'a> {
    fn parse(inside: &'a str) -> Result<Self, NotTemplate<'a>> {
        let (word, rest) = match inside.split_once(':') {
            None => (inside, None),
            // `NAME:-default`, where the name needs no word before it.
            Some((name, rest)) if rest.starts_with('-') => (name, Some(&rest[1..])),
            Some((word, rest)) => return Self::of_form(word, rest),
        };
        if !is_variable(word) {
            return Err(NotTemplate::Unknown(None));
        }
        let source = Source::Environment { name: word, is_spelled_out: false };
        Ok(Self { source, default: checked_default(rest)? })
    }

    fn of_form(word: &'a str, rest: &'a str) -> Result<Self, NotTemplate<'a>> {
        let source = match word {
            "env" => {
                let (name, default) = match rest.split_once(DEFAULT) {
                    Some((name, default)) => (name, Some(default)),
                    None => (rest, None),
                };
                if !is_variable(name) {
                    return Err(NotTemplate::Broken("env"));
                }
                let source = Source::Environment { name, is_spelled_out: true };
                return Ok(Self { source, default: checked_default(default)? });
            }
            // Neither of the others has a default: it would be a secret in the settings.
            "file" if is_path(rest) => Source::File(rest),
            "file" => return Err(NotTemplate::Broken("file")),
            "vault" => vault(rest).ok_or(NotTemplate::Broken("vault"))?,
            other => {
                let is_word = (1..=LONGEST_FORM).contains(&other.len())
                    && other.bytes().all(|byte| byte.is_ascii_alphabetic());
                return Err(NotTemplate::Unknown(is_word.then_some(other)));
            }
        };
        Ok(Self { source, default: None })
    }
}

/// A default holds no reference: which of the two braces ends it nobody could say.
fn checked_default<'a>(default: Option<&'a str>) -> Result<Option<&'a str>, NotTemplate<'a>> {
    match default {
        Some(text) if text.contains(BEGIN) => Err(NotTemplate::Broken("env")),
        other => Ok(other),
    }
}

/// Whether a text is the name of a variable.
pub fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// An absolute path without empty parts, `.` and `..`, so that what it begins with says where it is.
fn is_path(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(is_below) && !path.contains(DEFAULT)
}

/// A path below something else.
fn is_below(path: &str) -> bool {
    let is_part = |part: &str| !matches!(part, "" | "." | "..");
    !path.contains(BEGIN) && !path.contains(char::is_control) && path.split('/').all(is_part)
}

fn vault(text: &str) -> Option<Source<'_>> {
    let (place, key) = text.split_once('#')?;
    let (mount, path) = place.split_once('/')?;
    let is_key = !key.is_empty() && !key.contains(['#', '$']) && !key.contains(char::is_control);
    (is_key && is_below(place) && !text.contains(DEFAULT)).then_some(Source::Vault { mount, path, key })
}

/// As it is written.
impl fmt::Display for Template<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => formatter.write_str(&text.replace(BEGIN, ESCAPED)),
            Piece::Reference(reference) => reference.fmt(formatter),
        })
    }
}

/// As it is written.
impl fmt::Display for Reference<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Source::Environment { name, is_spelled_out: true } => write!(formatter, "${{env:{name}")?,
            Source::Environment { name, is_spelled_out: false } => write!(formatter, "${{{name}")?,
            Source::File(path) => write!(formatter, "${{file:{path}")?,
            Source::Vault { mount, path, key } => write!(formatter, "${{vault:{mount}/{path}#{key}")?,
        }
        if let Some(default) = self.default {
            write!(formatter, "{DEFAULT}{default}")?;
        }
        formatter.write_str("}")
    }
}

/// What it refers to, in words.
impl fmt::Display for Source<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment { name, .. } => write!(formatter, "environment variable {name}"),
            Self::File(path) => write!(formatter, "file {path}"),
            Self::Vault { mount, path, key } => write!(formatter, "Vault secret {mount}/{path}#{key}"),
        }
    }
}

/// A default may be a secret.
impl fmt::Debug for Reference<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reference").field("source", &self.source).finish_non_exhaustive()
    }
}

/// The text around references may be a secret.
impl fmt::Debug for Template<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.references()).finish()
    }
}

#[cfg(test)]
mod tests;
