//! A patch document read into operations. Faults that need no state to be found are refused here, with their
//! place in the patch; values are never shown.

use crate::json::{Json, Object, Pointer};

use super::{Action, JsonPatch, MOST_OPERATIONS, Operation};

/// A document that is no JSON Patch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}`: {kind}")]
pub struct MalformedPatch {
    /// Where in the document.
    pub pointer: Pointer,
    /// What is wrong there.
    pub kind: MalformedKind,
}

/// What can be wrong with a patch document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedKind {
    /// The document is something else.
    #[error("it is not an array of operations")]
    NotAnArray,
    /// There are too many operations.
    #[error("it has more than {MOST_OPERATIONS} operations")]
    TooMany,
    /// An operation is something else.
    #[error("an operation must be an object")]
    NotAnObject,
    /// A member that the operation needs is not there.
    #[error("the operation needs this member")]
    Missing,
    /// A member should be a string.
    #[error("it must be a string")]
    NotAString,
    /// There is no such operation.
    #[error("it must be one of add, remove, replace, move, copy and test")]
    UnknownOperation,
    /// A place is not a JSON Pointer.
    #[error("it must be a JSON Pointer (RFC 6901): empty or begun with `/`, and `~` only in `~0` and `~1`")]
    NotAPointer,
}

/// Reads a patch document. Members that mean nothing in an operation are ignored (RFC 6902 §4).
pub fn parse(document: Json) -> Result<JsonPatch, MalformedPatch> {
    let root = Pointer::root();
    let Json::Array(elements) = document else { return Err(malformed(root, MalformedKind::NotAnArray)) };
    if MOST_OPERATIONS < elements.len() {
        return Err(malformed(root.element(MOST_OPERATIONS), MalformedKind::TooMany));
    }
    let read = |(index, element)| match element {
        Json::Object(members) => Reader { members, at: root.element(index) }.operation(),
        _ => Err(malformed(root.element(index), MalformedKind::NotAnObject)),
    };
    let operations = elements.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
    Ok(JsonPatch { operations })
}

/// Reads one operation.
struct Reader {
    members: Object,
    at: Pointer,
}

impl Reader {
    fn operation(mut self) -> Result<Operation, MalformedPatch> {
        let make = match self.text("op")? {
            "add" => |reader: &mut Self| reader.value().map(Action::Add),
            "remove" => |_: &mut Self| Ok(Action::Remove),
            "replace" => |reader: &mut Self| reader.value().map(Action::Replace),
            "move" => |reader: &mut Self| reader.pointer("from").map(Action::Move),
            "copy" => |reader: &mut Self| reader.pointer("from").map(Action::Copy),
            "test" => |reader: &mut Self| reader.value().map(Action::Test),
            _ => return Err(malformed(self.at.member("op"), MalformedKind::UnknownOperation)),
        };
        Ok(Operation { path: self.pointer("path")?, action: make(&mut self)? })
    }

    fn text(&self, name: &str) -> Result<&str, MalformedPatch> {
        let refused = |kind| malformed(self.at.member(name), kind);
        let value = self.members.get(name).ok_or_else(|| refused(MalformedKind::Missing))?;
        value.as_str().ok_or_else(|| refused(MalformedKind::NotAString))
    }

    fn pointer(&self, name: &str) -> Result<Pointer, MalformedPatch> {
        Pointer::parse(self.text(name)?)
            .map_err(|_| malformed(self.at.member(name), MalformedKind::NotAPointer))
    }

    fn value(&mut self) -> Result<Json, MalformedPatch> {
        let missing = || malformed(self.at.member("value"), MalformedKind::Missing);
        self.members.remove("value").ok_or_else(missing)
    }
}

fn malformed(pointer: Pointer, kind: MalformedKind) -> MalformedPatch {
    MalformedPatch { pointer, kind }
}
