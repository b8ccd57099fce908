//! Whatever a document refers to exists: files of the tree, sections of documents, targets of `make`, and the versions
//! that the README asks for.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{documents, read, root};

/// Where the paths begin that a document can name.
const FOLDERS: [&str; 8] = ["benches/", "docs/", "fuzz/", "openapi/", "src/", "tests/", "ui/", ".ci/"];

#[test]
fn every_file_that_a_document_names_exists() {
    let mut missing = Vec::new();
    for document in documents() {
        // The changes name what is gone; reports to other projects name their files.
        if document.ends_with("CHANGELOG.md") || document.starts_with(root().join("docs/upstream")) {
            continue;
        }
        let text = read(&document);
        let named = text.split('`').skip(1).step_by(2).filter(|code| {
            FOLDERS.iter().any(|folder| code.starts_with(folder)) && !code.contains([' ', '*', '{', '\n'])
        });
        for path in named.filter(|path| !exists(path)) {
            missing.push(format!("{}: `{path}`", document.display()));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let mut dead = Vec::new();
    for document in documents() {
        let text = read(&document);
        for link in links(&text).filter(|link| !link.contains("://")) {
            let (path, section) = link.split_once('#').unwrap_or((link, ""));
            let folder = document.parent().expect("a document is in a folder");
            let target = if path.is_empty() { document.clone() } else { folder.join(path) };
            let is_there = target.exists() && (section.is_empty() || anchors(&target).contains(section));
            if !is_there {
                dead.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn every_target_of_make_that_a_document_names_is_there() {
    let makefile = read("Makefile");
    for document in documents() {
        let text = read(&document);
        let spans = text.split('`').skip(1).step_by(2);
        let blocks = text.split("```").skip(1).step_by(2).flat_map(str::lines);
        let code = spans.chain(blocks).chain(text.lines().filter(|line| line.starts_with("    ")));
        let commands = code.filter_map(|code| code.trim_start().strip_prefix("make "));
        for command in commands {
            let target = command.split_whitespace().next().unwrap_or_default();
            if target.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !target.is_empty() {
                let is_there = makefile.contains(&format!("\n{target}:"));
                assert!(is_there, "{}: there is no target `{target}`", document.display());
            }
        }
    }
}

#[test]
fn the_readme_asks_for_the_versions_that_the_build_needs() {
    let readme = read("README.md");
    let cargo = read("Cargo.toml");
    let rust = cargo.split("rust-version = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(readme.contains(&format!("Rust {rust} or newer")), "Rust {rust} is needed");
    let need = read("tests/tools/need");
    let node = need.split("oldest_node=").nth(1).and_then(|rest| rest.lines().next()).unwrap();
    assert!(readme.contains(&format!("Node {node} or newer")), "Node {node} is needed");
}

/// Whether there is such a file or folder. A module may be named without its ending.
fn exists(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    ["", ".rs"].iter().any(|ending| root().join(format!("{path}{ending}")).exists())
        // What the build makes is not checked in.
        || ["ui/dist", "ui/node_modules"].iter().any(|built| path.starts_with(built))
}

/// The targets of all links of a document, but those in blocks of code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()))
}

/// The anchors of a document's sections, as they are made of their headings.
fn anchors(document: &Path) -> BTreeSet<String> {
    let text = read(document);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            words.chars().filter(|symbol| symbol.is_alphanumeric() || "-_".contains(*symbol)).collect()
        })
        .collect()
}
