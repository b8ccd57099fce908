//! The back end over a catalog that is served over HTTP. `address` says which URLs are called, `wire` what a response
//! must look like, `client` sends requests, `backend` makes the operations of them.

mod address;
mod backend;
mod client;
#[cfg(test)]
mod tests;
mod wire;

pub use address::{CatalogAddress, check_scheme};
pub(super) use backend::HTTP;
pub use backend::{Catalog, CatalogSettings};
