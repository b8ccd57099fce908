//! Where two stored states of one server differ, as JSON Pointers: what somebody changed, for those who follow
//! the changes. It shows places, and never values.

use crate::json::{Path, Pointer};
use crate::model::Dialect;
use crate::model::config::{Config, Members, Node};
use crate::model::findings::Findings;
use crate::model::state::Level;

/// How long the pointers may be together. Bytes. Differences are kept for a while, and a writer can make long names.
const LONGEST: usize = 1 << 12;

/// How differences of secrets are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Each that differs.
    Each,
    /// All of them as soon as one differs, comes or goes.
    Together,
}

/// The pointers at which two states differ: members of the later one in its order, then those that are gone.
/// Objects are compared member by member, arrays as a whole. Too many differences become one: the whole differs.
///
/// Either state may hold guesses at the secrets of the other. With [`Secrets::Together`], the pointers say no more
/// of them than the tags do (DESIGN §4.5): whether all are right.
pub fn differing(before: &Config, after: &Config, dialect: Dialect, secrets: Secrets) -> Vec<Pointer> {
    let find = |is_secret_other| {
        let mut finder = Finder { found: Findings::new(), is_secret_other, has_secret: false };
        let levels = (Level::top(before, dialect), Level::top(after, dialect));
        finder.object((before, levels.0), (after, levels.1), &Path::Root);
        finder
    };
    let mut finder = find(false);
    if finder.has_secret && secrets == Secrets::Together {
        finder = find(true);
    }
    let is_full = finder.found.is_full();
    let found = finder.found.into_vec();
    let length: usize = found.iter().map(|pointer| pointer.as_str().len()).sum();
    if is_full || LONGEST < length { vec![Pointer::root()] } else { found }
}

struct Finder {
    found: Findings<Pointer>,
    /// Whether every secret counts as changed.
    is_secret_other: bool,
    /// Whether something differs at a secret.
    has_secret: bool,
}

impl Finder {
    fn object(&mut self, before: (&Members, Level), after: (&Members, Level), path: &Path<'_>) {
        let ((before, before_level), (after, after_level)) = (before, after);
        for (name, node) in after_level.all_said(after) {
            match (before_level.said(before, name), node) {
                (Some(Node::Object(old)), Node::Object(new)) => {
                    let (old, new) = ((old, before_level.below(name)), (new, after_level.below(name)));
                    self.object(old, new, &path.member(name));
                }
                (Some(old), new) if self.is_same(after_level, name, old, new) => {}
                (old, new) => self.note(&path.member(name), old.into_iter().chain([new])),
            }
        }
        for (name, node) in before_level.all_said(before) {
            if after_level.said(after, name).is_none() {
                self.note(&path.member(name), [node]);
            }
        }
    }

    fn is_same(&self, level: Level, name: &str, old: &Node, new: &Node) -> bool {
        level.is_same(name, old, new) && !(self.is_secret_other && has_secret(new))
    }

    fn note<'a>(&mut self, path: &Path<'_>, nodes: impl IntoIterator<Item = &'a Node>) {
        self.has_secret = self.has_secret || nodes.into_iter().any(has_secret);
        self.found.note(path, |pointer| pointer);
    }
}

fn has_secret(node: &Node) -> bool {
    match node {
        Node::Array(elements) => elements.iter().any(has_secret),
        Node::Object(members) => members.iter().any(|(_, node)| has_secret(node)),
        leaf => leaf.is_masked(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Dialect::{Closed, Open};
    use crate::model::samples::config;

    fn pointers(before: &str, after: &str, dialect: Dialect) -> Vec<String> {
        let found = differing(&config(before), &config(after), dialect, Secrets::Each);
        found.iter().map(|pointer| pointer.as_str().to_owned()).collect()
    }

    #[test]
    fn each_place_that_differs_is_reported_and_no_other() {
        let remote = r#"{"url":"https://u:p@h/?x=1","headers":{"A":"sealed s","B":"t"}}"#;
        let table: [(&str, &str, &[&str]); 14] = [
            (remote, remote, &[]),
            (remote, r#"{"headers":{"B":"t","A":"s"},"url":"https://u:p@h/?x=1"}"#, &[]),
            (remote, r#"{"url":"https://u:q@h/?x=1","headers":{"A":"s","B":"t"}}"#, &["/url"]),
            (remote, r#"{"url":"https://u:p@h/?x=1","headers":{"A":"z"}}"#, &["/headers/A", "/headers/B"]),
            (r#"{"command":"x","args":["a","b"]}"#, r#"{"command":"x","args":["a","c"]}"#, &["/args"]),
            (r#"{"command":"x","args":[]}"#, r#"{"command":"x","transport":"stdio","enabled":true}"#, &[]),
            (r#"{"command":"x"}"#, r#"{"command":"x","enabled":false}"#, &["/enabled"]),
            (r#"{"command":"x","env":{"A":"1"}}"#, r#"{"command":"x"}"#, &["/env"]),
            (r#"{"command":"x","env":{}}"#, r#"{"command":"x","env":{"A":"1"}}"#, &["/env"]),
            (r#"{"command":"x"}"#, r#"{"url":"http://h"}"#, &["/url", "/command"]),
            (r#"{"tools":{"a":{"b":1,"c":2}}}"#, r#"{"tools":{"a":{"b":1,"c":3}}}"#, &["/tools/a/c"]),
            (r#"{"a":1}"#, r#"{"a":"1"}"#, &["/a"]),
            (r#"{"a":{"b":1}}"#, r#"{"a":[1]}"#, &["/a"]),
            (r#"{"a/b":{"c~":1}}"#, r#"{"a/b":{"c~":2}}"#, &["/a~1b/c~0"]),
        ];
        for (before, after, expected) in table {
            assert_eq!(pointers(before, after, Open), expected, "{before} and {after}");
            assert_eq!(pointers(after, before, Open).len(), expected.len(), "{after} and {before}");
        }
    }

    #[test]
    fn what_a_dialect_takes_for_nothing_is_no_difference() {
        let (one, two) = (r#"{"command":"x","auth":{"a":{"b":null}}}"#, r#"{"command":"x","timeout":30}"#);
        assert_eq!(pointers(one, r#"{"command":"x"}"#, Closed), [""; 0]);
        assert_eq!(pointers(one, r#"{"command":"x"}"#, Open), ["/auth"]);
        assert_eq!(pointers(two, r#"{"command":"x","timeout":30.0}"#, Closed), [""; 0]);
        assert_eq!(pointers(two, r#"{"command":"x","timeout":30.0}"#, Open), ["/timeout"]);
    }

    #[test]
    fn too_many_are_reported_as_the_whole() {
        let many = |value: u8| {
            let members: Vec<String> = (0..101).map(|number| format!(r#""v{number}":"{value}""#)).collect();
            format!(r#"{{"command":"x","env":{{{}}}}}"#, members.join(","))
        };
        assert_eq!(pointers(&many(1), &many(2), Open), [""]);
        let long = |length: usize| format!(r#"{{"{}":1}}"#, "x".repeat(length));
        assert_eq!(pointers("{}", &long(LONGEST - 1), Open)[0].len(), LONGEST);
        assert_eq!(pointers("{}", &long(LONGEST), Open), [""]);
    }

    #[test]
    fn of_several_secrets_none_is_distinguished() {
        let stored =
            r#"{"url":"https://u:p@h/","headers":{"A":"s","B":"t"},"list":{"KEY":["k"]},"timeout":1}"#;
        let all = ["/url", "/headers/A", "/headers/B", "/list/KEY"];
        for (after, expected) in [
            (stored.replace("1}", "2}"), &["/timeout"][..]),
            (stored.replace("\"s\"", "\"x\""), &all),
            (stored.replace("u:p", "u:x"), &all),
            (stored.replace("[\"k\"]", "[\"k\",\"k\"]"), &all),
            (
                stored.replace(r#"t"},"l"#, r#"t","C":"u"},"l"#),
                &["/url", "/headers/A", "/headers/B", "/headers/C", "/list/KEY"],
            ),
            // A guess at one, right or wrong, without the others.
            (
                r#"{"headers":{"A":"s"},"timeout":1}"#.to_owned(),
                &["/headers/A", "/headers/B", "/url", "/list"],
            ),
            (
                r#"{"headers":{"A":"x"},"timeout":1}"#.to_owned(),
                &["/headers/A", "/headers/B", "/url", "/list"],
            ),
        ] {
            let found = differing(&config(stored), &config(&after), Open, Secrets::Together);
            let found: Vec<&str> = found.iter().map(|pointer| pointer.as_str()).collect();
            assert_eq!(found, expected, "{after}");
        }
    }
}
