//! Keeps registered servers at Llama Stack gateways as toolgroups: exactly the registered ones, and nothing that others put
//! there is touched (DESIGN §15). It does not know how it is called over HTTP, and where rows are stored.

mod base;
mod client;
pub mod core;
mod failure;
mod gateway;
mod handle;
mod reconciler;
mod round;
mod rows;
mod state_rows;
#[cfg(test)]
mod tests;
mod work;

pub use base::{Base, NotABase};
pub use client::Client;
pub use failure::{Failure, FailureKind};
pub use gateway::{Gateway, ToolGroup};
pub use handle::{DecisionError, Gateways};
pub use reconciler::{Lock, Reconciler};
pub use rows::{Known, Rows, Sight};
pub use state_rows::StateRows;
