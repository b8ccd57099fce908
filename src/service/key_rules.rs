//! When a value may be sealed, and when a key may be made (DESIGN §4, keys): a key that the document's
//! other readers don't have would cost them their secrets.

use std::sync::Arc;

use crate::json::strings;
use crate::model::config::{AtRest, Members, Node, Secret};
use crate::secrets::{KeyRing, Keys, looks_sealed};
use crate::store::{Provisioner, Snapshot};

/// The shortest Fernet token: version, time, IV, one block and HMAC, in base64.
const SHORTEST_TOKEN: usize = 100;

/// Makes the key file where DESIGN §4 allows it.
pub struct KeyProvisioner(pub Arc<Keys>);

impl Provisioner for KeyProvisioner {
    fn provision(&self, snapshot: &Snapshot) {
        provision(&self.0, may_create_key(snapshot));
    }
}

/// Takes a key that has come, and the word that it may be used; makes none.
pub(super) fn look_for_key(keys: &Keys) {
    provision(keys, false);
}

fn provision(keys: &Keys, may_create: bool) {
    if let Err(error) = keys.provision(may_create) {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(cause, "{error}");
    }
}

/// Whether a key may be made beside this state: nobody else can have one that it needs.
pub(super) fn may_create_key(snapshot: &Snapshot) -> bool {
    !snapshot.layout.has_schema_version && tokens(snapshot).next().is_none()
}

/// Whether a configuration holds a secret that is to be sealed.
pub(super) fn must_seal(members: &Members) -> bool {
    members.iter().any(|(_, node)| must_seal_node(node))
}

fn must_seal_node(node: &Node) -> bool {
    match node {
        Node::Secret(Secret { at_rest, .. }) => *at_rest == AtRest::ToBeSealed,
        Node::Array(elements) => elements.iter().any(must_seal_node),
        Node::Object(members) => must_seal(members),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Url(_) => false,
    }
}

/// Whether the document holds tokens of which no key opens any.
pub(super) fn is_wrong(ring: &KeyRing, snapshot: &Snapshot) -> bool {
    let mut has_token = false;
    for token in tokens(snapshot) {
        if ring.open(token).is_some() {
            return false;
        }
        has_token = true;
    }
    has_token
}

/// Every text of the document that has the form of an encrypted value.
fn tokens(snapshot: &Snapshot) -> impl Iterator<Item = &str> {
    let outside = snapshot.outside.tokens();
    let inside = snapshot.servers.values().flat_map(|server| strings(&server.text));
    outside.chain(inside).filter(|text| looks_sealed(text) && SHORTEST_TOKEN <= text.len())
}

#[cfg(test)]
mod tests {
    use crate::json::to_compact;
    use crate::model::samples::object;
    use crate::service::samples::{If, Site, revealer, word, writer};

    const NEW: &str = r#"{"command":"a","env":{"A":"s"}}"#;

    fn filled(document: &str) -> String {
        to_compact(&object(document).into())
    }

    #[test]
    fn a_key_is_made_only_where_no_other_reader_can_have_one() {
        for (document, expected) in [
            (None, "created"),
            (Some("{}"), "created"),
            (Some(r#"{"agent_settings":{"mcp_config":{"mcpServers":{}}}}"#), "created"),
            (Some(r#"{"agent_settings":{"schema_version":null,"mcp_config":{}}}"#), "created"),
            (Some(r#"{"agent_settings":{"schema_version":3,"mcp_config":{}}}"#), "no key"),
            (Some(r#"{"agent_settings":{"schema_version":9,"mcp_config":{}}}"#), "no key"),
            (
                Some(r#"{"agent_settings":{"llm":{"api_key":"foreign k"},"mcp_config":{"mcpServers":{}}}}"#),
                "no key",
            ),
            (Some(r#"{"other":["foreign k"]}"#), "no key"),
            (
                Some(
                    r#"{"agent_settings":{"mcp_config":{"mcpServers":{"y":{"command":"c","env":{"K":"foreign k"}}}}}}"#,
                ),
                "no key",
            ),
        ] {
            let document = document.map(filled);
            let site = Site::start(document.as_deref(), None, false);
            let outcome = site.put(NEW, If::default(), &revealer());
            assert_eq!(word(&outcome), expected, "{document:?}");
            assert_eq!(site.has_key_file(), expected == "created", "{document:?}");
            if expected == "no key" {
                assert_eq!(site.text(), document.unwrap_or_default());
            }
        }
    }

    #[test]
    fn without_a_key_what_needs_none_can_be_written() {
        let document = filled(
            r#"{"agent_settings":{"schema_version":9,"mcp_config":{"x":{"command":"a","env":{"A":"clear","B":"foreign b"}}}}}"#,
        );
        let site = Site::start(Some(&document), None, false);
        for (patch, expected) in [
            (r#"{"description":"d"}"#, "changed"),
            (r#"{"env":{"B":null}}"#, "changed"),
            (r#"{"env":{"A":"[REDACTED]"}}"#, "unchanged"),
            (r#"{"env":{"A":"clear"}}"#, "unchanged"),
            (r#"{"env":{"A":"other"}}"#, "no key"),
            (r#"{"env":{"C":"new"}}"#, "no key"),
        ] {
            assert_eq!(word(&site.patch(patch, If::default(), &revealer())), expected, "{patch}");
        }
        // Whoever may not see secrets learns nothing from the lack of a key.
        for guess in ["clear", "other"] {
            let patch = format!(r#"{{"env":{{"A":"{guess}"}}}}"#);
            assert_eq!(word(&site.patch(&patch, If::default(), &writer("w"))), "no key", "{guess}");
        }
        assert!(site.text().contains("\"clear\"") && !site.has_key_file());
    }

    #[test]
    fn a_key_that_opens_nothing_seals_nothing() {
        let servers = r#"{"x":{"command":"a","env":{"A":"foreign a"}}}"#;
        let site = Site::with(servers);
        let before = site.text();
        for (patch, expected) in [
            (r#"{"env":{"A":"new"}}"#, "wrong key"),
            (r#"{"env":{"B":"new"}}"#, "wrong key"),
            (r#"{"env":{"A":"[REDACTED]"}}"#, "unchanged"),
        ] {
            assert_eq!(word(&site.patch(patch, If::default(), &revealer())), expected, "{patch}");
            assert_eq!(site.text(), before);
        }
        assert_eq!(word(&site.patch(r#"{"icon":"i"}"#, If::default(), &revealer())), "changed");
        // One that it opens is enough, wherever it stands.
        let mended = Site::with(r#"{"x":{"command":"a","env":{"A":"foreign a"}},"y":{"note":["sealed n"]}}"#);
        assert_eq!(word(&mended.patch(r#"{"env":{"A":"new"}}"#, If::default(), &revealer())), "changed");
        // What is too short to be a token says nothing about keys.
        let short = Site::with(r#"{"x":{"command":"a","note":"gAAAAA-short"}}"#);
        assert_eq!(word(&short.patch(r#"{"env":{"A":"new"}}"#, If::default(), &revealer())), "changed");
    }
}
