//! What the documents say is true: the commands of the README give the output that it shows, the tables are those
//! of the service, and every file, section and target that a document names exists.

mod command_line;
mod references;
mod service;
mod tables;
mod tour;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// Every document in Markdown.
fn documents() -> Vec<PathBuf> {
    let folders = ["", "docs", "docs/adr", "docs/upstream"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).expect("it is there"));
    let paths = files.map(|entry| entry.expect("it can be listed").path());
    let mut documents: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|ext| ext == "md")).collect();
    documents.sort();
    assert!(documents.len() > 10, "{documents:?}");
    documents
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).expect("it is there, and text")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
