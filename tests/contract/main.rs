//! The OpenAPI document as a contract: it is current, it is sound in itself, tests have seen what it describes,
//! and what was released it still promises.

mod breaks;
mod document;

mod current;
mod linted;
mod released;
mod seen;
mod sound;
