//! An imported text as it was read: its value, the place of each part of it, and what in it no server may have. It does
//! not know what the value is about.

use std::borrow::Cow;

use crate::json::{Json, Pointer};

use super::bounds::Budget;
use super::place::{Place, Spot};

/// The longest name of a member. Bytes.
pub(in crate::formats) const LONGEST_NAME: usize = 1024;

/// The most values that JSON has no value for.
pub(in crate::formats) const MOST_ODD: usize = 1_000;

/// How a text is written, as far as its places are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Syntax {
    Json,
    Toml,
    Yaml,
    /// JSON in a line of a text of commands and links.
    Line,
}

/// A text that was read.
pub(in crate::formats) struct Source {
    pub(in crate::formats) syntax: Syntax,
    pub(in crate::formats) root: Json,
    pub(in crate::formats) spots: Spot,
    /// What JSON has no value for, such as a date. A server that has one is refused.
    pub(in crate::formats) odd: Vec<(Pointer, &'static str)>,
    /// What may still be made of the text.
    pub(in crate::formats) budget: Budget,
}

impl Source {
    /// A text without odd parts, of which any number of servers may be made.
    pub(in crate::formats) fn new(syntax: Syntax, root: Json, spots: Spot) -> Self {
        Self { syntax, root, spots, odd: Vec::new(), budget: Budget::default() }
    }

    /// The value at a place.
    pub(in crate::formats) fn get(&self, pointer: &Pointer) -> Option<&Json> {
        self.root.at(pointer)
    }

    /// The place to which a pointer leads.
    pub(in crate::formats) fn place(&self, pointer: &Pointer) -> Place {
        let position = self.spots.nearest(pointer).position;
        let at = match self.syntax {
            Syntax::Json => pointer.as_str().to_owned(),
            Syntax::Line => format!("line {}", self.spots.position.line),
            Syntax::Yaml => dotted(self.way(pointer).into_iter()),
            Syntax::Toml => self.table_and_key(pointer),
        };
        Place { at, pointer: pointer.clone(), position }
    }

    /// What is wrong with a part of the value that JSON has no value for.
    pub(in crate::formats) fn odd_part(&self, pointer: &Pointer) -> Option<&(Pointer, &'static str)> {
        self.odd.iter().find(|(at, _)| at == pointer || at.is_below(pointer))
    }

    /// The steps of a pointer, each with whether it is an index of a list.
    fn way<'p>(&self, pointer: &'p Pointer) -> Vec<(Cow<'p, str>, bool)> {
        let mut value = Some(&self.root);
        let steps = pointer.steps().map(|step| {
            let is_index = matches!(value, Some(Json::Array(_)));
            value = match value {
                Some(Json::Object(object)) => object.get(&step),
                Some(Json::Array(elements)) => step.parse::<usize>().ok().and_then(|at| elements.get(at)),
                _ => None,
            };
            (step, is_index)
        });
        steps.collect()
    }

    /// A server's table has two steps; what is deeper is a key of it.
    fn table_and_key(&self, pointer: &Pointer) -> String {
        let way = self.way(pointer);
        let mut value = Some(&self.root);
        let tables = way.iter().take(2).take_while(|(step, _)| {
            value = value.and_then(Json::as_object).and_then(|object| object.get(step));
            matches!(value, Some(Json::Object(_)))
        });
        let tables = tables.count();
        let header: Vec<_> = way[..tables].iter().map(|(step, _)| key(step)).collect();
        let rest = dotted(way[tables..].iter().map(|(step, is_index)| (key(step), *is_index)));
        match (header.is_empty(), rest.is_empty()) {
            (true, _) => rest,
            (false, true) => format!("[{}]", header.join(".")),
            (false, false) => format!("[{}] {rest}", header.join(".")),
        }
    }
}

/// A key of TOML, in quotes where it needs them.
fn key(step: &str) -> Cow<'_, str> {
    let is_bare =
        !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare {
        return Cow::Borrowed(step);
    }
    let mut quoted = String::new();
    crate::json::write_string(&mut quoted, step);
    Cow::Owned(quoted)
}

fn dotted<'s>(steps: impl Iterator<Item = (Cow<'s, str>, bool)>) -> String {
    let mut text = String::new();
    for (step, is_index) in steps {
        match is_index {
            true => text.push_str(&format!("[{step}]")),
            false if text.is_empty() => text.push_str(&step),
            false => text.push_str(&format!(".{step}")),
        }
    }
    text
}
