//! Which kept secrets a write may not keep (law L7): a secret does not follow its server to a new
//! destination, and whoever can't see secrets can't move them anywhere. Pure.

use crate::json::{Path, Pointer};

use super::Dialect;
use super::config::{Config, Members, Node};
use super::findings::Findings;
use super::state::changed_members;

/// The members that a caller without `reveal` may change while secrets are kept (law L7).
const HARMLESS: [&str; 9] = [
    "description",
    "icon",
    "enabled",
    "timeout",
    "sse_read_timeout",
    "keep_alive",
    "tools",
    "include_tags",
    "exclude_tags",
];

/// The kept secrets that may not be kept, given what the write changes.
pub fn refused(before: &Config, after: &Config, dialect: Dialect, may_reveal: bool) -> Vec<Pointer> {
    let is_bound =
        moves(before, after) || (!may_reveal && changes_more_than_harmless(before, after, dialect));
    let mut found = Findings::new();
    if is_bound {
        collect_kept(after, &Path::Root, &mut found);
    }
    found.into_vec()
}

/// Whether the secrets would go elsewhere: another scheme, host or port, another command, or the other kind.
fn moves(before: &Config, after: &Config) -> bool {
    let command = |config: &Config| config.get("command").cloned().unwrap_or(Node::Null);
    before.kind() != after.kind()
        || !command(before).is_same(&command(after))
        || !has_same_origin(before.text("url"), after.text("url"))
}

fn changes_more_than_harmless(before: &Config, after: &Config, dialect: Dialect) -> bool {
    changed_members(Some(before), after, dialect, false).iter().any(|name| !HARMLESS.contains(name))
}

/// Compares scheme, host and port as clients understand them; what no client can parse must be equal.
fn has_same_origin(before: Option<&str>, after: Option<&str>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return before.is_none() && after.is_none();
    };
    let origin = |text: &str| {
        let url = url::Url::parse(text).ok()?;
        Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()))
    };
    match (origin(before), origin(after)) {
        (Some(before), Some(after)) => before == after,
        _ => before == after,
    }
}

fn collect_kept(members: &Members, path: &Path<'_>, found: &mut Findings<Pointer>) {
    for (name, node) in members.iter() {
        collect_kept_in(node, &path.member(name), found);
    }
}

fn collect_kept_in(node: &Node, path: &Path<'_>, found: &mut Findings<Pointer>) {
    match node {
        Node::Secret(secret) if secret.is_kept => found.note(path, |pointer| pointer),
        Node::Url(url) if url.is_kept => found.note(path, |pointer| pointer),
        Node::Object(members) => collect_kept(members, path, found),
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_kept_in(element, &path.element(index), found);
            }
        }
        _ => {}
    }
}
