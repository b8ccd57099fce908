//! Entity-tags (RFC 9110 §8.8.3): a keyed digest of a server's name and canonical state, so that a caller that
//! can only read can't test a guess (law L4).

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::model::SettingsKey;
use crate::secrets::EtagKey;

/// A strong entity-tag of ours, quotes included.
///
/// ```
/// use mcp_settings::model::SettingsKey;
/// use mcp_settings::projection::server_tag;
/// use mcp_settings::secrets::EtagKey;
///
/// let key = EtagKey::random();
/// let tag = |name, canonical| server_tag(&key, &SettingsKey::new(name), canonical);
/// let one = tag("search", r#"{"command":"npx"}"#);
///
/// // 128 bits in hexadecimal, between quotes.
/// assert_eq!(one.as_str().len(), 34);
/// // The tag is a function of the name and the state, under the key.
/// assert_eq!(one, tag("search", r#"{"command":"npx"}"#));
/// assert_ne!(one, tag("find", r#"{"command":"npx"}"#));
/// assert_ne!(one, tag("search", r#"{"command":"uvx"}"#));
/// assert_ne!(one, server_tag(&EtagKey::random(), &SettingsKey::new("search"), r#"{"command":"npx"}"#));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EntityTag(Arc<str>);

/// The text between the quotes of an entity-tag that a client sent.
pub type OpaqueTag = Vec<u8>;

/// The tag of a server: `HMAC-SHA256(key, name ‖ 0x00 ‖ canonical)`, its first 128 bits (DESIGN §4.2).
pub fn server_tag(key: &EtagKey, name: &SettingsKey, canonical: &str) -> EntityTag {
    EntityTag::of(key, &[name.as_str().as_bytes(), &[0], canonical.as_bytes()])
}

/// The tag of a stored server whose value can't be read as a configuration: by its text.
pub fn unreadable_server_tag(key: &EtagKey, name: &SettingsKey, text: &str) -> EntityTag {
    // The byte 1 begins no canonical form, so such a tag is no readable state's.
    EntityTag::of(key, &[name.as_str().as_bytes(), &[0, 1], &Sha256::digest(text.as_bytes())])
}

/// The tag of the collection: over every name with its server's tag, in the order of names.
pub fn collection_tag<'a>(
    key: &EtagKey,
    servers: impl Iterator<Item = (&'a SettingsKey, &'a EntityTag)>,
) -> EntityTag {
    let mut all = Sha256::new();
    for (name, tag) in servers {
        all.update((name.as_str().len() as u64).to_be_bytes());
        all.update(name.as_str().as_bytes());
        all.update(tag.0.as_bytes());
    }
    EntityTag::of(key, &[b"/", &[0, 2], &all.finalize()])
}

/// The tag of what is chosen of how a server is run: by its text.
pub fn policy_tag(key: &EtagKey, name: &SettingsKey, text: &str) -> EntityTag {
    EntityTag::of(key, &[name.as_str().as_bytes(), &[0, 3], text.as_bytes()])
}

/// The tag of a text that everyone may read, so that it needs no key.
pub fn public_tag(bytes: &[u8]) -> EntityTag {
    EntityTag::from_digest(&Sha256::digest(bytes))
}

impl EntityTag {
    fn of(key: &EtagKey, parts: &[&[u8]]) -> Self {
        Self::from_digest(&key.authenticate(parts))
    }

    fn from_digest(digest: &[u8]) -> Self {
        let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
        let mut tag = String::with_capacity(34);
        tag.push('"');
        tag.extend(digest[..16].iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
        tag.push('"');
        Self(tag.into())
    }

    /// Reads a tag of ours, quotes included.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('"')?.strip_suffix('"')?;
        let is_ours =
            digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_ours.then(|| Self(text.into()))
    }

    /// The tag as a header has it, quotes included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes between the quotes.
    pub fn opaque(&self) -> &[u8] {
        &self.0.as_bytes()[1..self.0.len() - 1]
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for EntityTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_the_collection_covers_every_name_with_its_tag() {
        let key = EtagKey::random();
        let tag = |name: &str, form: &str| server_tag(&key, &SettingsKey::new(name), form);
        let of = |servers: &[(&str, &str)]| {
            let servers: Vec<_> =
                servers.iter().map(|(name, form)| (SettingsKey::new(name), tag(name, form))).collect();
            collection_tag(&key, servers.iter().map(|(name, tag)| (name, tag)))
        };
        let tags = [
            of(&[]),
            of(&[("a", "{}")]),
            of(&[("b", "{}")]),
            of(&[("a", "{}"), ("b", "{}")]),
            of(&[("a", "{}"), ("b", "[]")]),
            tag("a", "{}"),
        ];
        for (at, one) in tags.iter().enumerate() {
            assert!(tags[..at].iter().all(|other| other != one), "{at}");
        }
        assert_eq!(of(&[("a", "{}")]), of(&[("a", "{}")]));
    }

    #[test]
    fn a_tag_is_half_of_the_digest_in_small_hex_digits() {
        let key = EtagKey::random();
        for number in 0..20_u8 {
            let digest = key.authenticate(&[&[number], b"x"]);
            let expected: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
            let tag = EntityTag::of(&key, &[&[number], b"x"]);
            assert_eq!((tag.as_str(), tag.opaque()), (&*format!("\"{expected}\""), expected.as_bytes()));
        }
    }
}
