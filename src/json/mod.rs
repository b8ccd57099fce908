//! JSON as text without loss: values, pointers, a strict reader, a scanner for places, a writer.
//! It does not know what the text is about.

mod decimal;
mod fault;
mod lex;
mod limits;
mod pointer;
mod read;
#[cfg(test)]
pub(crate) mod samples;
mod scan;
mod value;
mod write;

pub use fault::{Fault, FaultKind};
pub use limits::{Rules, check_limits};
pub use pointer::{MalformedPointer, Path, Pointer};
pub use read::parse;
pub use scan::{
    RawArray, RawMember, RawObject, SyntaxError, check, first_byte, line_and_column, line_indent, scan_array,
    scan_object, strings,
};
pub use value::{Json, Number, Object, Text};
pub use write::{Style, to_compact, write_string};
