//! The table of rooms of docs/ARCHITECTURE.md as the source has it: who may use whom, what a room must
//! never know, and the shape of its files.

mod circles;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use circles::circles;
use source::{crate_paths, has_word, is_test, product_code, root, source_files};

/// Which rooms a room may use. Nothing here that is not used: a freedom that nobody needs is a mistake to come.
const MAY_USE: [(&str, &[&str]); 24] = [
    ("api", &["formats", "json", "model", "projection", "secrets"]),
    ("metrics", &["api", "model"]),
    ("json", &[]),
    ("backoff", &[]),
    ("blocking", &[]),
    ("foreign_file", &[]),
    ("tls", &[]),
    ("config", &["model", "secrets"]),
    ("ui", &[]),
    ("openapi", &[]),
    ("secrets", &["json"]),
    ("model", &["json", "secrets"]),
    ("projection", &["json", "model", "secrets"]),
    ("document", &["json", "model"]),
    ("formats", &["json", "model"]),
    ("state", &["model", "secrets"]),
    ("store", &["blocking", "document", "json", "metrics", "model", "state"]),
    ("service", &["api", "blocking", "formats", "json", "model", "projection", "secrets", "state", "store"]),
    ("events", &["blocking", "model", "projection", "service"]),
    ("registry", &["blocking", "foreign_file", "json", "model", "service", "tls"]),
    (
        "instances",
        &[
            "api",
            "backoff",
            "blocking",
            "json",
            "metrics",
            "model",
            "projection",
            "secrets",
            "service",
            "state",
            "tls",
        ],
    ),
    ("downstream", &["api", "backoff", "blocking", "model", "service", "state", "tls"]),
    (
        "http",
        &[
            "api",
            "blocking",
            "downstream",
            "events",
            "formats",
            "instances",
            "json",
            "metrics",
            "model",
            "openapi",
            "projection",
            "registry",
            "secrets",
            "service",
            "store",
            "ui",
        ],
    ),
    (
        "cli",
        &[
            "api",
            "config",
            "document",
            "downstream",
            "events",
            "foreign_file",
            "formats",
            "http",
            "instances",
            "json",
            "metrics",
            "model",
            "registry",
            "secrets",
            "service",
            "state",
            "store",
            "tls",
        ],
    ),
];

/// Where a room may use another in these points only. `http` and `store`: the one mapping of errors to
/// problems must name the store's errors.
const MAY_USE_ONLY: [(&str, &str, &[&str]); 27] = [
    ("api", "formats", &["Format", "ReferenceKind"]),
    ("api", "model", &["Kind", "suspect"]),
    ("api", "projection", &["EntityTag"]),
    ("api", "secrets", &["Scope"]),
    ("metrics", "api", &["FaultKind", "HealthStatus", "InstanceState"]),
    ("metrics", "model", &["suspect"]),
    ("secrets", "json", &["Text"]),
    ("model", "secrets", &["KeyRing", "Plaintext", "Sealed", "is_token", "looks_sealed"]),
    ("projection", "secrets", &["EtagKey", "Exposure"]),
    ("state", "model", &["Feature", "LaunchDigest", "SettingsKey", "StateDigest", "registration"]),
    ("state", "secrets", &["KeyFingerprint", "KeyList", "Peer", "Peers", "Scope", "Scopes"]),
    ("events", "projection", &["EntityTag"]),
    ("instances", "secrets", &["Plaintext"]),
    ("instances", "projection", &["EntityTag"]),
    (
        "downstream",
        "api",
        &["GatewayList", "GatewayServer", "GatewayServerFailure", "GatewayServerState", "GatewayStatus"],
    ),
    ("downstream", "model", &["ServerName", "SettingsKey", "registration"]),
    ("http", "formats", &["Format", "Unreadable"]),
    ("http", "secrets", &["Exposure", "Scope", "Scopes"]),
    ("config", "model", &["registration", "static_server"]),
    ("config", "secrets", &["Plaintext", "Scope", "Scopes"]),
    ("http", "store", &["StoreError", "StoreErrorKind"]),
    ("store", "state", &["Change", "Destination", "Present"]),
    ("store", "metrics", &["CommitOutcome", "StoreMetrics"]),
    ("instances", "metrics", &["InstanceMetrics"]),
    ("registry", "model", &["SettingsKey", "descriptor", "mask", "suspect", "validate"]),
    ("cli", "document", &["NewDocument"]),
    ("cli", "model", &["ServerName", "dial", "reference", "static_server"]),
];

/// Words that must not occur in a room, or in a folder of one.
const MUST_NEVER_KNOW: [(&str, &[&str]); 21] = [
    ("api", &["std::fs", "actix_web", "Config", "KeyRing", "Plaintext"]),
    ("json", &["std::fs", "std::time", "actix_web", "tracing"]),
    ("config", &["std::fs", "std::env", "actix_web"]),
    ("openapi", &["std::fs", "actix_web", "Problem", "McpServer"]),
    ("secrets", &["actix_web", "ServerName", "Config"]),
    ("model", &["std::fs", "std::time", "std::env", "actix_web", "tokio", "tracing"]),
    ("projection", &["std::fs", "std::time", "store", "document", "actix_web", "tokio", "tracing"]),
    ("document", &["std::fs", "std::time", "KeyRing", "Plaintext", "actix_web", "tokio"]),
    (
        "formats",
        &[
            "std::fs",
            "std::time",
            "std::env",
            "std::process",
            "actix_web",
            "KeyRing",
            "Plaintext",
            "tokio",
            "tracing",
        ],
    ),
    ("state", &["actix_web", "Document", "FileStore", "KeyRing", "Plaintext"]),
    ("store", &["actix_web", "KeyRing", "Plaintext", "ServerName"]),
    ("service", &["actix_web", "std::fs", "FileStore", "Document"]),
    ("events", &["actix_web", "std::fs", "Config", "Plaintext", "KeyRing"]),
    ("registry", &["actix_web", "Document", "FileStore", "KeyRing"]),
    ("metrics", &["actix_web", "std::fs", "tokio", "Config", "Document", "KeyRing", "Plaintext"]),
    ("instances/core", &["std::fs", "tokio", "tracing", "metrics", "SystemClock"]),
    ("backoff", &["std::fs", "tokio", "SystemTime"]),
    ("downstream/core", &["std::fs", "std::time", "tokio", "tracing", "Gateway", "Rows"]),
    ("downstream", &["actix_web", "Document", "FileStore", "KeyRing", "Plaintext"]),
    ("instances", &["actix_web", "Document", "FileStore", "KeyRing"]),
    ("http", &["FileStore", "Document", "KeyRing", "SecretKey", "std::fs"]),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 4] = ["utils", "helpers", "common", "manager"];

const LONGEST_FILE: usize = 600;

#[test]
fn a_room_uses_only_what_the_table_allows() {
    let used = used_rooms();
    for (room, others) in &used {
        let allowed = MAY_USE.iter().find(|(name, _)| name == room).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("the room `{room}` is not in the table"));
        for (other, places) in others {
            assert!(allowed.contains(&other.as_str()), "`{room}` must not use `{other}`: {places:?}");
        }
    }
    for (room, allowed) in MAY_USE {
        let others = used.get(room).unwrap_or_else(|| panic!("there is no room `{room}`"));
        for other in allowed {
            assert!(others.contains_key(*other), "`{room}` no longer uses `{other}`: take it from the table");
        }
    }
}

#[test]
fn a_room_uses_another_only_in_the_named_points() {
    for (room, other, allowed) in MAY_USE_ONLY {
        let prefix = format!("{other}::");
        for (file, paths) in paths_of(room) {
            for item in paths.iter().filter_map(|path| path.strip_prefix(&prefix)) {
                let item = item.split("::").next().unwrap_or_default();
                assert!(allowed.contains(&item), "{} uses `{other}::{item}`", file.display());
            }
            assert!(!paths.iter().any(|path| path == other), "{} takes all of `{other}`", file.display());
        }
    }
}

#[test]
fn a_room_does_not_know_what_it_must_not_know() {
    for (room, words) in MUST_NEVER_KNOW {
        for file in files_of(room) {
            let text = product_code(&file);
            for word in words {
                assert!(!has_word(&text, word), "{} knows `{word}`", file.display());
            }
        }
    }
}

#[test]
fn no_files_need_each_other() {
    let circles = circles(&root().join("src"), is_test);
    assert!(circles.is_empty(), "the circles of files in src: {circles:#?}");
}

#[test]
fn no_files_of_the_tests_need_each_other() {
    let tests = fs::read_dir(root().join("tests")).expect("the tests are there");
    let crates = tests.map(|entry| entry.expect("the folder can be read").path());
    let crates: Vec<PathBuf> = crates.filter(|path| path.join("main.rs").exists()).collect();
    assert!(crates.len() > 3, "{crates:?}");
    for folder in crates.into_iter().chain(["benches/speed", "fuzz"].map(|folder| root().join(folder))) {
        let circles = circles(&folder, |_| false);
        assert!(circles.is_empty(), "the circles of files in {}: {circles:#?}", folder.display());
    }
}

#[test]
fn every_source_file_is_short_says_what_it_is_for_and_has_a_telling_name() {
    let folders = ["src", "tests", "benches", "fuzz"].map(|folder| source_files(&root().join(folder)));
    for file in folders.into_iter().flatten() {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.display());
        let head = text.lines().take_while(|line| line.starts_with("//!")).count();
        assert!((1..=5).contains(&head), "{} begins with {head} lines of `//!`", file.display());
        let path = file.strip_prefix(root()).unwrap().with_extension("");
        for part in path.iter().filter_map(|part| part.to_str()) {
            assert!(!EMPTY_NAMES.contains(&part), "{}: `{part}` says nothing", file.display());
        }
    }
}

#[test]
fn every_variable_is_in_the_manual() {
    let manual = fs::read_to_string(root().join("docs/OPERATIONS.md")).unwrap();
    let source = product_code(&root().join("src/config/variables.rs"));
    let is_variable = |text: &&str| {
        ["MCP_SETTINGS_", "OH_", "SESSION_", "XDG_"].iter().any(|prefix| text.starts_with(prefix))
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let variables: BTreeSet<&str> = source.split('"').skip(1).step_by(2).filter(is_variable).collect();
    assert!(variables.contains("MCP_SETTINGS_FILE") && variables.contains("OH_SECRET_KEY"), "{variables:?}");
    for variable in variables {
        assert!(has_word(&manual, variable), "docs/OPERATIONS.md does not tell of `{variable}`");
    }
}

#[test]
fn a_broken_rule_is_found() {
    let text = "use crate::{json, store::file::{FileStore, Seam}};\nlet x = crate::secrets::random_token();";
    let expected = ["json", "store::file::FileStore", "store::file::Seam", "secrets::random_token"];
    assert_eq!(crate_paths(text), expected);
    assert_eq!(
        crate_paths("use crate::model::{\n    self,\n    Edit as Other,\n};"),
        ["model", "model::Edit"]
    );
    assert!(has_word("a Document.", "Document") && has_word("use std::fs::File;", "std::fs"));
    assert!(!has_word("Self::DocumentVanished", "Document") && !has_word("restore", "store"));
}

/// For each room the other rooms that it uses, with the files that do.
fn used_rooms() -> BTreeMap<String, BTreeMap<String, Vec<PathBuf>>> {
    let mut used = BTreeMap::new();
    for room in rooms() {
        let others: &mut BTreeMap<String, Vec<PathBuf>> = used.entry(room.clone()).or_default();
        for (file, paths) in paths_of(&room) {
            let others_here: BTreeSet<_> = paths.iter().filter_map(|path| path.split("::").next()).collect();
            for other in others_here.into_iter().filter(|other| *other != room) {
                others.entry(other.to_owned()).or_default().push(file.clone());
            }
        }
    }
    used
}

/// Every file and folder beside `lib.rs` and `main.rs`.
fn rooms() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("src")).expect("the source is there");
    let names = entries.filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned));
    names.filter(|name| name != "lib" && name != "main").collect()
}

fn paths_of(room: &str) -> Vec<(PathBuf, Vec<String>)> {
    let files = files_of(room).into_iter();
    files.map(|file| (file.clone(), crate_paths(&product_code(&file)))).collect()
}

/// The files of a room, those of its tests aside: a test may look wherever it must.
fn files_of(room: &str) -> Vec<PathBuf> {
    let alone = root().join("src").join(format!("{room}.rs"));
    let files = if alone.exists() { vec![alone] } else { source_files(&root().join("src").join(room)) };
    files.into_iter().filter(|file| !is_test(file)).collect()
}
