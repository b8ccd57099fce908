//! Fernet as OpenHands uses it (OPENHANDS §4), so that tests can open and make the values of
//! a file without asking the service. It does not know where such values come from.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The key that is derived from a secret.
pub(crate) fn key(secret: &str) -> Fernet {
    Fernet::new(&URL_SAFE.encode(Sha256::digest(secret))).expect("32 bytes make a key")
}

/// The plaintext of a token; nothing where this key does not open it.
pub(crate) fn open(secret: &str, token: &str) -> Option<String> {
    // Far in the future, so that a token from a machine whose clock is ahead opens.
    let plaintext = key(secret).decrypt_at_time(token, None, u64::MAX - 60).ok()?;
    Some(String::from_utf8(plaintext).expect("secrets are UTF-8"))
}

/// A new token.
pub(crate) fn seal(secret: &str, plaintext: &str) -> String {
    key(secret).encrypt(plaintext.as_bytes())
}

/// The value with every token in it opened that this secret opens.
pub(crate) fn opened(secret: &str, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(open(secret, text).unwrap_or_else(|| text.clone())),
        Value::Array(elements) => elements.iter().map(|element| opened(secret, element)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), opened(secret, member))).collect()
        }
        other => other.clone(),
    }
}

/// Every text in the value that looks like a token.
pub(crate) fn tokens(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.starts_with("gAAAAA") => vec![text.clone()],
        Value::Array(elements) => elements.iter().flat_map(tokens).collect(),
        Value::Object(members) => members.values().flat_map(tokens).collect(),
        _ => Vec::new(),
    }
}
