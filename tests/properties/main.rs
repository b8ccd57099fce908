//! The laws (docs/DESIGN.md) over generated documents and writes, in this process: no sockets, no disk, so that
//! thousands of cases cost seconds. What they say of the running service is `tests/it`'s matter.

mod client;
mod client_edits;
mod constraints;
mod dry_run;
mod guesses;
mod masks;
mod named;
mod operations;
mod oracle;
mod round_trip;
mod samples;
mod settings;
mod spelling;
mod splice;
mod tags;
mod tokens;
