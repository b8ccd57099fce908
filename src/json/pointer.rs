//! JSON Pointers (RFC 6901): places in a value. Made, printed, and read into the names of
//! the steps; it does not know the values that they lead into.

use std::borrow::Cow;
use std::fmt;

/// A JSON Pointer, escaped as RFC 6901 §3 says; the empty one names the whole value.
///
/// ```
/// use mcp_settings::json::Pointer;
///
/// let pointer = Pointer::root().member("headers").member("a/b").member("~");
/// assert_eq!(pointer.as_str(), "/headers/a~1b/~0");
///
/// let read = Pointer::parse("/headers/a~1b/~0")?;
/// assert_eq!(read.steps().collect::<Vec<_>>(), ["headers", "a/b", "~"]);
/// assert!(read.is_below(&Pointer::root().member("headers")));
/// # Ok::<(), mcp_settings::json::MalformedPointer>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

/// A text that is no JSON Pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a JSON Pointer is empty or begins with `/`, and has `~` only in `~0` and `~1`")]
pub struct MalformedPointer;

impl Pointer {
    /// Reads a pointer's text.
    pub fn parse(text: &str) -> Result<Self, MalformedPointer> {
        let is_rooted = text.is_empty() || text.starts_with('/');
        let is_escaped = text.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
        if is_rooted && is_escaped { Ok(Self(text.to_owned())) } else { Err(MalformedPointer) }
    }

    /// The names of the steps from the whole value to what this pointer names. In an array a name is an index,
    /// or `-` for the place behind the last element.
    pub fn steps(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(unescaped)
    }

    /// The pointer to what holds this place, and the name of the last step; none for the whole value.
    pub fn split_last(&self) -> Option<(Self, Cow<'_, str>)> {
        let (parent, name) = self.0.rsplit_once('/')?;
        Some((Self(parent.to_owned()), unescaped(name)))
    }

    /// Whether this place lies within the one that another pointer names. A name has only one spelling.
    pub fn is_below(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.starts_with('/'))
    }

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

/// A place on the way down into a value, known by the places that lead to it. It costs nothing until somebody asks
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

fn unescaped(name: &str) -> Cow<'_, str> {
    if name.contains('~') {
        // In this order, so that `~01` is `~1` and no slash (RFC 6901 §4).
        Cow::Owned(name.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(name)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_breaks_the_grammar_is_no_pointer() {
        for text in ["a", "a/b", "#/a", "/~", "/a~", "/~2", "/a~/b", "~0", " /a"] {
            assert_eq!(Pointer::parse(text), Err(MalformedPointer), "{text}");
        }
    }

    #[test]
    fn the_examples_of_rfc_6901_lead_where_it_says() {
        for (text, steps) in [
            ("", vec![]),
            ("/foo", vec!["foo"]),
            ("/foo/0", vec!["foo", "0"]),
            ("/", vec![""]),
            ("//", vec!["", ""]),
            ("/a~1b", vec!["a/b"]),
            ("/c%d", vec!["c%d"]),
            ("/i\\j", vec!["i\\j"]),
            ("/k\"l", vec!["k\"l"]),
            ("/ ", vec![" "]),
            ("/m~0n", vec!["m~n"]),
            ("/~01/~00", vec!["~1", "~0"]),
        ] {
            let pointer = Pointer::parse(text).unwrap();
            assert_eq!(pointer.steps().collect::<Vec<_>>(), steps, "{text}");
            assert_eq!(pointer.as_str(), text);
        }
    }

    #[test]
    fn a_place_is_below_those_that_hold_it_only() {
        let is_below =
            |one: &str, other: &str| Pointer::parse(one).unwrap().is_below(&Pointer::parse(other).unwrap());
        for (one, other) in [("/a", ""), ("/a/b", "/a"), ("/a/b/c", "/a"), ("//", "/")] {
            assert!(is_below(one, other) && !is_below(other, one), "{one} {other}");
        }
        for (one, other) in [("/ab", "/a"), ("/a", "/a"), ("", ""), ("/a~1b", "/a"), ("/b/a", "/a")] {
            assert!(!is_below(one, other), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn a_pointer_leads_back_over_the_names_that_it_was_made_of(names in proptest::collection::vec("[a~/0-1é]{0,4}", 0..4)) {
            let pointer = names.iter().fold(Pointer::root(), |pointer, name| pointer.member(name));
            let read = Pointer::parse(pointer.as_str()).unwrap();
            prop_assert_eq!(read.steps().collect::<Vec<_>>(), names.clone());
            match read.split_last() {
                Some((parent, last)) => {
                    prop_assert_eq!(parent.member(&last), pointer.clone());
                    prop_assert!(pointer.is_below(&parent));
                }
                None => prop_assert!(names.is_empty()),
            }
        }
    }
}
