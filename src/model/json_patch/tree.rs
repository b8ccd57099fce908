//! The redacted view of a configuration as a tree whose masks know their leaf. A mask that has left its place
//! is found when the tree becomes a configuration again.

use indexmap::IndexMap;

use crate::json::{Json, Object, Path, Text};

use super::super::config::{Members, Node};
use super::super::findings::Findings;
use super::super::merge::{Refusal, RefusalKind};

/// A value of the view. Its masks refer to the configuration that is shown.
#[derive(Clone)]
pub(super) enum Tree<'a> {
    /// Neither mask nor container.
    Scalar(Json),
    /// The mask of a secret, or a URL with masked parts.
    Masked { text: Text, leaf: &'a Node },
    /// An array.
    Array(Vec<Tree<'a>>),
    /// An object, members in their order.
    Object(IndexMap<String, Tree<'a>>),
}

/// Why an operation does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MisfitKind {
    /// Nothing is at the place.
    #[error("nothing is at this place")]
    NothingThere,
    /// An array does not reach so far.
    #[error("the array has no element of this index")]
    OutOfRange,
    /// A name where an array needs an index.
    #[error("an array is there, and the name is no index")]
    NoIndex,
    /// A place in a value that has none.
    #[error("the value around this place is no object and no array")]
    NoContainer,
    /// A test of something that is otherwise.
    #[error("the value at this place, masked as it is shown, is another one")]
    TestFailed,
    /// A value moved into itself.
    #[error("a value can't be moved into itself")]
    IntoItself,
}

/// How large a value is.
#[derive(Clone, Copy)]
pub(super) struct Size {
    /// About how long it is when written. Bytes.
    pub(super) length: usize,
    /// How many containers are nested.
    pub(super) depth: usize,
}

impl<'a> Tree<'a> {
    /// The view of an object of a configuration, or an object that shows none.
    pub(super) fn of_view(shown: Object, stored: Option<&'a Members>) -> Self {
        let member = |(name, value): (String, Json)| {
            let tree = Self::shown(value, stored.and_then(|stored| stored.get(&name)));
            (name, tree)
        };
        Self::Object(shown.into_iter().map(member).collect())
    }

    /// A value that a patch sends. A mask in it is a text that is read as in any other body.
    pub(super) fn sent(value: Json) -> Self {
        Self::shown(value, None)
    }

    fn shown(value: Json, leaf: Option<&'a Node>) -> Self {
        match (value, leaf) {
            (Json::Array(elements), Some(Node::Array(leaves))) => {
                let element = |(element, leaf)| Self::shown(element, Some(leaf));
                Self::Array(elements.into_iter().zip(leaves).map(element).collect())
            }
            (Json::Array(elements), _) => Self::Array(elements.into_iter().map(Self::sent).collect()),
            (Json::Object(object), leaf) => Self::of_view(object, leaf.and_then(Node::as_object)),
            (Json::String(text), Some(leaf)) if leaf.is_masked() => Self::Masked { text, leaf },
            (scalar, _) => Self::Scalar(scalar),
        }
    }

    /// The value of a member, or an element.
    pub(super) fn child(&mut self, name: &str) -> Result<&mut Self, MisfitKind> {
        match self {
            Self::Object(members) => members.get_mut(name).ok_or(MisfitKind::NothingThere),
            Self::Array(elements) => {
                let index = index(name)?;
                elements.get_mut(index).ok_or(MisfitKind::OutOfRange)
            }
            Self::Scalar(_) | Self::Masked { .. } => Err(MisfitKind::NoContainer),
        }
    }

    /// Sets a member, or puts an element before the one of this index.
    pub(super) fn insert(&mut self, name: &str, value: Self) -> Result<(), MisfitKind> {
        match self {
            Self::Object(members) => {
                members.insert(name.to_owned(), value);
            }
            Self::Array(elements) => {
                let at = if name == "-" { elements.len() } else { index(name)? };
                if elements.len() < at {
                    return Err(MisfitKind::OutOfRange);
                }
                elements.insert(at, value);
            }
            Self::Scalar(_) | Self::Masked { .. } => return Err(MisfitKind::NoContainer),
        }
        Ok(())
    }

    /// Takes a member or an element out.
    pub(super) fn remove(&mut self, name: &str) -> Result<Self, MisfitKind> {
        match self {
            Self::Object(members) => members.shift_remove(name).ok_or(MisfitKind::NothingThere),
            Self::Array(elements) => match index(name)? {
                index if index < elements.len() => Ok(elements.remove(index)),
                _ => Err(MisfitKind::OutOfRange),
            },
            Self::Scalar(_) | Self::Masked { .. } => Err(MisfitKind::NoContainer),
        }
    }

    /// Whether this is what was sent, as RFC 6902 §4.6 compares. What is behind a mask does not count.
    pub(super) fn equals(&self, sent: &Json) -> bool {
        match (self, sent) {
            (Self::Scalar(Json::Number(own)), Json::Number(sent)) => own.has_value_of(sent),
            (Self::Scalar(own), sent) => own == sent,
            (Self::Masked { text, .. }, Json::String(sent)) => text == sent,
            (Self::Array(own), Json::Array(sent)) => {
                own.len() == sent.len() && own.iter().zip(sent).all(|(own, sent)| own.equals(sent))
            }
            (Self::Object(own), Json::Object(sent)) => {
                let is_equal =
                    |(name, sent): (&str, &Json)| own.get(name).is_some_and(|own| own.equals(sent));
                own.len() == sent.len() && sent.iter().all(is_equal)
            }
            _ => false,
        }
    }

    /// How large it is.
    pub(super) fn size(&self) -> Size {
        let around = |inner: &mut dyn Iterator<Item = Size>| {
            let start = Size { length: 2, depth: 0 };
            let all = inner.fold(start, |all, one| Size {
                length: all.length + one.length + 1,
                depth: all.depth.max(one.depth),
            });
            Size { depth: all.depth + 1, ..all }
        };
        let leaf = |length| Size { length, depth: 0 };
        match self {
            Self::Scalar(Json::String(text)) | Self::Masked { text, .. } => leaf(text.as_str().len() + 2),
            Self::Scalar(Json::Number(number)) => leaf(number.spelling().len()),
            Self::Scalar(_) => leaf(4),
            Self::Array(elements) => around(&mut elements.iter().map(Self::size)),
            Self::Object(members) => around(&mut members.iter().map(|(name, value)| {
                let size = value.size();
                Size { length: name.len() + 3 + size.length, ..size }
            })),
        }
    }

    /// The value as it would be sent in a whole configuration, for the place that has this leaf. A mask of
    /// another leaf is noted.
    pub(super) fn land(self, own: Option<&Node>, path: &Path<'_>, displaced: &mut Findings<Refusal>) -> Json {
        match self {
            Self::Scalar(value) => value,
            Self::Masked { text, leaf } => {
                if !own.is_some_and(|own| std::ptr::eq(own, leaf)) {
                    displaced.note(path, |pointer| Refusal { pointer, kind: RefusalKind::Displaced });
                }
                Json::String(text)
            }
            Self::Array(elements) => {
                let leaves = match own {
                    Some(Node::Array(leaves)) => leaves.as_slice(),
                    _ => &[],
                };
                let element = |(index, tree): (usize, Self)| {
                    tree.land(leaves.get(index), &path.element(index), displaced)
                };
                Json::Array(elements.into_iter().enumerate().map(element).collect())
            }
            Self::Object(members) => {
                Json::Object(land_members(members, own.and_then(Node::as_object), path, displaced))
            }
        }
    }
}

/// Every member of an object as [`Tree::land`] has it.
pub(super) fn land_members(
    members: IndexMap<String, Tree<'_>>,
    own: Option<&Members>,
    path: &Path<'_>,
    displaced: &mut Findings<Refusal>,
) -> Object {
    let member = |(name, tree): (String, Tree<'_>)| {
        let own = own.and_then(|own| own.get(&name));
        let value = tree.land(own, &path.member(&name), displaced);
        (name, value)
    };
    members.into_iter().map(member).collect()
}

/// An index as RFC 6901 §4 spells it. `-` names the place behind the last element, where nothing is.
fn index(name: &str) -> Result<usize, MisfitKind> {
    let is_canonical = name == "0" || !name.starts_with('0');
    match name {
        "-" => Err(MisfitKind::OutOfRange),
        "" => Err(MisfitKind::NoIndex),
        digits if is_canonical && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().map_err(|_| MisfitKind::OutOfRange)
        }
        _ => Err(MisfitKind::NoIndex),
    }
}
