//! What is true of this store and of no other: its file, its lock, its troubles, what a crash leaves of it.

mod migrations;
mod power_cut;
mod sealed;
mod troubles;

use std::path::Path;
use std::time::{Duration, Instant};

use super::SqliteState;
use crate::state::{StateStore, TextSealer};

/// Far longer than anything takes here.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Encrypts nothing, but what is stored looks as if it were.
pub(super) struct Spelled;

impl TextSealer for Spelled {
    fn seal(&self, text: &str) -> Option<String> {
        Some(format!("gAAAA-spelled-{text}"))
    }

    fn open(&self, token: &str) -> Option<String> {
        token.strip_prefix("gAAAA-spelled-").map(str::to_owned)
    }
}

/// A store in this folder, open.
fn open(folder: &Path) -> SqliteState {
    let store = SqliteState::in_folder(folder);
    store.start().unwrap();
    crate::state::conformance::opened(&store);
    store
}

fn close(store: &dyn StateStore) {
    store.close(Instant::now() + PATIENCE);
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[track_caller]
fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never was so that {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
