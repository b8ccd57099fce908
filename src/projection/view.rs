//! What of a configuration is shown, by exposure (DESIGN §4, views). The one function that decides
//! whether a secret's bytes leave.

use crate::json::{Json, Object, Path, Pointer};
use crate::model::config::{AtRest, Config, Members, Node, Secret, SecretValue};
use crate::model::mask::MASK;
use crate::model::url_parts;
use crate::secrets::Exposure;

/// The view of a configuration. An unreadable secret is masked in the plaintext view too; whoever asks
/// for that view checks [`needs_reentry`] first.
pub fn view(config: &Config, exposure: Exposure) -> Object {
    config.iter().map(|(name, node)| (name, view_node(node, exposure))).collect()
}

/// Where the secrets stand that no key opens: they have to be entered again.
pub fn needs_reentry(config: &Config) -> Vec<Pointer> {
    let mut found = Vec::new();
    collect_unreadable(config, &Path::Root, &mut found);
    found
}

fn view_node(node: &Node, exposure: Exposure) -> Json {
    match node {
        Node::Null => Json::Null,
        Node::Bool(value) => Json::Bool(*value),
        Node::Number(number) => Json::Number(number.clone()),
        Node::Text(text) => Json::String(text.clone()),
        Node::Secret(secret) => view_secret(secret, exposure),
        Node::Url(url) if exposure == Exposure::Redacted => Json::string(url_parts::mask(url.text.expose())),
        Node::Url(url) => Json::string(url.text.expose()),
        Node::Array(elements) => {
            Json::Array(elements.iter().map(|element| view_node(element, exposure)).collect())
        }
        Node::Object(members) => Json::Object(view(members, exposure)),
    }
}

fn view_secret(secret: &Secret, exposure: Exposure) -> Json {
    match (exposure, &secret.at_rest, &secret.value) {
        (Exposure::Redacted, ..) | (Exposure::Plaintext, _, SecretValue::Unreadable) => Json::string(MASK),
        (Exposure::Encrypted, AtRest::Sealed(token), _) => Json::string(token.as_str()),
        (_, _, SecretValue::Text(plaintext)) => Json::string(plaintext.expose()),
        (_, _, SecretValue::Number(number)) => Json::Number(number.clone()),
        (_, _, SecretValue::Bool(value)) => Json::Bool(*value),
        (Exposure::Encrypted, _, SecretValue::Unreadable) => Json::string(MASK),
    }
}

fn collect_unreadable(members: &Members, path: &Path<'_>, found: &mut Vec<Pointer>) {
    for (name, node) in members.iter() {
        collect_unreadable_in(node, &path.member(name), found);
    }
}

fn collect_unreadable_in(node: &Node, path: &Path<'_>, found: &mut Vec<Pointer>) {
    match node {
        Node::Secret(Secret { value: SecretValue::Unreadable, .. }) => found.push(path.pointer()),
        Node::Object(members) => collect_unreadable(members, path, found),
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_unreadable_in(element, &path.element(index), found);
            }
        }
        _ => {}
    }
}
