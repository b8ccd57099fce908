//! Connections as such: many requests on one, many of them at once, and clients that do not do their part.

mod expectations;
mod pipelined;
mod silent;
mod targets;
mod versions;
