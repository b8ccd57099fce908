//! The OpenAPI document as a contract: it is current, it is sound in itself, tests have seen what it describes,
//! what was released it still promises; and the tables that the page has a copy of.

mod breaking_changes;
mod document;

mod consistency;
mod coverage;
mod current;
mod linted;
mod page_tables;
mod released;
