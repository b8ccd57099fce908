//! `POST /api/import`: what is found in the texts of other clients, what becomes of it, and what of it is never said.

mod approvals;
mod bags;
mod choices;
mod in_clear;
mod refusals;
pub(crate) mod samples;
mod secrets;
