//! When a value may be sealed, and when a key may be made (DESIGN §5.5): a key that the document's
//! other readers don't have would cost them their secrets.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use crate::json::strings;
use crate::model::config::{self, AtRest, Members, Node, Secret, SecretValue};
use crate::model::settings::Section;
use crate::model::{Outside, Sealing, StoredServer};
use crate::secrets::{KeyError, KeyRing, Keys, Peer, is_token, looks_sealed};
use crate::store::{Facts, Provisioner, Snapshot, Tokens};

use super::ServiceError;
use super::settings_answer::outside;

/// Makes the key file where DESIGN §5.5 allows it.
pub struct KeyProvisioner(pub Arc<Keys>);

impl Provisioner for KeyProvisioner {
    fn provision(&self, facts: &Facts<'_>) {
        provision(&self.0, BatchKeys::known(&self.0).may_be_created(facts));
    }
}

/// Takes a key that has come, and the note that it may be used; makes none.
pub(super) fn look_for_key(keys: &Keys) {
    provision(keys, false);
}

fn provision(keys: &Keys, may_create: bool) {
    match keys.provision(may_create) {
        // The caller gets the error.
        Ok(()) | Err(KeyError::Elsewhere) => {}
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(cause, "{error}");
        }
    }
}

/// The keys as they are for all decisions of a batch: the files with them, and the other processes with theirs, are
/// looked at once.
pub(super) struct BatchKeys {
    pub(super) ring: Arc<KeyRing>,
    keys: Arc<Keys>,
    strangers: OnceLock<Vec<Peer>>,
    is_elsewhere: OnceLock<bool>,
}

impl BatchKeys {
    /// The newest that there are. Blocks on a `stat` of each file.
    pub(super) fn newest(keys: &Arc<Keys>) -> Self {
        keys.refresh();
        Self::known(keys)
    }

    /// Those that are known.
    pub(super) fn known(keys: &Arc<Keys>) -> Self {
        Self::with(keys, keys.ring())
    }

    /// The same with one more, which seals and which nobody will ever have.
    pub(super) fn with_passing_key(&self) -> Self {
        Self::with(&self.keys, Arc::new(self.ring.with_passing_key()))
    }

    fn with(keys: &Arc<Keys>, ring: Arc<KeyRing>) -> Self {
        Self { ring, keys: Arc::clone(keys), strangers: OnceLock::new(), is_elsewhere: OnceLock::new() }
    }

    /// Whether a key may be made beside this state: nobody else can have one that it needs.
    pub(super) fn may_be_created(&self, facts: &Facts<'_>) -> bool {
        !facts.layout().belongs_to_openhands && self.evidence(facts) == Tokens::None
    }

    /// Why a value can't be sealed with them, if it can't.
    pub(super) fn lacking(&self, facts: &Facts<'_>) -> Option<ServiceError> {
        if !self.ring.can_seal() {
            let is_elsewhere = self.may_be_created(facts) && self.is_elsewhere();
            Some(if is_elsewhere { ServiceError::KeyElsewhere } else { ServiceError::KeyMissing })
        } else if self.evidence(facts) == Tokens::OpensNone && !self.keys.is_accepted() {
            Some(ServiceError::WrongKey)
        } else {
            self.not_shared()
        }
    }

    /// Why the newest key may not seal, where another process that runs now could not open what it seals.
    pub(super) fn not_shared(&self) -> Option<ServiceError> {
        let others = self.strangers.get_or_init(|| self.keys.strangers(&self.ring));
        (!others.is_empty()).then(|| ServiceError::KeyNotShared(others.clone()))
    }

    fn is_elsewhere(&self) -> bool {
        *self.is_elsewhere.get_or_init(|| self.keys.is_key_elsewhere())
    }

    /// What the encrypted values of the state say about these keys.
    fn evidence(&self, facts: &Facts<'_>) -> Tokens {
        facts.any_token(&self.ring, |snapshot| evidence(&self.ring, snapshot))
    }
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

/// A token that one of the keys opens counts in any place. One that none opens counts only where the
/// document's readers would open it: anybody who may write a description can write the letters of a token.
fn evidence(ring: &KeyRing, snapshot: &Snapshot) -> Tokens {
    let mut is_suspect = false;
    for token in tokens(snapshot) {
        if ring.open(token).is_some() {
            return Tokens::Opens;
        }
        is_suspect = true;
    }
    match is_suspect && holds_sealed(ring, snapshot) {
        true => Tokens::OpensNone,
        false => Tokens::None,
    }
}

/// Every text of the document that begins as an encrypted value does.
fn tokens(snapshot: &Snapshot) -> impl Iterator<Item = &str> {
    let inside = snapshot.servers.values().flat_map(|server| strings(&server.text));
    snapshot.outside.tokens().chain(inside.filter(|text| looks_sealed(text)))
}

/// Whether this layout seals a place at which there is a token that no key opens. In what can't be read every
/// place may be one.
fn holds_sealed(ring: &KeyRing, snapshot: &Snapshot) -> bool {
    let sealing = snapshot.layout.sealing;
    let in_server = |server: &Arc<StoredServer>| match &server.config {
        Ok(stored) => !unreadable_in(&config::open(stored, sealing, ring)).is_empty(),
        Err(_) => strings(&server.text).any(is_token),
    };
    0 < unreadable_outside(ring, &snapshot.outside, sealing) || snapshot.servers.values().any(in_server)
}

/// How many different tokens that no key opens are outside the servers where this layout seals. In what can't be
/// read every place may be one.
pub(super) fn unreadable_outside(ring: &KeyRing, sections: &Outside, sealing: Sealing) -> usize {
    let found: BTreeSet<String> = match outside(sections, sealing, ring) {
        Ok(settings) => {
            Section::ALL.iter().flat_map(|section| unreadable_in(settings.section(*section))).collect()
        }
        Err(_) => sections.tokens().filter(|token| ring.open(token).is_none()).map(str::to_owned).collect(),
    };
    found.len()
}

/// The tokens at sealed places that no key opens.
fn unreadable_in(members: &Members) -> Vec<String> {
    members.iter().flat_map(|(_, node)| unreadable(node)).collect()
}

fn unreadable(node: &Node) -> Vec<String> {
    match node {
        Node::Secret(Secret { value: SecretValue::Unreadable, at_rest: AtRest::Sealed(token), .. })
            if is_token(token.as_str()) =>
        {
            vec![token.as_str().to_owned()]
        }
        Node::Array(elements) => elements.iter().flat_map(unreadable).collect(),
        Node::Object(members) => unreadable_in(members),
        Node::Secret(_) | Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Url(_) => {
            Vec::new()
        }
    }
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
            (Some(r#"{"agent_settings":{"verification":{"critic_api_key":"foreign k"}}}"#), "no key"),
            // Nobody reads these as encrypted values.
            (Some(r#"{"other":["foreign k"]}"#), "created"),
            (Some(r#"{"agent_settings":{"llm":{"model":"foreign k"}}}"#), "created"),
            (
                Some(
                    r#"{"agent_settings":{"mcp_config":{"mcpServers":{"y":{"command":"c","description":"foreign k"}}}}}"#,
                ),
                "created",
            ),
            // Of a server that can't be read nobody knows.
            (Some(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"y":["foreign k"]}}}}"#), "no key"),
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
        // A caller without `reveal` learns nothing from the lack of a key.
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
        // One that it opens is enough, in any place.
        let repaired =
            Site::with(r#"{"x":{"command":"a","env":{"A":"foreign a"}},"y":{"note":["sealed n"]}}"#);
        assert_eq!(word(&repaired.patch(r#"{"env":{"A":"new"}}"#, If::default(), &revealer())), "changed");
        // What is not built as a token says nothing about keys.
        let short = Site::with(r#"{"x":{"command":"a","env":{"B":"gAAAAA-short"}}}"#);
        assert_eq!(word(&short.patch(r#"{"env":{"A":"new"}}"#, If::default(), &revealer())), "changed");
    }

    #[test]
    fn a_token_of_nobody_counts_only_where_a_reader_would_open_it() {
        for member in [
            r#""description":"foreign k""#,
            r#""icon":"foreign k""#,
            r#""args":["foreign k"]"#,
            r#""cwd":"foreign k""#,
            r#""tools":{"foreign k":{"note":"foreign k"}}"#,
            r#""note":["foreign k"]"#,
        ] {
            for (place, expected) in [(member, "changed"), (r#""env":{"K":"foreign k"}"#, "wrong key")] {
                let site = Site::with(&format!(r#"{{"x":{{"command":"a"}},"y":{{"command":"c",{place}}}}}"#));
                let outcome = site.patch(r#"{"env":{"A":"new"}}"#, If::default(), &revealer());
                assert_eq!(word(&outcome), expected, "{place}");
            }
        }
    }
}
