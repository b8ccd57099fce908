//! Configurations for tests, short to write and short to read: `"sealed s"` means a token of ours with the
//! plaintext `s`, `"foreign s"` one that no key opens.

use std::sync::LazyLock;

use super::Sealing;
use super::config::{AtRest, Config, Node, Secret, SecretValue, open};
use crate::json::{Json, Object, Rules, parse, to_compact};
use crate::secrets::{EtagKey, KeyRing, Plaintext, SecretKey};

static RING: LazyLock<KeyRing> = LazyLock::new(|| ring_of("ours"));
static FOREIGN: LazyLock<KeyRing> = LazyLock::new(|| ring_of("lost"));

/// The keys of the tests.
pub(crate) fn ring() -> &'static KeyRing {
    &RING
}

/// An object, tokens put in.
pub(crate) fn object(text: &str) -> Object {
    match parse(text, &Rules::STORED).map(|value| with_tokens(&value)) {
        Ok(Json::Object(object)) => object,
        _ => panic!("no object: {text}"),
    }
}

/// A stored configuration of one of our own documents, opened.
pub(crate) fn config(text: &str) -> Config {
    config_in(text, Sealing::EverySecret)
}

/// A stored configuration, opened.
pub(crate) fn config_in(text: &str, sealing: Sealing) -> Config {
    open(&object(text), sealing, ring())
}

/// What is in a configuration and where each secret came from: `kept s`, `sent s` (the stored one sent
/// again), `new s` (to be sealed), `clear s` (new, in the clear).
pub(crate) fn plain_text(config: &Config) -> String {
    to_compact(&plain_node(&Node::Object(config.clone())))
}

fn plain_node(node: &Node) -> Json {
    match node {
        Node::Null => Json::Null,
        Node::Bool(value) => Json::Bool(*value),
        Node::Number(number) => Json::Number(number.clone()),
        Node::Text(text) => Json::String(text.clone()),
        Node::Url(url) => {
            let words = [(url.is_kept, "kept "), (url.is_sent, "sent ")];
            let words: String = words.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word).collect();
            Json::string(words + url.text.expose())
        }
        Node::Array(elements) => Json::Array(elements.iter().map(plain_node).collect()),
        Node::Object(members) => {
            members.iter().map(|(name, node)| (name, plain_node(node))).collect::<Object>().into()
        }
        Node::Secret(secret) => Json::string(format!("{} {}", origin(secret), value(secret))),
    }
}

fn origin(secret: &Secret) -> &'static str {
    match (&secret.at_rest, secret.is_kept) {
        (_, true) => "kept",
        (AtRest::Sealed(_), false) => "sent",
        (AtRest::ToBeSealed, false) => "new",
        (AtRest::Clear, false) => "clear",
    }
}

fn value(secret: &Secret) -> &str {
    match &secret.value {
        SecretValue::Text(plaintext) => plaintext.expose(),
        SecretValue::Number(number) => number.spelling(),
        SecretValue::Bool(true) => "true",
        SecretValue::Bool(false) => "false",
        SecretValue::Unreadable => "unreadable",
    }
}

fn with_tokens(value: &Json) -> Json {
    match value {
        Json::String(text) => {
            let text = text.as_str();
            let word =
                |word, ring: &KeyRing| text.strip_prefix(word).map(|text| Json::string(token(text, ring)));
            word("sealed ", &RING).or_else(|| word("foreign ", &FOREIGN)).unwrap_or_else(|| value.clone())
        }
        Json::Array(elements) => Json::Array(elements.iter().map(with_tokens).collect()),
        Json::Object(object) => {
            object.iter().map(|(name, value)| (name, with_tokens(value))).collect::<Object>().into()
        }
        scalar => scalar.clone(),
    }
}

fn token(plaintext: &str, ring: &KeyRing) -> String {
    let sealed = ring.seal(&Plaintext::new(plaintext.to_owned())).expect("the ring has a key");
    sealed.as_str().to_owned()
}

fn ring_of(secret: &str) -> KeyRing {
    KeyRing::new(&[SecretKey::new(secret).expect("it is not blank")], None, &EtagKey::random())
}
