//! The texts of other clients: the samples, and requests to import and to export.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::response::Response;
use crate::server::TestServer;
use crate::wire::Request;

pub(crate) const IMPORT: &str = "/api/import";
pub(crate) const EXPORT: &str = "/api/export";

/// A sample of another client's file, with what is expected of it.
pub(crate) struct Sample {
    pub(crate) folder: String,
    pub(crate) file: String,
    pub(crate) text: String,
    pub(crate) expected: Value,
}

impl Sample {
    /// What must not be shown of it.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        list(&self.expected["secrets"]).iter().map(|secret| secret.as_str().expect("a text"))
    }
}

/// All of them, so that none is forgotten.
pub(crate) fn samples() -> Vec<Sample> {
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

/// A request to import this body.
pub(crate) fn import(server: &TestServer, body: &Value) -> Request {
    server.post(IMPORT).json(body)
}

/// The same, to be tried only.
pub(crate) fn try_import(server: &TestServer, body: &Value) -> Request {
    server.post(format!("{IMPORT}?dry_run=true")).json(body)
}

/// A text in the form that most clients have.
pub(crate) fn text(servers: &Value) -> String {
    json!({ "mcpServers": servers }).to_string()
}

/// The elements of a list.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What an export of a server answers.
#[track_caller]
pub(crate) fn exported(server: &TestServer, format: &str, names: &str, secrets: &str) -> Value {
    let target = format!("{EXPORT}?format={format}&names={names}&secrets={secrets}");
    server.get(target).send().expect(200).json()
}

/// The file that an export is, as JSON.
#[track_caller]
pub(crate) fn file(exported: &Value) -> Value {
    serde_json::from_str(exported["text"].as_str().expect("a text")).expect("it is JSON")
}

/// What an answer says of the server that is offered under this name.
#[track_caller]
pub(crate) fn of(answer: &Response, name: &str) -> Value {
    let answer = answer.json();
    let server = list(&answer["servers"]).iter().find(|server| server["name"] == name);
    server.unwrap_or_else(|| panic!("no {name} in {answer}")).clone()
}
