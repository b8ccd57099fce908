//! A written configuration in which every secret that was sent counts as new, whether it was stored before
//! or not, so that what comes next can't tell one from the other.

use super::Sealing;
use super::config::{AtRest, Config, Node, Secret, SecretValue};
use super::leaf::{LeafKind, Position};

/// Forgets of each secret that was sent how the stored one stands in the document.
pub fn renew_sent(config: &mut Config, sealing: Sealing) {
    renew_members(config, Position::ROOT, sealing);
}

fn renew_members(members: &mut Config, position: Position, sealing: Sealing) {
    for (name, node) in members.iter_mut() {
        renew_node(node, position.member(name), sealing);
    }
}

fn renew_node(node: &mut Node, position: Position, sealing: Sealing) {
    match node {
        Node::Secret(Secret { value: SecretValue::Text(text), at_rest, is_kept: false }) => {
            let is_sealed = match position.string(text.expose(), sealing) {
                LeafKind::Secret { is_sealed } => is_sealed,
                // It is a secret because an earlier version sealed it, and stays sealed.
                LeafKind::Plain | LeafKind::Url => sealing == Sealing::EverySecret,
            };
            *at_rest = if is_sealed { AtRest::ToBeSealed } else { AtRest::Clear };
        }
        Node::Array(elements) => {
            elements.iter_mut().for_each(|element| renew_node(element, position.element(), sealing));
        }
        Node::Object(members) => renew_members(members, position, sealing),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Url(_) | Node::Secret(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::merge::{Reading, merge_patch};
    use crate::model::samples::{config_in, object, ring, told};

    #[test]
    fn a_right_guess_looks_like_a_wrong_one() {
        let stored = r#"{"command":"a","env":{"A":"sealed s","B":"sealed t"},"auth":{"value":"sealed v"},"list":{"KEY":["sealed k"]}}"#;
        for sealing in [Sealing::EverySecret, Sealing::EnvAndHeaders, Sealing::Listed] {
            let reading = Reading { sealing, ring: ring(), may_reveal: false };
            let outcome = |[env, auth, key]: [&str; 3]| {
                let patch = format!(
                    r#"{{"env":{{"A":"{env}"}},"auth":{{"value":"{auth}"}},"list":{{"KEY":["{key}"]}}}}"#
                );
                let mut merged = merge_patch(object(&patch), &config_in(stored, sealing), &reading).config;
                renew_sent(&mut merged, sealing);
                told(&merged).replace(" x", " ").replace([' ', 's', 'v', 'k'], "")
            };
            assert_eq!(outcome(["s", "v", "k"]), outcome(["x", "x", "x"]), "{sealing:?}");
        }
    }

    #[test]
    fn what_is_kept_stays_what_it_is() {
        let reading = Reading { sealing: Sealing::EverySecret, ring: ring(), may_reveal: false };
        let stored = config_in(r#"{"env":{"A":"sealed s","B":"t"}}"#, Sealing::EverySecret);
        let mut merged = merge_patch(object(r#"{"env":{"B":"t"}}"#), &stored, &reading).config;
        renew_sent(&mut merged, Sealing::EverySecret);
        assert_eq!(told(&merged), r#"{"env":{"A":"kept s","B":"new t"}}"#);
    }
}
