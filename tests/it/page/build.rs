//! The page depends on its sources alone, and nothing that is built from them is checked in.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::FILES;

#[test]
fn the_same_sources_build_the_same_page() {
    let [one, other] = ["ui-a", "ui-b"].map(built);
    let served = FILES.map(|(path, _)| if path == "/" { "index.html" } else { &path[1..] });
    let served: BTreeSet<String> =
        served.into_iter().flat_map(|name| [name.to_owned(), format!("{name}.gz")]).collect();
    assert_eq!(one.keys().cloned().collect::<BTreeSet<_>>(), served, "what is built is what is served");
    let differing: Vec<&String> = one.keys().filter(|name| one.get(*name) != other.get(*name)).collect();
    assert!(differing.is_empty() && one.len() == other.len(), "these differ: {differing:?}");
    let embedded = files(&root().join("ui/dist"));
    assert!(one == embedded, "ui/dist is not what the sources build: run `make ui`");
}

#[test]
fn nothing_that_is_built_is_checked_in() {
    let listed =
        Command::new("git").args(["ls-files", "ui"]).current_dir(root()).output().expect("git is there");
    let listed = String::from_utf8(listed.stdout).expect("names are text");
    assert!(listed.lines().any(|name| name == "ui/package-lock.json"), "{listed}");
    let is_built = |name: &&str| {
        let in_dist = name.starts_with("ui/dist/") && *name != "ui/dist/.gitignore";
        in_dist || name.contains("node_modules/") || name.ends_with("schema.d.ts")
    };
    assert_eq!(listed.lines().filter(is_built).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_node_that_is_too_old_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let node = folder.path().join("node");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    let build = |version: &str| {
        std::fs::write(&node, format!("#!/bin/sh\necho {version}\n")).expect("our own folder");
        std::fs::set_permissions(&node, std::fs::Permissions::from_mode(0o755)).expect("our own file");
        let mut need = Command::new(root().join("tests/tools/need"));
        need.args(["node=nodejs", "npm=npm"]).env("PATH", &path).output().expect("it is run")
    };
    for version in ["v18.20.4", "v20.18.3", "v9.0.0"] {
        let output = build(version);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("20.19") && said.contains(version), "{said}");
    }
    for version in ["v20.19.0", "v20.20.2", "v22.13.0"] {
        assert!(build(version).status.success(), "{version}");
    }
}

/// Every file that is built into an empty folder of this name.
fn built(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    drop(std::fs::remove_dir_all(&into));
    let node = Command::new("node").arg("bundle.mjs").arg(&into).current_dir(root().join("ui")).output();
    let node = node.expect("`make test` installs it");
    assert!(node.status.success(), "{}", String::from_utf8_lossy(&node.stderr));
    files(&into)
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries =
        std::fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it is read").path());
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_built = |path: &PathBuf| name(path) != ".gitignore";
    entries.filter(is_built).map(|path| (name(&path), std::fs::read(&path).expect("it is a file"))).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
