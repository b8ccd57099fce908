//! Secrets where nobody looks for them: in arguments, in the paths of URLs, in texts. They are guessed by name and
//! shape, reported, and never changed. A suspect says where it is and why, and repeats nothing of the value.

use crate::json::{Path, Pointer};

use super::config::{Config, Members, Node};
use super::findings::Findings;
use super::secret_shapes::{has_known_prefix, is_random_run, is_reference, is_uuid};
use super::secret_words::Name;
use super::url_parts;

/// How many characters of one argument are looked at. A script is longer than any line that people write.
pub const LONGEST: usize = 1 << 14;

/// Flags whose value is `NAME=value` or `Name: value`.
pub const PAIR_FLAGS: [&str; 7] = ["e", "env", "H", "header", "headers", "set-env", "build-arg"];

/// Flags whose value may be `user:password`.
pub const USER_FLAGS: [&str; 2] = ["u", "user"];

/// Schemes of HTTP authentication, which come before the secret.
pub const SCHEMES: [&str; 3] = ["bearer", "basic", "token"];

/// Values of flags with telling names that say of which kind the secret is, or whether there is one.
pub const KINDS: [&str; 16] = [
    "true", "false", "none", "null", "yes", "no", "on", "off", "auto", "oauth", "oauth2", "basic", "bearer",
    "token", "stdio", "header",
];

/// A value that seems to hold a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Its place in the configuration.
    pub pointer: Pointer,
    /// Why it is one.
    pub reason: Reason,
}

/// Why a value seems to hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A flag, variable or header of a telling name comes before it.
    TellingName,
    /// It begins as well-known tokens do, or is random text.
    TokenShape,
    /// A URL in it has userinfo, or a parameter of a telling name.
    UrlPart,
    /// A segment of a URL's path looks like a token.
    UrlPath,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TellingName, Self::TokenShape, Self::UrlPart, Self::UrlPath];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TellingName => "telling-name",
            Self::TokenShape => "token-shape",
            Self::UrlPart => "url-part",
            Self::UrlPath => "url-path",
        }
    }

    /// What can be done about it.
    pub fn proposal(self) -> &'static str {
        match self {
            Self::TellingName | Self::TokenShape => {
                "Give it to the server as a variable in `env`, which is encrypted and masked, if the server can read it there."
            }
            Self::UrlPart => {
                "Give the user and password, or the parameter, to the server as a variable in `env`, or as a header, which are encrypted and masked."
            }
            Self::UrlPath => {
                // On the wire: the wording stays.
                "Treat the URL like a password: its path is shown to whoever may read. Prefer a header if the server takes one."
            }
        }
    }
}

/// The values of a configuration that seem to hold a secret and are not masked.
pub fn suspects(config: &Config) -> Vec<Suspect> {
    let mut found = Findings::new();
    for_each(config, &mut |path, reason| found.note(path, |pointer| Suspect { pointer, reason }));
    found.into_vec()
}

/// What is done with the place of each value, and why it seems to hold a secret.
pub type Visit<'v> = dyn FnMut(&Path<'_>, Reason) + 'v;

/// Visits all of them, however many there are.
pub fn for_each(config: &Config, visit: &mut Visit<'_>) {
    search(config, &Path::Root, visit);
}

/// Whether a text that has no place in a configuration, such as a name, seems to be a secret or to hold one.
pub fn is_secret_like(text: &str) -> bool {
    Scan::default().text(text).is_some()
}

fn search(members: &Members, path: &Path<'_>, visit: &mut Visit<'_>) {
    for (name, node) in members.iter() {
        let path = path.member(name);
        match node {
            Node::Array(elements) if name == "args" || name == "command" => arguments(elements, &path, visit),
            Node::Text(text) if name == "command" => note(Scan::default().text(text.as_str()), &path, visit),
            other => search_in(other, &path, visit),
        }
    }
}

fn search_in(node: &Node, path: &Path<'_>, visit: &mut Visit<'_>) {
    let reason = match node {
        Node::Text(text) => prose(text.as_str()),
        Node::Url(url) => url_path(url.text.expose()),
        Node::Object(members) => return search(members, path, visit),
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                search_in(element, &path.element(index), visit);
            }
            None
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Secret(_) => None,
    };
    note(reason, path, visit);
}

fn note(reason: Option<Reason>, path: &Path<'_>, visit: &mut Visit<'_>) {
    if let Some(reason) = reason {
        visit(path, reason);
    }
}

fn arguments(elements: &[Node], path: &Path<'_>, visit: &mut Visit<'_>) {
    let mut scan = Scan::default();
    for (index, element) in elements.iter().enumerate() {
        match element {
            Node::Text(text) => note(scan.argument(text.as_str()), &path.element(index), visit),
            other => {
                scan = Scan::default();
                search_in(other, &path.element(index), visit);
            }
        }
    }
}

/// What an argument announces of the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Anything,
    /// The value of a flag of a telling name.
    Secret,
    /// `NAME=value` or `Name: value`.
    Pair,
    /// `user:password`, or an identity of the system, or a name.
    User,
}

/// Arguments, one after the other.
#[derive(Default)]
struct Scan {
    next: Next,
}

impl Scan {
    fn argument(&mut self, text: &str) -> Option<Reason> {
        let announced = std::mem::take(&mut self.next);
        let Some((flag, rest)) = flag(text) else {
            return match announced {
                Next::Secret if is_value(text) => Some(Reason::TellingName),
                Next::User if has_password(text) => Some(Reason::TellingName),
                Next::Pair | Next::Secret | Next::User | Next::Anything => self.text(text),
            };
        };
        let is_pair = PAIR_FLAGS.contains(&flag);
        match rest {
            Some(value) if is_pair => self.text(value),
            Some(value) if is_telling(flag) && is_value(value) => Some(Reason::TellingName),
            Some(value) if USER_FLAGS.contains(&flag) && has_password(value) => Some(Reason::TellingName),
            Some(value) => self.text(value),
            None if is_pair => {
                self.next = Next::Pair;
                None
            }
            None if is_telling(flag) => {
                self.next = Next::Secret;
                None
            }
            None if USER_FLAGS.contains(&flag) => {
                self.next = Next::User;
                None
            }
            // `-eNAME=value`, `-HName: value`
            None => text.strip_prefix("-e").or_else(|| text.strip_prefix("-H")).and_then(pair),
        }
    }

    /// A text that may be a pair, a URL, a token, or a command line with any of these in it.
    fn text(&mut self, text: &str) -> Option<Reason> {
        let text = text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end]);
        let found =
            pair(text).or_else(|| windows_flag(text)).or_else(|| fields(text)).or_else(|| members(text));
        if let Some(reason) = found.or_else(|| url(text)).or_else(|| token(text)) {
            return Some(reason);
        }
        let is_separator = |character: char| character.is_whitespace() || "\"'`;|&()".contains(character);
        if !text.contains(char::is_whitespace) {
            return None;
        }
        let mut words = text.split(is_separator).filter(|word| !word.is_empty());
        let mut inner = Self::default();
        while let Some(word) = words.next() {
            let found = match word.strip_suffix(':').filter(|name| is_telling(name)) {
                // `Authorization: Bearer value`
                Some(_) => {
                    let value = words.next().filter(|word| !is_scheme(word)).or_else(|| words.next());
                    value.filter(|value| is_value(value)).map(|_| Reason::TellingName)
                }
                None => inner.argument(word),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// Whether this is the name of an HTTP authentication scheme.
pub fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// A text for people, in which a name announces nothing.
fn prose(text: &str) -> Option<Reason> {
    text.split_whitespace().find_map(|word| {
        let is_url = url_parts::is_url_with_secret(word);
        is_url.then(|| url(word)).flatten().or_else(|| has_known_prefix(word).then_some(Reason::TokenShape))
    })
}

/// The name of a flag, and its value behind `=`.
fn flag(text: &str) -> Option<(&str, Option<&str>)> {
    let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-'))?;
    let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_name.then_some((name, value))
}

/// `NAME=value` and `Name: value` of a telling name.
fn pair(text: &str) -> Option<Reason> {
    let end = text.find(['=', ':'])?;
    let (name, value) = (&text[..end], &text[end + 1..]);
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    // A scheme is not a name, and neither is a drive.
    let is_scheme = text[end..].starts_with("://");
    (is_name && !is_scheme && is_telling(name) && is_value(value.trim())).then_some(Reason::TellingName)
}

/// `/name:value` of a telling name, as programs of Windows have their flags.
fn windows_flag(text: &str) -> Option<Reason> {
    text.strip_prefix('/').filter(|rest| rest.contains(':')).and_then(pair)
}

/// `name=value;name=value`, as a connection to a database is written.
fn fields(text: &str) -> Option<Reason> {
    if !text.contains(';') {
        return None;
    }
    text.split(';').find_map(|field| pair(field.trim()))
}

/// JSON with a text under a telling name. It is not parsed: a part of it, or what is nearly JSON, holds its secret too.
fn members(text: &str) -> Option<Reason> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    // What is escaped ends no text.
    let text = text.replace("\\\\", "").replace("\\\"", "");
    let parts: Vec<&str> = text.split('"').collect();
    let is_member = |part: &[&str]| part[1].trim() == ":" && is_telling(part[0]) && is_value(part[2].trim());
    parts.windows(3).any(is_member).then_some(Reason::TellingName)
}

/// `user:password`: what has letters and digits behind the colon is no group of the system.
fn has_password(text: &str) -> bool {
    text.split_once(':').is_some_and(|(_, password)| {
        is_value(password)
            && password.bytes().any(|byte| byte.is_ascii_digit())
            && password.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

/// A URL with secret parts, or with a path that looks like one.
fn url(text: &str) -> Option<Reason> {
    if url_parts::is_url_with_secret(text) {
        let has_value = url_parts::secrets(text).any(|part| !is_reference(part) && !part.contains("${"));
        return has_value.then_some(Reason::UrlPart);
    }
    text.contains("://").then(|| url_path(text)).flatten()
}

fn url_path(url: &str) -> Option<Reason> {
    let (_, rest) = url.split_once("://")?;
    let path = rest.find('/').map_or("", |slash| &rest[slash..]);
    let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
    let is_secret = |segment: &str| {
        // A commit or a digest is public.
        let is_pinned = segment.contains('@')
            || segment.bytes().all(|byte| byte.is_ascii_hexdigit()) && segment.len() == 40;
        !is_pinned && (has_known_prefix(segment) || is_uuid(segment) || is_random_run(segment))
    };
    path.split('/').any(is_secret).then_some(Reason::UrlPath)
}

fn token(text: &str) -> Option<Reason> {
    let is_digest = text.contains("sha256:") || text.contains('@');
    let is_path = text.contains(['/', '\\']) || text.contains("://");
    let is_secret =
        has_known_prefix(text) || (!is_digest && !is_path && !is_uuid(text) && is_random_run(text));
    is_secret.then_some(Reason::TokenShape)
}

/// Whether a name announces that a secret follows. One that measures, counts or says where something is does not.
pub fn is_telling(name: &str) -> bool {
    let name = Name::new(name);
    name.is_telling() && !name.is_measure() && !name.is_place()
}

/// Whether a text can be a secret: not a reference, a path, another flag, or a word for a kind.
pub fn is_value(text: &str) -> bool {
    let is_path = text.starts_with(['/', '~']) || text.starts_with("./") || text.starts_with("../");
    !text.is_empty()
        && !is_path
        && !is_reference(text)
        && !text.contains("${")
        && !text.starts_with('-')
        && !KINDS.iter().any(|kind| text.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests;
