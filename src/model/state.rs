//! When two configurations are one state (DESIGN §4.1): what says no more than its absence does, which numbers
//! are equal, and so what a write changes. The canonical form is these rules in text.

use std::borrow::Cow;

use crate::json::Number;

use super::config::{Config, Members, Node, Secret, SecretValue};
use super::{Dialect, Kind, enablement};

/// The rules for the members of one object: they depend on its place.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    dialect: Dialect,
    depth: usize,
    is_stdio: bool,
    /// Whether `disabled` says what `enabled` would.
    is_overruled: bool,
    /// Whether upstream gives the members no types, and so keeps each null and `{}` of theirs.
    is_free: bool,
}

impl Level {
    /// The rules for the members of a whole configuration.
    pub fn top(config: &Config, dialect: Dialect) -> Self {
        let is_overruled = enablement::disabled(config).is_some();
        Self { dialect, depth: 0, is_stdio: config.kind() == Kind::Stdio, is_overruled, is_free: false }
    }

    /// The rules for the members of this member's value.
    #[must_use]
    pub fn below(self, name: &str) -> Self {
        let is_free = match self.depth {
            // Of `auth.authentication`; nothing else that deep has this name.
            2 => name == "additional_client_metadata",
            // In `auth.state.tokens` and `auth.state.client_info`.
            3 => true,
            _ => false,
        };
        Self { is_free: self.is_free || is_free, ..self.in_element() }
    }

    /// The rules for the members of an array's element.
    #[must_use]
    pub fn in_element(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// Whether a member says what its absence says.
    pub fn is_nothing(self, name: &str, node: &Node) -> bool {
        (self.depth == 0 && self.is_default(name, node))
            || (self.dialect == Dialect::Closed && !self.is_free && self.below(name).is_hollow(node))
    }

    /// Whether a top-level member says what its absence says, in either dialect.
    fn is_default(self, name: &str, node: &Node) -> bool {
        match (name, node) {
            (_, Node::Null) => true,
            ("args", Node::Array(elements)) => elements.is_empty(),
            ("env" | "headers", Node::Object(members)) => members.is_empty(),
            ("enabled", Node::Bool(is_enabled)) => *is_enabled || self.is_overruled,
            ("disabled", Node::Bool(is_disabled)) => !*is_disabled,
            ("transport", Node::Text(text)) => self.is_stdio && text.as_str() == "stdio",
            _ => false,
        }
    }

    /// The member of this name, if it says more than its absence.
    pub fn said<'a>(self, members: &'a Members, name: &str) -> Option<&'a Node> {
        members.get(name).filter(|node| !self.is_nothing(name, node))
    }

    /// The members that say more than their absence.
    pub fn all_said(self, members: &Members) -> impl Iterator<Item = (&str, &Node)> {
        members.iter().filter(move |(name, node)| !self.is_nothing(name, node))
    }

    /// Whether a value says nothing, these being the rules for its members: null, or an object of nothing
    /// else. Upstream's saves leave such values out.
    pub(super) fn is_hollow(self, node: &Node) -> bool {
        match node {
            Node::Null => true,
            Node::Object(members) if self.is_free => members.is_empty(),
            Node::Object(members) => members.iter().all(|(name, node)| self.below(name).is_hollow(node)),
            _ => false,
        }
    }

    /// Whether this member's numbers count by value: upstream keeps them as floats and respells `30` as `30.0`.
    pub fn is_by_value(self, name: &str) -> bool {
        let is_float = match self.depth {
            0 => matches!(name, "timeout" | "sse_read_timeout"),
            // In `auth.state`; nothing else that deep has this name and a number.
            2 => name == "token_expires_at",
            _ => false,
        };
        is_float && self.dialect == Dialect::Closed
    }

    /// Whether both values of a member are the same state: members in any order, secrets by what they are in
    /// the clear, integers exactly and other numbers by value. A secret that no key opens equals its own
    /// token only.
    pub fn is_same(self, name: &str, one: &Node, two: &Node) -> bool {
        match (one, two) {
            (Node::Number(one), Node::Number(two)) if self.is_by_value(name) => {
                by_value(one) == by_value(two)
            }
            _ => self.below(name).is_same_value(one, two),
        }
    }

    /// The same, these being the rules for the members of both values.
    fn is_same_value(self, one: &Node, two: &Node) -> bool {
        match (one, two) {
            (Node::Null, Node::Null) => true,
            (Node::Bool(one), Node::Bool(two)) => one == two,
            (Node::Number(one), Node::Number(two)) => is_same_number(one, two),
            (Node::Text(one), Node::Text(two)) => one == two,
            (Node::Url(one), Node::Url(two)) => one.text == two.text,
            (Node::Secret(one), Node::Secret(two)) => is_same_secret(one, two),
            (Node::Array(one), Node::Array(two)) => {
                one.len() == two.len()
                    && one.iter().zip(two).all(|(one, two)| self.in_element().is_same_value(one, two))
            }
            (Node::Object(one), Node::Object(two)) => self.is_same_object(one, two),
            _ => false,
        }
    }

    fn is_same_object(self, one: &Members, two: &Members) -> bool {
        let is_in_two = |(name, node): (&str, &Node)| {
            self.said(two, name).is_some_and(|other| self.is_same(name, node, other))
        };
        self.all_said(one).count() == self.all_said(two).count() && self.all_said(one).all(is_in_two)
    }
}

/// The rules for a value in any place.
const ANYWHERE: Level =
    Level { dialect: Dialect::Open, depth: 1, is_stdio: false, is_overruled: false, is_free: false };

/// The members that a write does not leave as they were, including those that say nothing: they would be
/// stored too, so they are judged too. For a caller without `reveal` as with [`changed_members`].
pub fn touched_members<'a>(
    before: Option<&'a Config>,
    after: &'a Config,
    may_reveal: bool,
) -> impl Iterator<Item = (&'a str, &'a Node)> {
    let own = move |name: &str| before.and_then(|before| before.get(name));
    after.iter().filter(move |(name, node)| !own(name).is_some_and(|own| node.is_left(own, may_reveal)))
}

/// The names of the top-level members whose state a write changes. For a caller without `reveal`, a secret that
/// is sent in the clear is a change (see [`Node::is_left`]).
pub fn changed_members<'a>(
    before: Option<&'a Config>,
    after: &'a Config,
    dialect: Dialect,
    may_reveal: bool,
) -> Vec<&'a str> {
    let (old, new) = (before.map(|before| Level::top(before, dialect)), Level::top(after, dialect));
    let own = |name: &str| old?.said(before?, name);
    let is_gone = |name: &str| new.said(after, name).is_none();
    let is_left = |name: &str, node: &Node| {
        own(name).is_some_and(|own| new.is_same(name, own, node)) && (may_reveal || !node.has_sent_secret())
    };
    let names = before.into_iter().flat_map(Members::iter).map(|(name, _)| name);
    let removed = names.filter(|name| own(name).is_some() && is_gone(name));
    let set = after.iter().filter(|(name, node)| !is_gone(name) && !is_left(name, node));
    removed.chain(set.map(|(name, _)| name)).collect()
}

impl Members {
    /// Whether both are the same state, as with [`Node::is_same`].
    pub fn is_same(&self, other: &Self) -> bool {
        ANYWHERE.is_same_object(self, other)
    }
}

impl Node {
    /// Whether a write leaves this value as it was. For a caller who may not see secrets, sending one
    /// counts as a change even if it is the stored one: else what is refused would confirm a guess.
    pub fn is_left(&self, before: &Self, may_reveal: bool) -> bool {
        self.is_same(before) && (may_reveal || !self.has_sent_secret())
    }

    /// Whether both are the same state: members in any order, secrets by what they are in the clear,
    /// integers exactly and other numbers by value. A secret that no key opens equals its own token only.
    pub fn is_same(&self, other: &Self) -> bool {
        ANYWHERE.is_same_value(self, other)
    }
}

/// The text that distinguishes a number from others: integers (no point, no exponent) exactly, others by
/// their value.
pub fn exactly(number: &Number) -> Cow<'_, str> {
    match number.spelling() {
        "-0" => Cow::Borrowed("0"),
        spelling if number.is_integer() => Cow::Borrowed(spelling),
        _ => by_value(number),
    }
}

/// The text of the nearest double. A number that no double holds keeps its spelling, so that two such stay
/// two states.
pub fn by_value(number: &Number) -> Cow<'_, str> {
    let value = number.as_f64();
    let significand = number.spelling().split(['e', 'E']).next().unwrap_or_default();
    let is_lost = !value.is_finite()
        || (value == 0.0 && significand.contains(|character| matches!(character, '1'..='9')));
    match value {
        _ if is_lost => Cow::Borrowed(number.spelling()),
        0.0 => Cow::Borrowed("0.0"),
        _ => Cow::Owned(format!("{value:?}")),
    }
}

/// Whether two numbers are the same state.
pub fn is_same_number(one: &Number, two: &Number) -> bool {
    one == two || exactly(one) == exactly(two)
}

fn is_same_secret(one: &Secret, two: &Secret) -> bool {
    match (&one.value, &two.value) {
        (SecretValue::Unreadable, SecretValue::Unreadable) => one.at_rest == two.at_rest,
        (SecretValue::Number(one), SecretValue::Number(two)) => is_same_number(one, two),
        (one, two) => one == two,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::config;

    #[test]
    fn the_members_whose_state_differs_are_reported_and_no_others() {
        use Dialect::{Closed, Open};
        const URL: &str = r#"{"url":"https://u:p@h/?x=1","headers":{"A":"sealed s","B":"t"}}"#;
        let everywhere = |names: &'static [&'static str]| [(Open, names), (Closed, names)];
        for (one, two, expected) in [
            (URL, r#"{"headers":{"B":"t","A":"s"},"url":"https://u:p@h/?x=1"}"#, everywhere(&[])),
            (URL, r#"{"url":"https://u:p@h/?x=2","headers":{"A":"s","B":"t"}}"#, everywhere(&["url"])),
            (URL, r#"{"url":"https://u:p@h/?x=1","headers":{"A":"s"}}"#, everywhere(&["headers"])),
            (r#"{"tools":{"a":{"x":1},"b":2}}"#, r#"{"tools":{"b":2,"a":{"x":1}}}"#, everywhere(&[])),
            (r#"{"tools":{"a":{"x":1},"b":2}}"#, r#"{"tools":{"b":2,"a":{"x":2}}}"#, everywhere(&["tools"])),
            (
                r#"{"auth":{"strategy":"none","a":1,"b":null}}"#,
                r#"{"auth":{"strategy":"none","a":null,"b":1}}"#,
                everywhere(&["auth"]),
            ),
            (
                r#"{"auth":{"strategy":"none","a":1,"b":null}}"#,
                r#"{"auth":{"strategy":"none","a":1}}"#,
                [(Open, &["auth"]), (Closed, &[])],
            ),
            (r#"{"command":"x","args":[],"transport":"stdio"}"#, r#"{"command":"x"}"#, everywhere(&[])),
            (r#"{"disabled":false}"#, "{}", everywhere(&[])),
            (r#"{"disabled":false,"enabled":false}"#, "{}", everywhere(&[])),
            (r#"{"disabled":true,"enabled":true}"#, r#"{"disabled":true}"#, everywhere(&[])),
            (r#"{"disabled":true,"enabled":false}"#, r#"{"disabled":true}"#, everywhere(&[])),
            (r#"{"disabled":true}"#, "{}", everywhere(&["disabled"])),
        ] {
            for (dialect, expected) in expected {
                for (one, two) in [(one, two), (two, one)] {
                    let names = changed_members(Some(&config(one)), &config(two), dialect, true).join(" ");
                    assert_eq!(names, expected.join(" "), "{one} and {two}, {dialect:?}");
                }
            }
        }
    }
}
