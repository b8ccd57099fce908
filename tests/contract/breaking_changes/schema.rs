//! Compares two schemas: what is received must not become narrower, what is sent must not become wider.

use std::collections::BTreeSet;

use serde_json::Value;

use super::members;
use crate::document::resolve;

/// Patterns of which each text that the first allows is allowed by the second.
pub(super) const WIDENED: [(&str, &str); 1] = [
    // Names of servers may hold `+`.
    (r"^(\.*[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]*|\.{3,})$", r"^(\.*[A-Za-z0-9_@:+-][A-Za-z0-9_.@:+-]*|\.{3,})$"),
];

/// Whether a client sends what a schema describes, or receives it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Answer,
}

/// Two documents, and what was found between them.
pub(super) struct Comparison<'a> {
    pub(super) before: &'a Value,
    pub(super) after: &'a Value,
    pub(super) found: Vec<String>,
    /// Pairs of named schemas that are being compared: a schema may hold itself.
    open: Vec<(Value, Value)>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(before: &'a Value, after: &'a Value) -> Self {
        Self { before, after, found: Vec::new(), open: Vec::new() }
    }

    pub(super) fn note(&mut self, at: &str, what: &str) {
        let found = format!("{at}: {what}");
        if !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    pub(super) fn schema(&mut self, direction: Direction, at: &str, old: &Value, new: &Value) {
        let pair = (old["$ref"].clone(), new["$ref"].clone());
        let is_named = !pair.0.is_null() || !pair.1.is_null();
        if is_named && self.open.contains(&pair) {
            return;
        }
        self.open.push(pair);
        self.resolved(direction, at, resolve(self.before, old), resolve(self.after, new));
        self.open.pop();
    }

    fn resolved(&mut self, direction: Direction, at: &str, old: &Value, new: &Value) {
        self.words(direction, at, "type", types(old), types(new));
        self.words(direction, at, "value", values(old), values(new));
        self.bounds(direction, at, old, new);
        self.object(direction, at, old, new);
        for inner in ["items", "additionalProperties"] {
            if old[inner].is_object() && new[inner].is_object() {
                self.schema(
                    direction,
                    &format!("{at}/{}", if inner == "items" { "-" } else { "*" }),
                    &old[inner],
                    &new[inner],
                );
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            self.variants(direction, at, &old[keyword], &new[keyword]);
        }
    }

    /// Types or values: a request keeps those it had, an answer gets no others. `None` means any.
    fn words(
        &mut self,
        direction: Direction,
        at: &str,
        what: &str,
        old: Option<BTreeSet<String>>,
        new: Option<BTreeSet<String>>,
    ) {
        let (wide, narrow) = match direction {
            Direction::Request => (new, old),
            Direction::Answer => (old, new),
        };
        let Some(wide) = wide else { return };
        let missing: Vec<String> = match narrow {
            Some(narrow) => narrow.difference(&wide).cloned().collect(),
            None => vec!["any other".to_owned()],
        };
        for word in missing {
            match direction {
                Direction::Request => self.note(at, &format!("the {what} {word} is taken no more")),
                Direction::Answer => self.note(at, &format!("the {what} {word} is new")),
            }
        }
    }

    /// What limits numbers and texts. An answer may keep to narrower limits than before.
    fn bounds(&mut self, direction: Direction, at: &str, old: &Value, new: &Value) {
        let (wide, narrow) = match direction {
            Direction::Request => (new, old),
            Direction::Answer => (old, new),
        };
        for (keyword, is_least) in
            [("minimum", true), ("minLength", true), ("maximum", false), ("maxLength", false)]
        {
            let Some(limit) = wide[keyword].as_f64() else { continue };
            let is_kept = narrow[keyword]
                .as_f64()
                .is_some_and(|own| if is_least { limit <= own } else { own <= limit });
            if !is_kept {
                self.note(at, &format!("`{keyword}` has changed"));
            }
        }
        let is_known = |(less, more): &(&str, &str)| narrow["pattern"] == *less && wide["pattern"] == *more;
        if !wide["pattern"].is_null() && wide["pattern"] != narrow["pattern"] && !WIDENED.iter().any(is_known)
        {
            self.note(at, "`pattern` has changed");
        }
        if direction == Direction::Request && old["if"] != new["if"] {
            self.note(at, "its rules between members have changed");
        }
    }

    fn object(&mut self, direction: Direction, at: &str, old: &Value, new: &Value) {
        for (name, schema) in members(&old["properties"]) {
            let at = format!("{at}/{name}");
            match new["properties"].get(name) {
                Some(new) => self.schema(direction, &at, schema, new),
                None => self.note(&at, "is gone"),
            }
        }
        let (old_required, new_required) = (required(old), required(new));
        match direction {
            Direction::Request => {
                for name in new_required.difference(&old_required) {
                    self.note(&format!("{at}/{name}"), "is required now");
                }
                if old["additionalProperties"] != false && new["additionalProperties"] == false {
                    self.note(at, "takes no further members any more");
                }
            }
            Direction::Answer => {
                for name in old_required.difference(&new_required) {
                    self.note(&format!("{at}/{name}"), "may be missing now");
                }
            }
        }
    }

    /// The variants of a union, distinguished by their names or types.
    fn variants(&mut self, direction: Direction, at: &str, old: &Value, new: &Value) {
        let of = |union: &Value| union.as_array().cloned().unwrap_or_default();
        let (old, new) = (of(old), of(new));
        let find = |all: &[Value], one: &Value| {
            all.iter().find(|own| own["$ref"] == one["$ref"] && own["type"] == one["type"]).cloned()
        };
        for variant in &old {
            match find(&new, variant) {
                Some(other) => self.schema(direction, at, variant, &other),
                None if direction == Direction::Request && !new.is_empty() => {
                    self.note(at, &format!("the variant {variant} is taken no more"));
                }
                None => {}
            }
        }
        if direction == Direction::Answer && !old.is_empty() {
            for variant in new.iter().filter(|variant| find(&old, variant).is_none()) {
                self.note(at, &format!("the variant {variant} is new"));
            }
        }
    }
}

fn types(schema: &Value) -> Option<BTreeSet<String>> {
    match &schema["type"] {
        Value::String(word) => Some(BTreeSet::from([word.clone()])),
        Value::Array(words) => {
            Some(words.iter().filter_map(|word| Some(word.as_str()?.to_owned())).collect())
        }
        _ => None,
    }
}

fn values(schema: &Value) -> Option<BTreeSet<String>> {
    match (&schema["const"], &schema["enum"]) {
        (Value::Null, Value::Array(values)) => Some(values.iter().map(Value::to_string).collect()),
        (Value::Null, _) => None,
        (value, _) => Some(BTreeSet::from([value.to_string()])),
    }
}

fn required(schema: &Value) -> BTreeSet<&str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
