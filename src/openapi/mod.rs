//! Assembles OpenAPI 3.1 from described operations and the schemas of Rust types, so that one table makes
//! routes and document. It does not know what the operations are about.

mod assemble;
mod operation;
mod shape;
mod tidy;

pub use assemble::{Api, Described, NameClash, Tag, assemble};
pub use operation::{Body, Example, HeaderField, Operation, Parameter, Place, Response};
pub use shape::{Shape, standalone};
