//! Who may do what (DESIGN §9): keys and scopes, hosts and origins, the one-time code, the audit trail.

mod audit;
mod browsers;
mod key_files;
mod keys;
mod pages;
mod place;
mod public;
mod session;
mod sessions;
mod starting;
mod state_folder;
