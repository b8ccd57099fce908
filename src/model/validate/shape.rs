//! The shapes that members may have, each check collecting what it finds. It knows no member by name.

use std::borrow::Cow;

use crate::json::Path;
use crate::model::Dialect;
use crate::model::config::{Members, Node, Secret, SecretValue};
use crate::model::findings::Findings;
use crate::model::url_parts::{authority, has_scheme, is_ambiguous, with_scheme};

use super::Violation;

/// Collects violations.
pub(super) struct Checker {
    pub(super) dialect: Dialect,
    pub(super) may_reveal: bool,
    pub(super) violations: Findings<Violation>,
}

impl Checker {
    pub(super) fn new(dialect: Dialect, may_reveal: bool) -> Self {
        Self { dialect, may_reveal, violations: Findings::new() }
    }

    pub(super) fn refuse(&mut self, at: &Path<'_>, message: impl Into<Cow<'static, str>>) {
        self.violations.note(at, |pointer| Violation { pointer, message: message.into() });
    }

    pub(super) fn string(&mut self, at: &Path<'_>, node: &Node) {
        if !is_string(node) {
            self.refuse(at, "must be a string");
        }
    }

    pub(super) fn filled_string(&mut self, at: &Path<'_>, node: &Node) {
        match node {
            Node::Text(text) if text.as_str().is_empty() => self.refuse(at, "must not be empty"),
            Node::Url(url) if url.text.expose().is_empty() => self.refuse(at, "must not be empty"),
            other => self.string(at, other),
        }
    }

    /// A program: not blank, and without control characters, which are backslashes that JSON has read as escapes.
    pub(super) fn command(&mut self, at: &Path<'_>, node: &Node) {
        self.filled_string(at, node);
        match node {
            Node::Text(text) if !text.as_str().is_empty() && text.as_str().trim().is_empty() => {
                self.refuse(at, "must not be blank");
            }
            other => self.no_control_characters(at, other),
        }
    }

    /// A path in a file system.
    pub(super) fn path(&mut self, at: &Path<'_>, node: &Node) {
        self.string(at, node);
        self.no_control_characters(at, node);
    }

    fn no_control_characters(&mut self, at: &Path<'_>, node: &Node) {
        if matches!(node, Node::Text(text) if text.as_str().contains(|character: char| character.is_control()))
        {
            self.refuse(
                at,
                r"must hold no tabs, line breaks or other control characters; in JSON a backslash is written \\",
            );
        }
    }

    pub(super) fn url(&mut self, at: &Path<'_>, node: &Node) {
        self.filled_string(at, node);
        let Node::Url(url) = node else { return };
        let url = url.text.expose();
        if is_ambiguous(url) {
            self.refuse(at, "must hold no white space, control characters or backslashes: clients read such URLs differently");
        } else if authority(url).contains("${") {
            self.refuse(at, "must hold references in its path and its query only: elsewhere they would decide who gets the credentials");
        } else if !url.is_empty() && !has_scheme(url) {
            let message = match with_scheme(url) {
                Some(proposal) => format!("has no scheme: did you mean {proposal}").into(),
                None => Cow::Borrowed("has no scheme: it must begin with https:// or http://"),
            };
            self.refuse(at, message);
        }
    }

    /// An object of strings that become environment variables; those that were there before are not judged.
    pub(super) fn environment(&mut self, at: &Path<'_>, before: Option<&Node>, node: &Node) {
        self.string_map(at, before, node);
        let Node::Object(members) = node else { return };
        for (name, _) in new_members(before, members, self.may_reveal) {
            if member(before, name).is_none() && (name.is_empty() || name.contains(['=', '\0'])) {
                self.refuse(
                    &at.member(name),
                    "is not the name of a variable: it must not be empty or hold `=`",
                );
            }
        }
    }

    /// A string that may be secret. Upstream drops a blank one at its next save, so the closed dialect
    /// takes none.
    pub(super) fn secret(&mut self, at: &Path<'_>, node: &Node) {
        self.string(at, node);
        let is_blank = match node {
            Node::Text(text) => text.as_str().trim().is_empty(),
            Node::Secret(Secret { value: SecretValue::Text(plaintext), .. }) => {
                plaintext.expose().trim().is_empty()
            }
            _ => false,
        };
        if is_blank && self.dialect == Dialect::Closed {
            self.refuse(at, "must not be blank: remove the member instead");
        }
    }

    pub(super) fn strings(&mut self, at: &Path<'_>, node: &Node) {
        let Node::Array(elements) = node else {
            return self.refuse(at, "must be an array of strings");
        };
        // `no_nulls` has reported the nulls.
        let is_null = |element: &Node| matches!(element, Node::Null);
        for (index, element) in elements.iter().enumerate().filter(|(_, element)| !is_null(element)) {
            self.string(&at.element(index), element);
        }
    }

    /// An object of strings that may be secret; entries that were there before are not judged.
    pub(super) fn string_map(&mut self, at: &Path<'_>, before: Option<&Node>, node: &Node) {
        let Node::Object(members) = node else {
            return self.refuse(at, "must be an object of strings");
        };
        for (name, value) in new_members(before, members, self.may_reveal) {
            self.secret(&at.member(name), value);
        }
    }

    pub(super) fn object(&mut self, at: &Path<'_>, node: &Node) {
        if !matches!(node, Node::Object(_)) {
            self.refuse(at, "must be an object");
        }
    }

    pub(super) fn boolean(&mut self, at: &Path<'_>, node: &Node) {
        if !matches!(node, Node::Bool(_)) {
            self.refuse(at, "must be true or false");
        }
    }

    pub(super) fn number(&mut self, at: &Path<'_>, node: &Node) {
        if !matches!(node, Node::Number(number) if number.as_f64().is_finite()) {
            self.refuse(at, "must be a finite number");
        }
    }

    pub(super) fn duration(&mut self, at: &Path<'_>, node: &Node) {
        let is_duration =
            matches!(node, Node::Number(number) if number.as_f64().is_finite() && 0.0 <= number.as_f64());
        if !is_duration {
            self.refuse(at, "must be a finite number of at least 0");
        }
    }

    pub(super) fn one_of(&mut self, at: &Path<'_>, node: &Node, (words, message): OneOf) {
        let is_listed = matches!(node, Node::Text(text) if words.contains(&text.as_str()));
        if !is_listed {
            self.refuse(at, message);
        }
    }

    /// Inside a known member null means nothing that a reader would understand.
    pub(super) fn no_nulls(&mut self, at: &Path<'_>, before: Option<&Node>, node: &Node) {
        if before.is_some_and(|before| node.is_left(before, self.may_reveal)) {
            return;
        }
        match node {
            Node::Null => self.refuse(at, "must not be null: leave the member out instead"),
            Node::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.no_nulls(&at.element(index), None, element);
                }
            }
            Node::Object(members) => {
                for (name, value) in members.iter() {
                    self.no_nulls(&at.member(name), member(before, name), value);
                }
            }
            _ => {}
        }
    }
}

/// The words that a member can have, and the message that lists them.
pub(super) type OneOf = (&'static [&'static str], &'static str);

/// These words as [`OneOf`].
macro_rules! one_of {
    ($first:literal $(, $word:literal)*) => {
        (&[$first $(, $word)*] as &[&str], concat!("must be one of `", $first, "`" $(, ", `", $word, "`")*))
    };
}
pub(super) use one_of;

/// The members that the write does not leave as they were.
pub(super) fn new_members<'a>(
    before: Option<&'a Node>,
    members: &'a Members,
    may_reveal: bool,
) -> impl Iterator<Item = (&'a str, &'a Node)> {
    members
        .iter()
        .filter(move |(name, value)| !member(before, name).is_some_and(|own| value.is_left(own, may_reveal)))
        .filter(|(_, value)| !matches!(value, Node::Null))
}

/// A member of what was there before, if that was an object.
pub(super) fn member<'a>(before: Option<&'a Node>, name: &str) -> Option<&'a Node> {
    before.and_then(Node::as_object).and_then(|members| members.get(name))
}

fn is_string(node: &Node) -> bool {
    match node {
        Node::Text(_) | Node::Url(_) => true,
        Node::Secret(secret) => matches!(secret.value, SecretValue::Text(_) | SecretValue::Unreadable),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Array(_) | Node::Object(_) => false,
    }
}
