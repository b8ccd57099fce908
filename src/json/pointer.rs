//! JSON Pointers (RFC 6901): where in a value something stands. Only made and printed, never followed.

use std::fmt;

/// A JSON Pointer, escaped as RFC 6901 §3 says; the empty one names the whole value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// The pointer to a member of what this one names.
    #[must_use]
    pub fn member(&self, name: &str) -> Self {
        let mut longer = self.clone();
        longer.push_member(name);
        longer
    }

    /// The pointer to an element of the array that this one names.
    #[must_use]
    pub fn element(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// Lengthens this pointer by a member name.
    pub fn push_member(&mut self, name: &str) {
        self.0.push('/');
        for character in name.chars() {
            match character {
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                other => self.0.push(other),
            }
        }
    }

    /// The pointer to what `inner` names within that which this one names.
    #[must_use]
    pub fn followed_by(&self, inner: &Self) -> Self {
        Self(format!("{}{}", self.0, inner.0))
    }

    /// The pointer's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place on the way down into a value, told by the places around it. It costs nothing until somebody asks
/// for its pointer: names may be long, and copying them at every step would make a walk quadratic.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The whole value.
    Root,
    /// A member of the object at this place.
    Member(&'a Path<'a>, &'a str),
    /// An element of the array at this place.
    Element(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The path to a member of what this one leads to.
    #[must_use]
    pub fn member(&'a self, name: &'a str) -> Self {
        Self::Member(self, name)
    }

    /// The path to an element of the array that this one leads to.
    #[must_use]
    pub fn element(&'a self, index: usize) -> Self {
        Self::Element(self, index)
    }

    /// The pointer to where this path leads.
    pub fn pointer(&self) -> Pointer {
        match self {
            Self::Root => Pointer::root(),
            Self::Member(parent, name) => {
                let mut pointer = parent.pointer();
                pointer.push_member(name);
                pointer
            }
            Self::Element(parent, index) => parent.pointer().element(*index),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
