//! The names of the variables that an export writes for secrets. No two different secrets have one name: who sets the
//! variable for one server would send its secret to another one.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::formats::MEMBERS_WITH_TEXTS;
use crate::json::Pointer;
use crate::model::SettingsKey;
use crate::model::config::{Config, Members, Node, SecretValue};
use crate::model::reference::{Source, Template, is_variable};
use crate::projection::stays;

/// The names of variables that secrets are given.
pub(super) struct Variables {
    /// Those that servers have in `env`, and those that are referred to.
    taken: HashSet<String>,
    /// Which servers write which variable of their `env` under its own name.
    own: HashSet<(SettingsKey, String)>,
    /// The secret that was given each of the others.
    given: HashMap<String, (SettingsKey, Pointer)>,
}

impl Variables {
    /// Of the servers with one name in `env` the first has it, and those with the same value; none where a reference that
    /// stays leads to a variable of this name.
    pub(super) fn of(configs: &[(&SettingsKey, Config)], keeps_references: bool) -> Self {
        let mut values: HashMap<&str, Option<&SecretValue>> = HashMap::new();
        for (_, config) in configs {
            let members = config.iter().filter(|(name, _)| MEMBERS_WITH_TEXTS.contains(name));
            members.for_each(|(_, node)| referred_to(node, keeps_references, &mut values));
        }
        let mut own = HashSet::new();
        for (server, config) in configs {
            let Some(env) = config.get("env").and_then(Node::as_object) else { continue };
            for (name, node) in env.iter() {
                let Node::Secret(secret) = node else { continue };
                let is_own = match values.entry(name) {
                    _ if stays(secret, keeps_references) => false,
                    Entry::Vacant(entry) => {
                        entry.insert(Some(&secret.value));
                        true
                    }
                    Entry::Occupied(entry) => entry.get().is_some_and(|first| is_same(first, &secret.value)),
                };
                if is_own {
                    own.insert(((*server).clone(), name.to_owned()));
                }
            }
        }
        let env = configs.iter().filter_map(|(_, config)| config.get("env")?.as_object());
        let names = env.flat_map(Members::iter).map(|(name, _)| name);
        let taken = names.chain(values.keys().copied()).map(str::to_owned).collect();
        Self { taken, own, given: HashMap::new() }
    }

    /// The name for a secret: that of its variable, or the server's and its own in upper case.
    pub(super) fn name(&mut self, server: &SettingsKey, pointer: &Pointer) -> String {
        let steps: Vec<_> = pointer.steps().collect();
        let parts = match steps.iter().map(AsRef::as_ref).collect::<Vec<&str>>()[..] {
            ["env", name] if is_variable(name) && self.own.contains(&(server.clone(), name.to_owned())) => {
                return name.to_owned();
            }
            ["auth", "value"] => vec!["authorization"],
            ["auth", "headers", name] => vec![name],
            ["env" | "headers" | "url", ref rest @ ..] => rest.to_vec(),
            ref all => all.to_vec(),
        };
        let base = upper(&[&[server.as_str()][..], &parts].concat().join("_"));
        let secret = (server.clone(), pointer.clone());
        let mut name = base.clone();
        let mut number = 1;
        while self.taken.contains(&name) || self.given.get(&name).is_some_and(|other| *other != secret) {
            number += 1;
            name = format!("{base}_{number}");
        }
        self.given.insert(name.clone(), secret);
        name
    }
}

/// Whether both are known, and the same.
fn is_same(one: &SecretValue, other: &SecretValue) -> bool {
    *one != SecretValue::Unreadable && one == other
}

/// The variables that a value refers to where it is written as it is. What they hold, nobody here knows.
fn referred_to<'c>(
    node: &'c Node,
    keeps_references: bool,
    names: &mut HashMap<&'c str, Option<&'c SecretValue>>,
) {
    let text = match node {
        Node::Text(text) => text.as_str(),
        Node::Url(url) => url.text.expose(),
        Node::Secret(secret) if stays(secret, keeps_references) => match &secret.value {
            SecretValue::Text(text) => text.expose(),
            SecretValue::Number(_) | SecretValue::Bool(_) | SecretValue::Unreadable => return,
        },
        Node::Array(elements) => {
            return elements.iter().for_each(|element| referred_to(element, keeps_references, names));
        }
        Node::Object(members) => {
            return members.iter().for_each(|(_, node)| referred_to(node, keeps_references, names));
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Secret(_) => return,
    };
    let Ok(template) = Template::parse(text) else { return };
    for reference in template.references() {
        if let Source::Environment { name, .. } = reference.source {
            names.insert(name, None);
        }
    }
}

/// A text as the name of a variable.
fn upper(text: &str) -> String {
    let letter = |character: char| match character {
        _ if character.is_ascii_alphanumeric() => character.to_ascii_uppercase(),
        _ => '_',
    };
    let name: String = text.chars().map(letter).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::config;

    #[test]
    fn different_secrets_have_different_variables_and_the_same_may_share_one() {
        let configs = [
            (
                "one",
                r#"{"command":"x","env":{"KEY":"1","PORT":80,"THREE_KEY":"t","R":"${R}"},"cwd":"/${DIR}"}"#,
            ),
            ("two", r#"{"command":"x","env":{"KEY":"1","PORT":80}}"#),
            ("three", r#"{"command":"x","env":{"KEY":"3","PORT":81,"R":"r","DIR":"d"}}"#),
            ("four", r#"{"command":"x","env":{"KEY":"foreign a","SEALED":"foreign s"}}"#),
            ("five", r#"{"command":"x","env":{"SEALED":"foreign s"}}"#),
        ];
        let names = configs.map(|(name, _)| SettingsKey::new(name));
        let configs: Vec<_> = names.iter().zip(configs.map(|(_, text)| config(text))).collect();
        let mut variables = Variables::of(&configs, true);
        let mut name = |server: usize, member: &str| {
            variables.name(&names[server], &Pointer::root().member("env").member(member))
        };
        for (server, member, expected) in [
            (0, "KEY", "KEY"),
            (1, "KEY", "KEY"),
            (2, "KEY", "THREE_KEY_2"),
            (0, "THREE_KEY", "THREE_KEY"),
            (1, "PORT", "PORT"),
            (2, "PORT", "THREE_PORT"),
            (2, "R", "THREE_R"),
            (2, "DIR", "THREE_DIR"),
            (3, "KEY", "FOUR_KEY"),
            (3, "SEALED", "SEALED"),
            (4, "SEALED", "FIVE_SEALED"),
        ] {
            assert_eq!(name(server, member), expected, "{server} {member}");
        }
    }
}
