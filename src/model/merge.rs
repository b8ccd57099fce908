//! What a write makes of a configuration: replacing it (PUT) and merging into it (RFC 7396), with masks
//! and tokens read as DESIGN §5.2 says. Pure; it does not know whether the result is valid or allowed.

use std::collections::HashSet;

use crate::json::{Json, Object, Path, Pointer, Text};
use crate::secrets::{KeyRing, Plaintext, looks_sealed};

use super::Sealing;
use super::config::{AtRest, Config, Members, Node, Secret, SecretValue, Url};
use super::findings::Findings;
use super::mask;
use super::reference::ReferenceRules;
use super::secret_binding::has_same_origin;
use super::secret_table::{LeafKind, Position};
use super::url_parts::{self, NotRestored, Restored};

/// What the reading of a sent value depends on.
pub struct Reading<'a> {
    /// What is encrypted in this document.
    pub sealing: Sealing,
    /// The keys that open tokens.
    pub ring: &'a KeyRing,
    /// Whether the caller may see secrets, and so may send any token of ours.
    pub may_reveal: bool,
    /// Which references are stored in clear.
    pub references: &'a ReferenceRules,
}

/// A sent value that can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its place.
    pub pointer: Pointer,
    /// What is wrong.
    pub kind: RefusalKind,
}

/// Why a sent value can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusalKind {
    /// A mask where nothing is stored that could be kept.
    #[error("a mask was sent, but no value is stored here that could be kept")]
    NothingToRestore,
    /// A mask with something around it, or in a form that we don't show.
    #[error(
        // On the wire: the wording stays.
        "the value looks like a mask, and what it stands for can't be told; send the secret itself, or the mask as it was shown"
    )]
    UnclearMask,
    /// A mask in an array whose other elements changed.
    #[error("a mask in an array is kept only if the array's length and its other elements are unchanged")]
    ArrayChanged,
    /// A mask that was read from another place.
    #[error("a mask was copied or moved here from another place, and its secret does not come with it")]
    Displaced,
    /// A value in the form of a token that may not be used here.
    #[error("the value has the form of an encrypted token that can't be used here; send the secret itself")]
    ForeignToken,
}

/// What a write makes of a configuration. Where there are refusals the configuration may be validated,
/// but not stored: the refused places still have what was sent.
#[derive(Debug)]
pub struct Merged {
    /// The configuration.
    pub config: Config,
    /// The sent values that can't be taken.
    pub refusals: Vec<Refusal>,
}

impl Merged {
    /// With refusals that were known before. What is refused already at their places adds nothing to them.
    #[must_use]
    pub fn with_refusals(mut self, mut earlier: Vec<Refusal>) -> Self {
        self.refusals.retain(|refusal| !earlier.iter().any(|other| other.pointer == refusal.pointer));
        earlier.append(&mut self.refusals);
        Self { refusals: earlier, ..self }
    }
}

/// The configuration that replaces the stored one. Top-level nulls are the same as absent members.
pub fn replace(body: Object, stored: Option<&Config>, reading: &Reading<'_>) -> Merged {
    let mut merging = Merging { reading, refusals: Findings::new(), restored: 0 };
    let members = body
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let kept = stored.and_then(|stored| stored.get(&name));
            let node = merging.read(value, kept, Position::ROOT.member(&name), &Path::Root.member(&name));
            (name, node)
        })
        .collect();
    merging.finish(members)
}

/// The stored configuration with a merge patch applied (RFC 7396 §2), recursively, also where a parent
/// is absent.
///
/// ```
/// use mcp_settings::json::{Json, Object, Rules, parse, to_compact};
/// use mcp_settings::model::Sealing;
/// use mcp_settings::model::config::open;
/// use mcp_settings::model::merge::{Reading, merge_patch};
/// use mcp_settings::model::reference::NO_REFERENCES;
/// use mcp_settings::projection::view;
/// use mcp_settings::secrets::{EtagKey, Exposure, KeyRing, SecretKey};
///
/// fn object(text: &str) -> Object {
///     let Ok(Json::Object(object)) = parse(text, &Rules::STORED) else { panic!("not an object: {text}") };
///     object
/// }
///
/// let keys = KeyRing::new(&[SecretKey::new("a key").unwrap()], None, &EtagKey::random());
/// let (sealing, references) = (Sealing::EverySecret, &NO_REFERENCES);
/// let reading = Reading { sealing, ring: &keys, may_reveal: false, references };
/// let stored = object(r#"{"command":"npx","args":["search"],"env":{"API_KEY":"s3cret"}}"#);
/// let stored = open(&stored, reading.sealing, reading.ring);
///
/// // A null removes a member, and a mask keeps the stored secret.
/// let patch = object(r#"{"args":null,"env":{"API_KEY":"[REDACTED]","TOKEN":"new"}}"#);
/// let merged = merge_patch(patch, &stored, &reading);
/// assert!(merged.refusals.is_empty());
/// let plaintext = view(&merged.config, Exposure::Plaintext);
/// assert_eq!(
///     to_compact(&plaintext.into()),
///     r#"{"command":"npx","env":{"API_KEY":"s3cret","TOKEN":"new"}}"#,
/// );
///
/// // A mask where nothing is stored is refused, with its place.
/// let merged = merge_patch(object(r#"{"env":{"OTHER_KEY":"[REDACTED]"}}"#), &stored, &reading);
/// assert_eq!(merged.refusals[0].pointer.as_str(), "/env/OTHER_KEY");
/// ```
pub fn merge_patch(patch: Object, stored: &Config, reading: &Reading<'_>) -> Merged {
    merge_patch_at(patch, stored, Position::ROOT, &Path::Root, reading)
}

/// The same for an object at this position, and for a patch at this place of a body.
pub fn merge_patch_at(
    patch: Object,
    stored: &Members,
    position: Position,
    path: &Path<'_>,
    reading: &Reading<'_>,
) -> Merged {
    let mut merging = Merging { reading, refusals: Findings::new(), restored: 0 };
    let merged = merging.merge_object(patch, Some(stored), position, path);
    merging.finish(merged)
}

/// What a merge patch makes where nothing is (RFC 7396 §2).
pub fn without_nulls(patch: &Object) -> Object {
    let value = |value: &Json| match value {
        Json::Object(patch) => without_nulls(patch).into(),
        other => other.clone(),
    };
    let set = patch.iter().filter(|(_, value)| !value.is_null());
    set.map(|(name, member)| (name, value(member))).collect()
}

struct Merging<'a> {
    reading: &'a Reading<'a>,
    refusals: Findings<Refusal>,
    /// How many masks have been restored.
    restored: usize,
}

impl Merging<'_> {
    fn finish(self, config: Config) -> Merged {
        Merged { config, refusals: self.refusals.into_vec() }
    }

    fn merge_object(
        &mut self,
        patch: Object,
        stored: Option<&Members>,
        position: Position,
        path: &Path<'_>,
    ) -> Members {
        let kept = |(name, node): (&str, &Node)| (name.to_owned(), node.clone().kept());
        let mut merged: Members = stored.into_iter().flat_map(Members::iter).map(kept).collect();
        let mut removed = HashSet::new();
        for (name, value) in patch {
            let (position, path) = (position.member(&name), path.member(&name));
            let own = stored.and_then(|stored| stored.get(&name));
            let node = match value {
                Json::Null => {
                    removed.insert(name);
                    continue;
                }
                Json::Object(patch) => {
                    Node::Object(self.merge_object(patch, own.and_then(Node::as_object), position, &path))
                }
                other => self.read(other, own, position, &path),
            };
            merged.insert(name, node);
        }
        merged.retain(|name| !removed.contains(name));
        merged
    }

    /// Reads a sent value that takes the place of the stored one.
    fn read(&mut self, sent: Json, stored: Option<&Node>, position: Position, path: &Path<'_>) -> Node {
        match sent {
            Json::Null => Node::Null,
            Json::Bool(value) if position.masks_booleans() => {
                self.read_scalar(SecretValue::Bool(value), stored)
            }
            Json::Bool(value) => Node::Bool(value),
            Json::Number(number) if position.masks_numbers() => {
                self.read_scalar(SecretValue::Number(number), stored)
            }
            Json::Number(number) => Node::Number(number),
            Json::String(text) => match position.string(text.as_str(), self.reading.sealing) {
                // What is stored sealed stays sealed, whatever its name says today.
                LeafKind::Plain | LeafKind::Url if self.is_once_sealed(&text, stored, position) => {
                    self.read_secret(text, stored, self.reading.sealing == Sealing::EverySecret, path)
                }
                LeafKind::Plain => Node::Text(text),
                LeafKind::Url => self.read_url(text, stored, position, path),
                LeafKind::Secret { .. } if text.as_str().is_empty() => Node::Text(text),
                LeafKind::Secret { is_sealed } => self.read_secret(text, stored, is_sealed, path),
            },
            Json::Array(elements) => self.read_array(elements, stored, position, path),
            Json::Object(object) => {
                let stored = stored.and_then(Node::as_object);
                let members = object
                    .into_iter()
                    .map(|(name, value)| {
                        let own = stored.and_then(|stored| stored.get(&name));
                        let node = self.read(value, own, position.member(&name), &path.member(&name));
                        (name, node)
                    })
                    .collect();
                Node::Object(members)
            }
        }
    }

    /// In this order: a mask, the stored plaintext, a token of ours, another token, a new secret. From a
    /// caller who may not see secrets each that is sent counts as new, be it the stored one or not: whatever is
    /// judged of the result would tell them otherwise that they have guessed it. Only what the view `named` shows
    /// them is not a guess.
    fn read_secret(&mut self, sent: Text, stored: Option<&Node>, is_sealed: bool, path: &Path<'_>) -> Node {
        let stored = match stored {
            Some(Node::Secret(secret)) => Some(secret),
            _ => None,
        };
        let may_reveal = self.reading.may_reveal;
        let sent_again = |secret: &Secret| Node::Secret(Secret { is_kept: false, ..secret.clone() });
        let kept = |secret: &Secret| Node::Secret(secret.clone()).kept();
        let is_stored = |secret: &Secret| matches!(&secret.value, SecretValue::Text(plaintext) if plaintext.expose() == sent.as_str());
        let is_shown =
            stored.is_some_and(|secret| (secret.is_shown || secret.is_reference) && is_stored(secret));
        let may_compare = may_reveal || is_shown;
        match (mask::read(sent.as_str(), Secret::behind_mask(stored), may_compare), stored) {
            (mask::Sent::Secret, _) => {}
            (mask::Sent::Mask, Some(secret)) => {
                self.restored += 1;
                return kept(secret);
            }
            (mask::Sent::Mask, None) => return self.refuse(path, RefusalKind::NothingToRestore, sent),
            (mask::Sent::Unclear, _) => return self.refuse(path, RefusalKind::UnclearMask, sent),
        }
        if let Some(secret) = stored {
            if may_compare && is_stored(secret) {
                return sent_again(secret);
            }
            // The encrypted view shows the token of this leaf; sent back, it is kept.
            let is_own_token =
                matches!(&secret.at_rest, AtRest::Sealed(token) if token.as_str() == sent.as_str());
            if is_own_token && (!may_reveal || secret.value == SecretValue::Unreadable) {
                return kept(secret);
            }
        }
        if looks_sealed(sent.as_str()) {
            // Any other token could be one of a guess.
            let opened = may_reveal.then(|| self.reading.ring.open(sent.as_str())).flatten();
            let Some(opened) = opened else {
                return self.refuse(path, RefusalKind::ForeignToken, sent);
            };
            return match stored {
                Some(secret) if secret.value == SecretValue::Text(opened.clone()) => sent_again(secret),
                _ => new_secret(opened, is_sealed),
            };
        }
        if self.reading.references.shows_in_clear(sent.as_str()) {
            let secret = Secret::found(SecretValue::Text(sent.into()), AtRest::Clear);
            return Node::Secret(Secret { is_reference: true, ..secret });
        }
        new_secret(sent.into(), is_sealed)
    }

    /// A number or Boolean in a place for secrets. Equal to the stored one it is that one, spelling included,
    /// unless that would tell a caller who may not see it.
    fn read_scalar(&self, value: SecretValue, stored: Option<&Node>) -> Node {
        let sent = Node::Secret(Secret::found(value, AtRest::Clear));
        match stored {
            Some(Node::Secret(own))
                if (self.reading.may_reveal || own.is_shown) && sent.is_same(&Node::Secret(own.clone())) =>
            {
                Node::Secret(Secret { is_kept: false, ..own.clone() })
            }
            _ => sent,
        }
    }

    /// Whether a text is read as a secret at a place that is no place for secrets: one is stored there, or the text,
    /// once stored, would be read as one that an earlier version sealed.
    fn is_once_sealed(&self, sent: &Text, stored: Option<&Node>, position: Position) -> bool {
        let is_stored = matches!(stored, Some(Node::Secret(_)));
        position.was_secret() && !sent.as_str().is_empty() && (is_stored || looks_sealed(sent.as_str()))
    }

    fn read_url(&mut self, sent: Text, stored: Option<&Node>, position: Position, path: &Path<'_>) -> Node {
        let stored = match stored {
            Some(Node::Url(url)) => Some(url.text.expose()),
            _ => None,
        };
        match url_parts::restore(sent.as_str(), stored, self.reading.may_reveal) {
            Ok(Restored { url, is_kept: true, .. })
                if !position.is_destination() && !has_same_origin(stored, Some(&url)) =>
            {
                self.refuse(path, RefusalKind::Displaced, Text::default());
                Node::Url(Url { text: sent.into(), is_kept: false, is_sent: true })
            }
            Ok(Restored { url, is_kept, is_sent }) => {
                self.restored += usize::from(is_kept);
                Node::Url(Url { text: Plaintext::new(url), is_kept, is_sent })
            }
            Err(reason) => {
                let kind = match reason {
                    NotRestored::NothingThere => RefusalKind::NothingToRestore,
                    NotRestored::Unclear => RefusalKind::UnclearMask,
                };
                self.refuse(path, kind, Text::default());
                Node::Url(Url { text: sent.into(), is_kept: false, is_sent: true })
            }
        }
    }

    fn read_array(
        &mut self,
        sent: Vec<Json>,
        stored: Option<&Node>,
        position: Position,
        path: &Path<'_>,
    ) -> Node {
        let stored: Option<&[Node]> = match stored {
            Some(Node::Array(elements)) => Some(elements),
            _ => None,
        };
        let (refused_before, restored_before) = (self.refusals.len(), self.restored);
        let has_same_length = stored.is_some_and(|stored| stored.len() == sent.len());
        let elements: Vec<Node> = sent
            .into_iter()
            .enumerate()
            .map(|(index, element)| {
                let own = stored.and_then(|stored| stored.get(index));
                let path = path.element(index);
                let restored_before = self.restored;
                let node = self.read(element, own, position.element(), &path);
                // In an array of another length an element still keeps its ciphertext, but restores no mask.
                if !has_same_length && restored_before < self.restored {
                    self.refuse(&path, RefusalKind::NothingToRestore, Text::default());
                }
                node
            })
            .collect();
        let is_unchanged = has_same_length
            && elements
                .iter()
                .zip(stored.into_iter().flatten())
                .all(|(element, own)| element.is_left(own, self.reading.may_reveal));
        let has_restored = restored_before < self.restored;
        if self.refusals.len() == refused_before && has_restored && !is_unchanged {
            self.refuse(path, RefusalKind::ArrayChanged, Text::default());
        }
        Node::Array(elements)
    }

    fn refuse(&mut self, path: &Path<'_>, kind: RefusalKind, sent: Text) -> Node {
        self.refusals.note(path, |pointer| Refusal { pointer, kind });
        new_secret(sent.into(), false)
    }
}

fn new_secret(plaintext: Plaintext, is_sealed: bool) -> Node {
    let at_rest = if is_sealed { AtRest::ToBeSealed } else { AtRest::Clear };
    Node::Secret(Secret::found(SecretValue::Text(plaintext), at_rest))
}

#[cfg(test)]
mod tests;
