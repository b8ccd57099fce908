//! The attack table: what a caller without the scope `run` tries, to have a command run, a variable or a file of the
//! service read, a secret sent elsewhere, an address dialled, or anything learned. Each row is one sequence of requests.

mod addresses;
mod commands;
mod destinations;
mod imports;
mod lab;
mod leaks;
mod listener;
mod references;
mod testing;
mod write_keys;
