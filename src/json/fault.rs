//! What can be wrong with a JSON text or value, and where. It may show names of members, never values:
//! they may be secrets.

use super::{Pointer, SyntaxError};

/// One thing wrong with a JSON text or value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as well as is known.
    pub pointer: Pointer,
    /// What.
    pub kind: FaultKind,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// There is nothing but white space.
    #[error("there is nothing to read")]
    Empty,
    /// The text is not JSON.
    #[error("it is not JSON at byte {offset}")]
    Syntax {
        /// Byte offset of what should not be there.
        offset: usize,
    },
    /// An object has two members of one name.
    #[error("the name comes twice")]
    DuplicateMember,
    /// A string or a name holds half of a surrogate pair.
    #[error("it holds half of a surrogate pair")]
    LoneSurrogate,
    /// A string or a name holds the character NUL.
    #[error("it holds the character NUL")]
    Nul,
    /// An integer has more than 308 digits.
    #[error("the integer has more than 308 digits")]
    IntegerTooLong,
    /// A number is too big for a double.
    #[error("the number is too big")]
    NumberOverflow,
    /// A number that is not zero is too small for a double.
    // On the wire: the wording stays.
    #[error("the number is too small to be told from zero")]
    NumberUnderflow,
    /// Objects and arrays are nested too deeply.
    #[error("it is nested too deeply")]
    TooDeep,
    /// It should be an object.
    #[error("it is not an object")]
    NotAnObject,
}

impl Fault {
    /// A fault of the whole value.
    pub fn whole(kind: FaultKind) -> Self {
        Self { pointer: Pointer::root(), kind }
    }
}

impl From<SyntaxError> for FaultKind {
    fn from(error: SyntaxError) -> Self {
        Self::Syntax { offset: error.offset }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pointer.as_str() {
            "" => self.kind.fmt(formatter),
            pointer => write!(formatter, "`{pointer}`: {}", self.kind),
        }
    }
}

impl std::error::Error for Fault {}
