//! A JSON value without loss: members keep their order, numbers keep their spelling.
//! It knows nothing of files, servers or secrets, but a text in it may be one: it prints nothing
//! and is zeroed when dropped.

use std::fmt;

use indexmap::IndexMap;
use zeroize::Zeroizing;

use super::pointer::Pointer;

/// A JSON value as it was written, but for white space and the escapes of strings.
#[derive(Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number in its own spelling.
    Number(Number),
    /// A string, unescaped.
    String(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object whose member names are unique.
    Object(Object),
}

/// The text of a number that the JSON grammar allows, kept as it was spelled: `1e3` and `1000` differ.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(Box<str>);

/// A string that may be a secret: `Debug` prints nothing of it, and its memory is zeroed when dropped.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(Zeroizing<String>);

/// The members of an object in the order in which they were written. Equality minds the order. Found by
/// hash: a body can hold a hundred thousand names.
#[derive(Clone, Default)]
pub struct Object {
    members: IndexMap<String, Json>,
}

impl Json {
    /// A string value.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(Text::new(text.into()))
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The Boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The value of the member with this name, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?.get(name)
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The value that a pointer names, if there is one.
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        pointer.steps().try_fold(self, |value, step| match value {
            Self::Object(object) => object.get(&step),
            Self::Array(elements) => elements.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl Number {
    /// Takes a spelling that the caller has checked against the grammar of RFC 8259 §6.
    pub(in crate::json) fn from_checked(spelling: &str) -> Self {
        Self(spelling.into())
    }

    /// A number for a whole value.
    pub fn from_u64(value: u64) -> Self {
        Self(value.to_string().into())
    }

    /// A finite number in the shortest spelling that has a point or an exponent: `30.0`.
    pub fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self(format!("{value:?}").into()))
    }

    /// The number as it was spelled.
    pub fn spelling(&self) -> &str {
        &self.0
    }

    /// Whether it is spelled as an integer: no point and no exponent.
    pub fn is_integer(&self) -> bool {
        !self.0.contains(['.', 'e', 'E'])
    }

    /// The nearest double; infinite where the number overflows.
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl Text {
    /// Takes the text over; the buffer given is the one that is zeroed later.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Object {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of the member with this name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members.get(name)
    }

    /// Whether there is a member with this name.
    pub fn contains(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Sets a member: in its place where it exists, else at the end.
    pub fn insert(&mut self, name: impl Into<String>, value: Json) {
        self.members.insert(name.into(), value);
    }

    /// Takes a member out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        self.members.shift_remove(name)
    }

    /// The members in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Json)> + ExactSizeIterator {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The names of the members in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl IntoIterator for Object {
    type Item = (String, Json);
    type IntoIter = indexmap::map::IntoIter<String, Json>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

/// Keeps the last value where a name comes twice.
impl<N: Into<String>> FromIterator<(N, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, Json)>>(members: I) -> Self {
        Self { members: members.into_iter().map(|(name, value)| (name.into(), value)).collect() }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.members.iter().eq(other.members.iter())
    }
}

impl Eq for Object {}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Text(..)")
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Number(..)")
    }
}

/// Member names are not secret (DESIGN §5.1); values may be.
impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.names()).finish()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "Bool(..)",
            Self::Number(_) => "Number(..)",
            Self::String(_) => "String(..)",
            Self::Array(_) => "Array(..)",
            Self::Object(object) => return object.fmt(formatter),
        })
    }
}
