//! JSON as text without loss: values, pointers, a strict reader, a scanner for places, a writer.
//! It refuses to know what the text is about.

mod pointer;
mod read;
mod scan;
mod value;
mod write;

pub use pointer::Pointer;
pub use read::{Fault, FaultKind, Rules, parse};
pub use scan::{RawMember, RawObject, SyntaxError, check, first_byte, scan_object, strings};
pub use value::{Json, Number, Object, Text};
pub use write::{Style, to_compact, write_string};
