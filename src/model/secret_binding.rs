//! Which kept secrets a write may not keep (law L7): a secret does not follow its server to a new
//! destination, and a caller without `reveal` can't move them anywhere. Pure.

use crate::json::{Path, Pointer};

use super::Dialect;
use super::config::{Config, Members, Node};
use super::findings::Findings;
use super::secret_table::EXTENSIONS;
use super::state::changed_members;
use super::url_parts::is_ambiguous;

/// The members that a caller without `reveal` may change while secrets are kept (law L7).
pub const HARMLESS: [&str; 10] = [
    "description",
    "icon",
    "enabled",
    "disabled",
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
    if is_bound { kept(after) } else { Vec::new() }
}

/// The secrets that the write at hand keeps without having sent them. What is kept for other clients is not among them:
/// the server is not given it, wherever it is.
pub fn kept(after: &Config) -> Vec<Pointer> {
    let mut found = Findings::new();
    for (name, node) in after.iter().filter(|(name, _)| *name != EXTENSIONS) {
        collect_kept_in(node, &Path::Root.member(name), &mut found);
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
pub(super) fn has_same_origin(before: Option<&str>, after: Option<&str>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return before.is_none() && after.is_none();
    };
    if is_ambiguous(before) || is_ambiguous(after) {
        return before == after;
    }
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
        // A reference holds no secret: everyone may write it towards any destination. What it reaches is decided by
        // who approves the launch (DESIGN §13.5).
        Node::Secret(secret) if secret.is_kept && !secret.is_reference => found.note(path, |pointer| pointer),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sealing;
    use crate::model::merge::{Reading, merge_patch, replace};
    use crate::model::reference::{NO_REFERENCES, ReferenceRules};
    use crate::model::samples::{config, object, ring};

    const REMOTE: &str = r#"{"url":"https://h.example/mcp","headers":{"A":"sealed s"}}"#;
    const BACKSLASH: &str = r#"{"url":"https://h.example\\mcp","headers":{"A":"sealed s"}}"#;
    const STDIO: &str = r#"{"command":"x","env":{"A":"sealed s"}}"#;
    const BOTH: &str = r#"{"command":"x","url":"https://h.example/mcp","env":{"A":"sealed s"}}"#;

    /// The pointers that a patch is refused for, joined.
    fn patched(stored: &str, patch: &str, may_reveal: bool) -> String {
        let before = config(stored);
        let reading =
            Reading { sealing: Sealing::EverySecret, ring: ring(), may_reveal, references: &NO_REFERENCES };
        let merged = merge_patch(object(patch), &before, &reading);
        assert_eq!(merged.refusals, [], "{patch}");
        joined(refused(&before, &merged.config, Dialect::Open, may_reveal))
    }

    fn joined(pointers: Vec<Pointer>) -> String {
        pointers.iter().map(Pointer::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_kept_secret_goes_to_no_other_destination() {
        let remote = "/headers/A";
        for (stored, patch, expected) in [
            (REMOTE, r#"{"url":"http://h.example/mcp"}"#, remote),
            (REMOTE, r#"{"url":"https://h.example.org/mcp"}"#, remote),
            (REMOTE, r#"{"url":"https://h.example:8443/mcp"}"#, remote),
            (REMOTE, r#"{"url":"https://h.example@evil.example/mcp"}"#, "/headers/A"),
            (REMOTE, r#"{"url":"unparseable"}"#, remote),
            (REMOTE, r#"{"url":null,"command":"x"}"#, remote),
            (REMOTE, r#"{"url":null}"#, remote),
            (REMOTE, r#"{"command":"x"}"#, remote),
            (REMOTE, r#"{"url":"https://h.example/other?x=1#f"}"#, ""),
            (REMOTE, r#"{"url":"https://h.example:443/mcp"}"#, ""),
            (REMOTE, r#"{"url":"HTTPS://H.EXAMPLE/mcp"}"#, ""),
            (REMOTE, r#"{"url":"https://u:p@h.example/mcp"}"#, ""),
            (STDIO, r#"{"command":"y"}"#, "/env/A"),
            (STDIO, r#"{"command":null,"url":"https://h.example"}"#, "/env/A"),
            (STDIO, r#"{"url":"https://h.example"}"#, "/env/A"),
            (STDIO, r#"{"args":["--other"],"cwd":"/"}"#, ""),
            (BOTH, r#"{"command":null}"#, "/env/A"),
            (BOTH, r#"{"url":"https://evil.example"}"#, "/env/A"),
            (BOTH, r#"{"url":null}"#, "/env/A"),
            (BOTH, r#"{"url":"https://h.example/other"}"#, ""),
            (r#"{"url":"weird:x","auth":"sealed s"}"#, r#"{"url":"weird:y"}"#, "/auth"),
            (r#"{"url":"weird:x","auth":"sealed s"}"#, r#"{"url":"weird:x"}"#, ""),
            // Clients differ over where these lead, so that nothing but the same text is the same place.
            (REMOTE, r#"{"url":"https://h.example\\@evil.example/mcp"}"#, remote),
            (BACKSLASH, r#"{"url":"https://h.example/mcp"}"#, remote),
            (BACKSLASH, r#"{"url":"https://h.example\\evil/mcp"}"#, remote),
            (BACKSLASH, r#"{"url":"https://h.example\\mcp"}"#, ""),
            // What no key opens is kept as well.
            (r#"{"command":"x","env":{"A":"foreign s"}}"#, r#"{"command":"y"}"#, "/env/A"),
            (r#"{"command":"x","env":{"PORT":8080}}"#, r#"{"command":"y"}"#, "/env/PORT"),
            (r#"{"command":"x","keys":[["a"],{"b":1}]}"#, r#"{"command":"y"}"#, "/keys/0/0 /keys/1/b"),
        ] {
            assert_eq!(patched(stored, patch, true), expected, "{stored} <- {patch}");
        }
    }

    #[test]
    fn a_secret_that_is_dropped_or_sent_again_is_bound_to_nothing() {
        let table = [
            (r#"{"command":"y","env":{"A":null}}"#, ""),
            (r#"{"command":"y","env":null}"#, ""),
            (r#"{"command":"y","env":{"A":"s"}}"#, ""),
            (r#"{"command":"y","env":{"A":"t"}}"#, ""),
            (r#"{"command":"y","env":{"A":"[REDACTED]"}}"#, "/env/A"),
            (r#"{"command":"y","env":{"B":"t"}}"#, "/env/A"),
        ];
        for (patch, expected) in table {
            for may_reveal in [true, false] {
                assert_eq!(patched(STDIO, patch, may_reveal), expected, "{patch} {may_reveal}");
            }
        }
    }

    #[test]
    fn a_masked_part_of_a_url_does_not_leave_its_host() {
        let stored = r#"{"url":"https://u:p@h.example/?api_key=k"}"#;
        for (patch, expected) in [
            (r#"{"url":"https://**********@evil.example/"}"#, "/url"),
            (r#"{"url":"https://evil.example/?api_key=**********"}"#, "/url"),
            (r#"{"url":"https://**********@h.example/other"}"#, ""),
            (r#"{"url":"https://u:p@evil.example/"}"#, ""),
        ] {
            assert_eq!(patched(stored, patch, true), expected, "{patch}");
        }
    }

    #[test]
    fn without_reveal_secrets_are_kept_under_harmless_changes_only() {
        let all = r#"{"command":"x","env":{"A":"sealed s"},"cwd":null,"my_token":"sealed t"}"#;
        for harmless in [
            "{}",
            r#"{"description":"d"}"#,
            r#"{"icon":"i"}"#,
            r#"{"enabled":false}"#,
            r#"{"disabled":true}"#,
            r#"{"timeout":1}"#,
            r#"{"sse_read_timeout":1}"#,
            r#"{"keep_alive":true}"#,
            r#"{"tools":{"a":{}}}"#,
            r#"{"include_tags":["a"]}"#,
            r#"{"exclude_tags":["a"]}"#,
            // No change of the state at all.
            r#"{"args":[],"headers":{},"enabled":true,"transport":"stdio","cwd":null,"command":"x"}"#,
            r#"{"env":{"A":"[REDACTED]"},"my_token":"<redacted>"}"#,
        ] {
            assert_eq!(patched(all, harmless, false), "", "{harmless}");
        }
        for other in [
            r#"{"args":["-v"]}"#,
            r#"{"cwd":"/"}"#,
            r#"{"type":"stdio"}"#,
            r#"{"transport":"sse"}"#,
            r#"{"env":{"B":"b"}}"#,
            r#"{"headers":{"B":"b"}}"#,
            r#"{"unknown":1}"#,
            r#"{"authentication":{}}"#,
            r#"{"command":"y"}"#,
        ] {
            assert_eq!(patched(all, other, false), "/env/A /my_token", "{other}");
        }
        // Nothing distinguishes a right guess from a wrong one.
        for guess in ["s", "t"] {
            let patch = format!(r#"{{"env":{{"A":"{guess}"}}}}"#);
            assert_eq!(patched(all, &patch, false), "/my_token");
        }
    }

    /// X20 of the attacks that the design was tried with: what is kept could be typed again.
    #[test]
    fn a_reference_may_go_anywhere_and_takes_no_secret_with_it() {
        let rules = ReferenceRules::default();
        let mut before = config(
            r#"{"url":"https://good.example/mcp","headers":{"Authorization":"Bearer ${MCP_SECRET_GH}","X":"${OTHER}","Y":"sealed y"}}"#,
        );
        rules.mark(&mut before);
        for may_reveal in [true, false] {
            let reading =
                Reading { sealing: Sealing::EverySecret, ring: ring(), may_reveal, references: &rules };
            let after = merge_patch(object(r#"{"url":"https://evil.example/mcp"}"#), &before, &reading);
            let refused = refused(&before, &after.config, Dialect::Open, may_reveal);
            assert_eq!(joined(refused), "/headers/X /headers/Y", "{may_reveal}");
        }
    }

    #[test]
    fn what_is_kept_for_other_clients_goes_nowhere_with_the_server_and_may_not_be_slipped_in_beside_secrets()
    {
        let stored = r#"{"command":"x","env":{"A":"sealed s"},"extensions":{"cursor":{"type":"sealed t"}}}"#;
        let moved = r#"{"command":"y","env":{"A":"s"}}"#;
        assert_eq!(patched(stored, moved, true), "");
        assert_eq!(patched(stored, moved, false), "");
        assert_eq!(patched(stored, r#"{"command":"y"}"#, true), "/env/A");
        let slipped = r#"{"extensions":{"gemini":{"httpUrl":"https://evil.example"}}}"#;
        assert_eq!(patched(stored, slipped, false), "/env/A");
        assert_eq!(patched(stored, slipped, true), "");
    }

    #[test]
    fn a_put_drops_what_it_does_not_send() {
        let before = config(r#"{"command":"x","env":{"A":"sealed s","B":"sealed t"}}"#);
        let reading = Reading {
            sealing: Sealing::EverySecret,
            ring: ring(),
            may_reveal: false,
            references: &NO_REFERENCES,
        };
        let after = replace(object(r#"{"command":"y","env":{"B":"[REDACTED]"}}"#), Some(&before), &reading);
        assert_eq!(joined(refused(&before, &after.config, Dialect::Open, false)), "/env/B");
    }
}
