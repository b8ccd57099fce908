//! What is to be done next at one gateway, from what is wanted, what was recorded before each call, and what the gateway
//! lists. Pure: time is a parameter. It makes no call and stores nothing.
//!
//! A row claims contents, not an id: what is at the gateway is ours if a row of its id has its digest. So nothing that
//! somebody else has put there is ever removed, whatever answers were lost.

mod made;
mod plan;
#[cfg(test)]
mod tests;

pub use made::{Ask, Digest, LATE_MS, Made};
pub use plan::{Aim, Forward, Listed, Plan, Step, demands, observe, plan, unknown};
