//! `POST /api/import`: what is found in the texts of other clients, what becomes of it, and what of it is never said.

mod samples;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::server::TestServer;
use crate::wire::Request;

const IMPORT: &str = "/api/import";

/// A sample of another client's file, with what is expected of it.
struct Sample {
    folder: String,
    file: String,
    text: String,
    expected: Value,
}

/// All of them, so that none is forgotten.
fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clients");
    let folders = fs::read_dir(root).expect("the samples are there");
    let folders = folders.map(|entry| entry.expect("the folder can be read").path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(20 <= folders.len());
    folders.iter().map(|folder| sample(folder)).collect()
}

fn sample(folder: &Path) -> Sample {
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a file of the sample");
    let expected: Value = serde_json::from_str(&read("expected.json")).expect("it is JSON");
    let file = expected["file"].as_str().expect("a name").to_owned();
    let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    Sample { folder: name, text: read(&file), file, expected }
}

/// A request to try to import this body.
fn try_import(server: &TestServer, body: &Value) -> Request {
    server.post(format!("{IMPORT}?dry_run=true")).json(body)
}

/// The elements of a list.
fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
