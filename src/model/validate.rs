//! Whether a configuration may be stored (DESIGN §2.1). Only what a write changes is judged, so that an odd
//! stored server can still be repaired. Pure.

mod auth;
mod headers;
mod shape;

use std::borrow::Cow;

use crate::json::{Path, Pointer};

use super::Dialect;
use super::config::{Config, Node};
use super::enablement::{self, DISABLED, ENABLED};
use super::secret_table::KNOWN_MEMBERS;
use super::state::{changed_members, touched_members};
use shape::{Checker, one_of};

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where.
    pub pointer: Pointer,
    /// What; never a value, but for a URL without its scheme and secrets.
    pub message: Cow<'static, str>,
}

/// What is said of a member that the closed dialect does not have: which it has.
const UNKNOWN_MEMBER: &str = "is not a member of a server in this document: it can have url, transport, command, args, env, cwd, description, icon, timeout, sse_read_timeout, keep_alive, headers, auth, enabled";

/// Members that only the open dialect has.
const OPEN_ONLY: [&str; 6] = ["disabled", "type", "tools", "include_tags", "exclude_tags", "authentication"];

/// What is wrong with those members of `after` that the write changes, as far as a caller with or without
/// `reveal` may learn it.
pub fn validate(
    before: Option<&Config>,
    after: &Config,
    dialect: Dialect,
    may_reveal: bool,
) -> Vec<Violation> {
    let mut checker = Checker::new(dialect, may_reveal);
    for (name, node) in touched_members(before, after, may_reveal) {
        check_member(&mut checker, name, before.and_then(|before| before.get(name)), node);
    }
    let changed = changed_members(before, after, dialect, may_reveal);
    let is_changed = |names: &[&str]| before.is_none() || names.iter().any(|name| changed.contains(name));
    check_together(&mut checker, after, is_changed);
    let mut touched = touched_members(before, after, may_reveal);
    if enablement::contradicts_itself(after) && touched.any(|(name, _)| matches!(name, ENABLED | DISABLED)) {
        checker.refuse(&Path::Root.member(DISABLED), "contradicts `enabled`: send one of them");
    }
    checker.violations.into_vec()
}

fn check_member(checker: &mut Checker, name: &str, before: Option<&Node>, after: &Node) {
    let at = Path::Root.member(name);
    let is_unknown =
        !KNOWN_MEMBERS.contains(&name) || (checker.dialect == Dialect::Closed && OPEN_ONLY.contains(&name));
    if is_unknown {
        if checker.dialect == Dialect::Closed {
            checker.refuse(&at, UNKNOWN_MEMBER);
        }
        return;
    }
    if matches!(after, Node::Null) {
        return;
    }
    checker.no_nulls(&at, before, after);
    match name {
        "command" => checker.command(&at, after),
        "url" => checker.url(&at, after),
        "cwd" => checker.path(&at, after),
        "description" | "icon" => checker.string(&at, after),
        "args" | "include_tags" | "exclude_tags" => checker.strings(&at, after),
        "env" => checker.environment(&at, before, after),
        "headers" => headers::check(checker, &at, before, after),
        "timeout" | "sse_read_timeout" => checker.duration(&at, after),
        "keep_alive" | "enabled" | "disabled" => checker.boolean(&at, after),
        "transport" => checker.one_of(&at, after, one_of!("stdio", "http", "streamable-http", "sse")),
        "type" => checker.one_of(&at, after, one_of!("stdio", "http", "streamable-http", "sse", "shttp")),
        "tools" | "authentication" => checker.object(&at, after),
        "auth" => auth::check(checker, &at, before, after),
        other => unreachable!("`{other}` is no known member"),
    }
}

/// The rules about several members at once.
fn check_together(checker: &mut Checker, after: &Config, is_changed: impl Fn(&[&str]) -> bool) {
    let is_there = |name: &str| !matches!(after.get(name), None | Some(Node::Null));
    if is_changed(&["command", "url"]) && !is_there("command") && !is_there("url") {
        checker.refuse(&Path::Root, "`command` or `url` is required");
    }
    for name in ["transport", "type"] {
        if !is_changed(&["command", "url", name]) {
            continue;
        }
        match after.text(name) {
            Some("stdio") if !is_there("command") => {
                checker.refuse(&Path::Root.member(name), "a stdio server needs `command`");
            }
            Some("http" | "streamable-http" | "sse" | "shttp") if !is_there("url") => {
                checker.refuse(&Path::Root.member(name), "a remote server needs `url`");
            }
            _ => {}
        }
    }
    let has_authorization = after
        .get("headers")
        .and_then(Node::as_object)
        .is_some_and(|headers| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")));
    if is_changed(&["auth", "headers"]) && is_there("auth") && has_authorization {
        // On the wire: the wording stays.
        checker.refuse(&Path::Root.member("auth"), "`auth` can't stand beside a header `Authorization`");
    }
}

#[cfg(test)]
mod tests;
