//! The OpenAPI document as a contract: it is current, it is sound in itself, tests have seen what it describes,
//! what was released it still promises; and the tables that the page has a copy of.

mod breaks;
mod document;

mod current;
mod linted;
mod page_tables;
mod released;
mod seen;
mod sound;
