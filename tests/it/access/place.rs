//! Paths at which no settings file can be: refused at the start, by every command, with nothing left beside them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::site::Site;

/// Everything under a folder, with what kind it is of.
fn everything(folder: &Path) -> Vec<(PathBuf, bool)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("our own folder") {
        let path = entry.expect("our own folder").path();
        let is_folder = path.is_dir() && !path.is_symlink();
        if is_folder {
            found.extend(everything(&path));
        }
        found.push((path, is_folder));
    }
    found.sort();
    found
}

#[test]
fn a_path_that_cannot_be_a_settings_file_is_refused_and_nothing_is_left_there() {
    let site = Site::new();
    let root = site.data();
    fs::create_dir(root.join("folder")).expect("our own folder");
    fs::write(root.join("file"), "{}").expect("our own folder");
    symlink("loop", root.join("loop")).expect("our own folder");
    symlink("folder", root.join("link")).expect("our own folder");
    let made = Command::new("mkfifo").arg(root.join("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "no pipe could be made");
    let before = everything(&root);
    for (name, reason) in [
        ("folder", "it is a folder"),
        ("link", "it is a folder"),
        ("new/", "it is a folder"),
        ("file/settings.json", "its folder is a file"),
        ("pipe", "it is not a regular file"),
        ("loop", "it is a link without end"),
    ] {
        let path = format!("{}/{name}", root.display());
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["rotate-key"]] {
            // No key is given, so that one would be made.
            let ended = Command::new(env!("CARGO_BIN_EXE_mcp-settings"))
                .args(command)
                .args(["--settings", &path])
                .env_clear()
                .env("HOME", site.home())
                .current_dir(site.home())
                .output()
                .expect("the service can be run");
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert_eq!(ended.status.code(), Some(1), "{command:?} {name}: {said}");
            // A command creates no file, so its first error is that the file is missing.
            let is_missing = name == "new/" && command[0] == "rotate-key";
            let reason = if is_missing { "there is no settings file" } else { reason };
            assert!(said.contains(reason) && said.contains(&path), "{command:?} {name}: {said}");
            assert_eq!(everything(&root), before, "{command:?} {name}: something was left");
        }
    }
}
