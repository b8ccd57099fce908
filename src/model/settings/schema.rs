//! What a value of OpenHands' settings can be, as rules that are data, and how a changed value is held against
//! them. The agent-server refuses a whole file for one value that breaks a rule (docs/API.md, *All settings*), so
//! only what a write changes is judged: a file that is odd already can still be repaired, step by step.

pub(super) mod agent;
pub(super) mod conversation;
mod parts;
pub(super) mod texts;

use crate::json::{Number, Path};
use crate::model::Dialect;
use crate::model::config::{AtRest, Members, Node, SecretValue};
use crate::model::findings::Findings;
use crate::model::validate::{Violation, validate};

/// What a value can be.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Any,
    Boolean,
    Text,
    /// A string of these lengths, in characters.
    Length(usize, usize, &'static str),
    /// A string of one of these.
    OneOf(&'static [&'static str], &'static str),
    /// A string that this function accepts.
    Shape(fn(&str) -> bool, &'static str),
    Integer(&'static Range),
    Number(&'static Range),
    Array(&'static Rule),
    /// An array of objects no two of which have the same text under this name.
    Unique(&'static Rule, &'static str, &'static str),
    /// An object with any names and values of one kind.
    Map(&'static Rule),
    Object(&'static Model),
    Tagged(&'static Tagged),
    AnyOf(&'static [Rule], &'static str),
    OrNull(&'static Rule),
    /// A string, or an object of this rule.
    TextOr(&'static Rule),
    /// A map of MCP servers.
    Servers,
}

/// The bounds of a number.
pub(super) struct Range {
    pub(super) lowest: f64,
    pub(super) highest: f64,
    /// Whether a bound itself is outside.
    pub(super) is_open: bool,
    pub(super) message: &'static str,
}

/// An object with known members. Others are dropped by the agent-server unless the model is closed.
pub(super) struct Model {
    pub(super) members: &'static [(&'static str, Rule)],
    pub(super) required: &'static [&'static str],
    pub(super) is_closed: bool,
    /// What its members must be together: which member is wrong, and why.
    pub(super) together: Option<Together>,
}

/// A rule about several members: the one that is wrong, and why.
type Together = fn(&Members) -> Option<(&'static str, &'static str)>;

/// Objects of several kinds; a member says of which.
pub(super) struct Tagged {
    pub(super) tag: &'static str,
    /// The model of an object without the tag. Without it the tag is required.
    pub(super) default: Option<&'static Model>,
    pub(super) models: &'static [(&'static str, &'static Model)],
    pub(super) message: &'static str,
}

impl Model {
    /// A model without required members, open, each member on its own.
    pub(super) const fn of(members: &'static [(&'static str, Rule)]) -> Self {
        Self { members, required: &[], is_closed: false, together: None }
    }

    pub(super) fn rule(&self, name: &str) -> Option<&'static Rule> {
        self.members.iter().find(|(own, _)| *own == name).map(|(_, rule)| rule)
    }
}

/// Makes `Rule::OneOf` with a message that lists the values.
macro_rules! one_of {
    ($first:literal $(, $rest:literal)*) => {
        Rule::OneOf(
            &[$first $(, $rest)*],
            concat!("must be one of `", $first, "`" $(, ", `", $rest, "`")*),
        )
    };
}
pub(super) use one_of;

/// Collects what is wrong.
pub(super) struct Judge<'a> {
    pub(super) violations: &'a mut Findings<Violation>,
}

impl Judge<'_> {
    fn refuse(&mut self, at: &Path<'_>, message: &'static str) {
        self.violations.note(at, |pointer| Violation { pointer, message: message.into() });
    }

    /// Judges a value that may be what it was.
    pub(super) fn value(&mut self, rule: &Rule, before: Option<&Node>, after: &Node, at: &Path<'_>) {
        if before.is_some_and(|before| after.is_same(before)) {
            return;
        }
        match (rule, after) {
            (Rule::OrNull(_), Node::Null) => {}
            (Rule::OrNull(rule), after) => self.value(rule, before, after, at),
            (Rule::TextOr(rule), Node::Object(_)) => self.value(rule, before, after, at),
            (Rule::Any, _) => {}
            (_, Node::Null) => self.refuse(at, "must not be null"),
            (Rule::Array(rule), Node::Array(elements)) => self.elements(rule, elements, at),
            (Rule::Unique(rule, name, message), Node::Array(elements)) => {
                self.elements(rule, elements, at);
                if has_twin(elements, name) {
                    self.refuse(at, message);
                }
            }
            (Rule::Map(rule), Node::Object(members)) => {
                for (name, node) in members.iter() {
                    self.value(rule, member_of(before, name), node, &at.member(name));
                }
            }
            (Rule::Object(model), Node::Object(members)) => {
                self.members(model, before.and_then(Node::as_object), members, at)
            }
            (Rule::Tagged(tagged), Node::Object(members)) => match tagged.model(members) {
                Some(model) => {
                    // Another tag makes it another object.
                    let before = before.and_then(Node::as_object);
                    let before = before
                        .filter(|before| tagged.model(before).is_some_and(|own| std::ptr::eq(own, model)));
                    self.members(model, before, members, at);
                }
                None => self.refuse(&at.member(tagged.tag), tagged.message),
            },
            (Rule::Servers, Node::Object(servers)) => {
                for (name, node) in servers.iter() {
                    self.server(member_of(before, name), node, &at.member(name));
                }
            }
            (rule, node) => {
                if let Some(message) = rule.fault(node) {
                    self.refuse(at, message);
                }
            }
        }
    }

    /// Judges the members of an object; `before` has those that it had, where it is not new.
    pub(super) fn members(
        &mut self,
        model: &Model,
        before: Option<&Members>,
        after: &Members,
        at: &Path<'_>,
    ) {
        for (name, node) in after.iter() {
            let own = before.and_then(|before| before.get(name));
            match model.rule(name) {
                Some(rule) => self.value(rule, own, node, &at.member(name)),
                None if model.is_closed && own.is_none() => {
                    self.refuse(&at.member(name), "is not a member that can be set here");
                }
                None => {}
            }
        }
        let had = |name: &str| before.is_none_or(|before| before.get(name).is_some());
        for name in model.required.iter().filter(|name| after.get(name).is_none() && had(name)) {
            self.refuse(&at.member(name), "is required here");
        }
        let Some(together) = model.together else { return };
        match together(after) {
            Some(fault) if before.and_then(together) != Some(fault) => {
                self.refuse(&at.member(fault.0), fault.1);
            }
            _ => {}
        }
    }

    fn elements(&mut self, rule: &Rule, elements: &[Node], at: &Path<'_>) {
        for (index, element) in elements.iter().enumerate() {
            self.value(rule, None, element, &at.element(index));
        }
    }

    fn server(&mut self, before: Option<&Node>, after: &Node, at: &Path<'_>) {
        let Node::Object(server) = after else { return self.refuse(at, "must be an object") };
        let before = before.and_then(Node::as_object);
        for violation in validate(before, server, Dialect::Closed, true) {
            self.violations.note(at, |pointer| Violation {
                pointer: pointer.followed_by(&violation.pointer),
                message: violation.message,
            });
        }
    }
}

impl Rule {
    /// What is wrong with a value that is judged as a whole. A null is judged where the old value is known.
    fn fault(&self, node: &Node) -> Option<&'static str> {
        match (self, node) {
            (Self::Boolean, Node::Bool(_)) => None,
            (Self::Boolean, Node::Secret(secret)) if matches!(secret.value, SecretValue::Bool(_)) => None,
            (Self::Boolean, _) => Some("must be true or false"),
            (Self::Integer(range) | Self::Number(range), node) => {
                let is_integer = matches!(self, Self::Integer(_));
                let is_within = number(node).is_some_and(|number| range.holds(number, is_integer));
                (!is_within).then_some(range.message)
            }
            (Self::Array(_) | Self::Unique(..), _) => Some("must be an array"),
            (Self::Map(_) | Self::Object(_) | Self::Tagged(_) | Self::Servers, _) => {
                Some("must be an object")
            }
            (Self::AnyOf(rules, message), node) => {
                let accepts = |rule: &Rule| {
                    let mut violations = Findings::new();
                    Judge { violations: &mut violations }.value(rule, None, node, &Path::Root);
                    violations.is_empty()
                };
                (!rules.iter().any(accepts)).then_some(*message)
            }
            (rule, node) => match text(node) {
                None => Some("must be a string"),
                Some(text) => rule.text_fault(text),
            },
        }
    }

    fn text_fault(&self, text: &str) -> Option<&'static str> {
        let (is_right, message) = match self {
            Self::Length(shortest, longest, message) => {
                ((*shortest..=*longest).contains(&text.chars().count()), *message)
            }
            Self::OneOf(values, message) => (values.contains(&text), *message),
            Self::Shape(accepts, message) => (accepts(text), *message),
            _ => return None,
        };
        (!is_right).then_some(message)
    }
}

impl Range {
    fn holds(&self, number: &Number, is_integer: bool) -> bool {
        /// The largest float up to which each whole number is one.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let value = number.as_f64();
        let is_whole = number.is_integer() || (value.fract() == 0.0 && value.abs() <= EXACT);
        let is_within = match self.is_open {
            true => self.lowest < value && value < self.highest,
            false => self.lowest <= value && value <= self.highest,
        };
        is_within && (is_whole || !is_integer)
    }
}

impl Tagged {
    fn model(&self, members: &Members) -> Option<&'static Model> {
        match members.get(self.tag) {
            None => self.default,
            Some(node) => {
                let tag = text(node)?;
                self.models.iter().find(|(own, _)| *own == tag).map(|(_, model)| *model)
            }
        }
    }
}

/// The text of a string, be it a secret; of one that no key opens, its token's.
pub(super) fn text(node: &Node) -> Option<&str> {
    match node {
        Node::Text(text) => Some(text.as_str()),
        Node::Url(url) => Some(url.text.expose()),
        Node::Secret(secret) => match (&secret.value, &secret.at_rest) {
            (SecretValue::Text(plaintext), _) => Some(plaintext.expose()),
            (SecretValue::Unreadable, AtRest::Sealed(token)) => Some(token.as_str()),
            _ => None,
        },
        _ => None,
    }
}

fn number(node: &Node) -> Option<&Number> {
    match node {
        Node::Number(number) => Some(number),
        Node::Secret(secret) => match &secret.value {
            SecretValue::Number(number) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

fn member_of<'a>(node: Option<&'a Node>, name: &str) -> Option<&'a Node> {
    node?.as_object()?.get(name)
}

fn has_twin(elements: &[Node], name: &str) -> bool {
    let mut names: Vec<&str> =
        elements.iter().filter_map(|element| text(element.as_object()?.get(name)?)).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}
