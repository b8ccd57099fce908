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
        let may_create = !snapshot.layout.has_schema_version && tokens(snapshot).next().is_none();
        if let Err(error) = self.0.provision(may_create) {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(cause, "{error}");
        }
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
    let outside = snapshot.outside_tokens.iter().map(AsRef::as_ref);
    let inside = snapshot.servers.values().flat_map(|server| strings(&server.text));
    outside.chain(inside).filter(|text| looks_sealed(text) && SHORTEST_TOKEN <= text.len())
}
