//! Sessions with MCP servers, through the crate's own API: real servers, official SDKs as peers, and servers that
//! misbehave. It starts no service.

mod dialling;
mod fidelity;
mod hostile_http;
mod hostile_lines;
mod legacy_sse;
mod peer;
mod real;
mod sdk;
mod servers;
mod streamable;
pub(crate) mod web;
