//! Writes down what the tests have seen, one line each, beside what cargo builds for them. Every test is a
//! process of its own, so that lines come several times.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

static NOTED: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Notes it, the first time that this process sees it.
pub(super) fn note(what: &str) {
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !noted.get_or_insert_default().insert(what.to_owned()) {
        return;
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seen");
    let file = OpenOptions::new().create(true).append(true).open(path);
    // One short write to a file opened for appending is not torn apart.
    file.and_then(|mut file| file.write_all(format!("{what}\n").as_bytes())).expect("cargo made the folder");
}
