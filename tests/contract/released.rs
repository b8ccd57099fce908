//! What was released still holds: no client that was generated from `openapi/released.json` breaks. Only
//! `make openapi-release` replaces that file, and only where CHANGELOG.md names the version.

use serde_json::{Value, json};

use crate::breaking_changes::breaks;
use crate::document;

/// Set by `make openapi-release`.
const RELEASE: &str = "RELEASE_OPENAPI";

const FILE: &str = "released.json";

#[test]
fn no_client_of_what_was_released_breaks() {
    let current = document::checked_in();
    if std::env::var_os(RELEASE).is_some() {
        let changelog =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/CHANGELOG.md")).unwrap();
        may_be_released(&changelog, &document::read(FILE), &current).unwrap();
        std::fs::copy(document::path("mcp-settings.json"), document::path(FILE)).unwrap();
    }
    let broken = breaks(&document::read(FILE), &current);
    assert!(broken.is_empty(), "clients of the released document break: {broken:#?}");
}

#[test]
fn the_changelog_describes_a_release() {
    let version = |version: &str, paths: &[&str]| {
        let paths: serde_json::Map<String, Value> =
            paths.iter().map(|path| ((*path).to_owned(), json!({ "get": { "responses": {} } }))).collect();
        json!({ "info": { "version": version }, "paths": paths })
    };
    let (old, new) = (version("0.1.0", &["/a"]), version("0.2.0", &["/a", "/b"]));
    let changelog = "# Changes\n\n## 0.2.0 - 2026-01-01\n\n- More.\n\n## 0.1.0\n";
    assert_eq!(may_be_released(changelog, &old, &new), Ok(()));
    assert!(may_be_released("## Unreleased\n\n- 0.2.0\n", &old, &new).is_err(), "it is not in the changelog");
    assert!(may_be_released("## 0.2.01\n", &old, &new).is_err(), "another version is in the changelog");
    assert!(may_be_released(changelog, &new, &version("0.2.0", &["/a"])).is_err(), "a break in one version");
    assert_eq!(may_be_released(changelog, &new, &version("0.2.0", &["/a", "/b", "/c"])), Ok(()));
}

/// Whether this document may be promised after that one.
fn may_be_released(changelog: &str, before: &Value, current: &Value) -> Result<(), String> {
    let version = current["info"]["version"].as_str().unwrap_or_default();
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    let mut versions = headings.filter_map(|heading| heading.split([' ', ']']).next());
    if !versions.any(|heading| heading.trim_start_matches('[') == version) {
        return Err(format!("CHANGELOG.md has no heading `## {version}`"));
    }
    let broken = breaks(before, current);
    if before["info"]["version"] == version && !broken.is_empty() {
        return Err(format!("version {version} is released, and this breaks its clients: {broken:#?}"));
    }
    Ok(())
}
