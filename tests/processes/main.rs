//! Programs as children of the service, with the real binary as their supervisor and the real table of processes: how
//! they are started, what they get, what is kept of what they write, and that nothing of them is left.

mod driver;

mod ending;
mod owner;
mod starting;
mod writing;
