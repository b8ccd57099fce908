//! A server's configuration with its secrets opened: the form on which every rule works.
//! It knows where each secret came from, so that an unchanged one keeps its ciphertext.

use indexmap::IndexMap;

use crate::json::{Json, Number, Object, Text};
use crate::secrets::{KeyRing, Plaintext, Sealed};

use super::mask::Stored;
use super::secret_table::{LeafKind, Position};
use super::{Kind, Sealing, url_parts};

/// One value of a configuration.
#[derive(Clone, Debug)]
pub enum Node {
    /// `null`
    Null,
    /// A Boolean that is no secret.
    Bool(bool),
    /// A number that is no secret.
    Number(Number),
    /// A string that is no secret; also an empty one where a secret could be.
    Text(Text),
    /// A secret scalar.
    Secret(Secret),
    /// A URL, secret in parts.
    Url(Url),
    /// An array.
    Array(Vec<Node>),
    /// An object, members in their order.
    Object(Members),
}

/// The members of an object of a configuration.
#[derive(Clone, Debug, Default)]
pub struct Members(IndexMap<String, Node>);

/// A whole configuration.
pub type Config = Members;

/// A secret scalar.
#[derive(Clone, Debug)]
pub struct Secret {
    /// What it is in the clear.
    pub value: SecretValue,
    /// The form that it has, or will have, in the document.
    pub at_rest: AtRest,
    /// Whether the write at hand keeps it without having sent it (masked, or absent in a patch).
    pub is_kept: bool,
    /// Whether the view `named` shows it to every caller. Sent back as it is, it is not a guess.
    pub is_shown: bool,
    /// Whether it is nothing but references to what is kept elsewhere, which every view shows to every caller
    /// (DESIGN §13.5).
    pub is_reference: bool,
}

/// What a secret is in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretValue {
    /// A string.
    Text(Plaintext),
    /// A number in a place for secrets: it keeps its type.
    Number(Number),
    /// A Boolean in a place for secrets.
    Bool(bool),
    /// Not known: no key opens it. The token is in [`AtRest::Sealed`].
    Unreadable,
}

/// The form of a secret in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtRest {
    /// In the clear, as it was found or as its layout wants it.
    Clear,
    /// Encrypted, in this token; it is written back unchanged.
    Sealed(Sealed),
    /// New: it is to be encrypted.
    ToBeSealed,
}

/// A URL that may hold secrets: userinfo and query values of telling names.
#[derive(Clone, Debug)]
pub struct Url {
    /// The whole URL.
    pub text: Plaintext,
    /// Whether the write at hand keeps a secret part of it without having sent it.
    pub is_kept: bool,
    /// Whether the write at hand sends a secret part of it in the clear.
    pub is_sent: bool,
}

/// A value can't be written: it must be encrypted and there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no key to encrypt with")]
pub struct NoKey;

/// Opens a stored configuration. A leaf that should be sealed and that no key opens becomes
/// [`SecretValue::Unreadable`]; nothing fails.
pub fn open(stored: &Object, sealing: Sealing, ring: &KeyRing) -> Config {
    open_at(stored, Position::ROOT, sealing, ring)
}

/// Opens a stored object at another position, in the same way.
pub fn open_at(object: &Object, position: Position, sealing: Sealing, ring: &KeyRing) -> Members {
    open_members(object, position, sealing, Some(ring))
}

/// Takes a configuration that is in clear, such as one of another program's file: no string of it is a token.
pub fn of_clear(object: &Object) -> Config {
    open_members(object, Position::ROOT, Sealing::EverySecret, None)
}

/// Without a key ring no string is a token.
fn open_members(object: &Object, position: Position, sealing: Sealing, ring: Option<&KeyRing>) -> Members {
    let open = |(name, value): (&str, &Json)| {
        (name.to_owned(), open_value(value, position.member(name), sealing, ring))
    };
    object.iter().map(open).collect()
}

fn open_value(value: &Json, position: Position, sealing: Sealing, ring: Option<&KeyRing>) -> Node {
    let secret = |value| Node::Secret(Secret::found(value, AtRest::Clear));
    match value {
        Json::Null => Node::Null,
        Json::Bool(value) if position.masks_booleans() => secret(SecretValue::Bool(*value)),
        Json::Bool(value) => Node::Bool(*value),
        Json::Number(number) if position.masks_numbers() => secret(SecretValue::Number(number.clone())),
        Json::Number(number) => Node::Number(number.clone()),
        Json::String(text) => match (position.string(text.as_str(), sealing), ring) {
            (_, Some(ring)) if position.was_secret() && crate::secrets::looks_sealed(text.as_str()) => {
                open_once_sealed(text, sealing, ring)
            }
            (LeafKind::Plain, _) => Node::Text(text.clone()),
            (LeafKind::Url, _) => {
                Node::Url(Url { text: text.clone().into(), is_kept: false, is_sent: false })
            }
            (LeafKind::Secret { .. }, _) if text.as_str().is_empty() => Node::Text(text.clone()),
            (LeafKind::Secret { is_sealed }, Some(ring)) => Node::Secret(open_secret(text, is_sealed, ring)),
            (LeafKind::Secret { .. }, None) => secret(SecretValue::Text(text.clone().into())),
        },
        Json::Array(elements) => Node::Array(
            elements.iter().map(|element| open_value(element, position.element(), sealing, ring)).collect(),
        ),
        Json::Object(object) => Node::Object(open_members(object, position, sealing, ring)),
    }
}

/// A leaf that this layout seals may still be in clear (OpenHands writes so without a key), and one
/// that it does not seal may be a token (older versions sealed more): both stay as they are found.
fn open_secret(text: &Text, is_sealed: bool, ring: &KeyRing) -> Secret {
    let looks_sealed = crate::secrets::looks_sealed(text.as_str());
    let token = || AtRest::Sealed(Sealed::new(text.as_str()));
    let (value, at_rest) = match looks_sealed.then(|| ring.open(text.as_str())) {
        Some(Some(plaintext)) => (SecretValue::Text(plaintext), token()),
        Some(None) if is_sealed => (SecretValue::Unreadable, token()),
        _ => (SecretValue::Text(text.clone().into()), AtRest::Clear),
    };
    Secret::found(value, at_rest)
}

/// What an earlier version took for a secret and sealed stays one, whatever its name says today. Only our own
/// documents have such leaves; elsewhere a token counts if one of our keys opens it.
fn open_once_sealed(text: &Text, sealing: Sealing, ring: &KeyRing) -> Node {
    let secret = open_secret(text, sealing == Sealing::EverySecret, ring);
    match &secret.at_rest {
        AtRest::Sealed(_) => Node::Secret(secret),
        AtRest::Clear | AtRest::ToBeSealed => Node::Text(text.clone()),
    }
}

/// The configuration as it will be stored: new secrets sealed, the others as they were found.
pub fn to_stored(config: &Config, ring: &KeyRing) -> Result<Object, NoKey> {
    config.iter().map(|(name, node)| Ok((name, node_to_stored(node, ring)?))).collect()
}

fn node_to_stored(node: &Node, ring: &KeyRing) -> Result<Json, NoKey> {
    Ok(match node {
        Node::Null => Json::Null,
        Node::Bool(value) => Json::Bool(*value),
        Node::Number(number) => Json::Number(number.clone()),
        Node::Text(text) => Json::String(text.clone()),
        Node::Url(url) => Json::string(url.text.expose()),
        Node::Array(elements) => Json::Array(
            elements.iter().map(|element| node_to_stored(element, ring)).collect::<Result<_, _>>()?,
        ),
        Node::Object(members) => Json::Object(to_stored(members, ring)?),
        Node::Secret(secret) => match (&secret.at_rest, &secret.value) {
            (AtRest::Sealed(token), _) => Json::string(token.as_str()),
            (AtRest::ToBeSealed, SecretValue::Text(plaintext)) => {
                Json::string(ring.seal(plaintext).ok_or(NoKey)?.as_str())
            }
            (_, SecretValue::Text(plaintext)) => Json::string(plaintext.expose()),
            (_, SecretValue::Number(number)) => Json::Number(number.clone()),
            (_, SecretValue::Bool(value)) => Json::Bool(*value),
            (_, SecretValue::Unreadable) => unreachable!("an unreadable secret is always a token"),
        },
    })
}

impl Members {
    /// The value of a member.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.0.get(name)
    }

    /// The members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// The members in their order, the values to be changed in their places.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.0.iter_mut().map(|(name, node)| (name.as_str(), node))
    }

    /// The values, to be changed in their places.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.0.values_mut()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a member, in its place where it exists.
    pub fn insert(&mut self, name: String, node: Node) {
        self.0.insert(name, node);
    }

    /// Keeps the members for which this holds, in their order.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&str) -> bool) {
        self.0.retain(|name, _| is_kept(name));
    }

    /// The text of a string member that is no secret, or of a URL.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Node::Text(text) => Some(text.as_str()),
            Node::Url(url) => Some(url.text.expose()),
            _ => None,
        }
    }

    /// What kind of server this configures: a command, else a URL, else neither.
    pub fn kind(&self) -> Kind {
        let is_there = |name| !matches!(self.get(name), None | Some(Node::Null));
        match (is_there("command"), is_there("url")) {
            (true, _) => Kind::Stdio,
            (false, true) => Kind::Remote,
            (false, false) => Kind::Unknown,
        }
    }
}

impl Secret {
    /// A secret as it is found in a document or in a request: not kept, and not known to every caller.
    pub fn found(value: SecretValue, at_rest: AtRest) -> Self {
        Self { value, at_rest, is_kept: false, is_shown: false, is_reference: false }
    }

    /// What a mask that is sent in the place of this secret, if there is one, can be compared with.
    pub fn behind_mask(secret: Option<&Self>) -> Stored<'_> {
        match secret.map(|secret| &secret.value) {
            None => Stored::Nothing,
            Some(SecretValue::Text(plaintext)) => Stored::Text(plaintext.expose()),
            Some(SecretValue::Number(_) | SecretValue::Bool(_) | SecretValue::Unreadable) => Stored::Opaque,
        }
    }
}

impl FromIterator<(String, Node)> for Members {
    fn from_iter<I: IntoIterator<Item = (String, Node)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Node {
    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Members> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether the redacted view shows a mask for this value, or for parts of it.
    pub fn is_masked(&self) -> bool {
        match self {
            Self::Secret(secret) => !secret.is_reference,
            Self::Url(url) => url_parts::has_secret(url.text.expose()),
            _ => false,
        }
    }

    /// Marks every secret in this value as kept by the write at hand.
    #[must_use]
    pub fn kept(mut self) -> Self {
        match &mut self {
            Self::Secret(secret) => secret.is_kept = true,
            Self::Url(url) => url.is_kept = url_parts::has_secret(url.text.expose()),
            Self::Array(elements) => {
                *elements = std::mem::take(elements).into_iter().map(Self::kept).collect()
            }
            Self::Object(members) => members.0.values_mut().for_each(|node| {
                *node = std::mem::replace(node, Self::Null).kept();
            }),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => {}
        }
        self
    }

    /// Whether the write at hand sends a secret of this value in the clear, other than one that every caller is
    /// shown. Asked of results of a write.
    pub fn has_sent_secret(&self) -> bool {
        match self {
            Self::Secret(secret) => !secret.is_kept && !secret.is_shown && !secret.is_reference,
            Self::Url(url) => url.is_sent,
            Self::Array(elements) => elements.iter().any(Self::has_sent_secret),
            Self::Object(members) => members.0.values().any(Self::has_sent_secret),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }
}
