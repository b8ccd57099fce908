//! How a rotation ends: 0 where all is done, 1 where it is refused or fails, 3 where some value stays unreadable. What
//! is refused makes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{GONE, NEW, command, command_on, rotate, site};
use crate::server::SECRET;
use crate::site::Site;

/// Every path below this folder.
fn below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("our own folder").path();
        found.extend(below(&path));
        found.insert(path);
    }
    found
}

#[test]
fn without_settings_it_is_refused_and_makes_nothing() {
    for check in [false, true] {
        for target in ["settings.json", "nowhere/settings.json"] {
            let site = Site::new();
            let before = (below(&site.data()), below(&site.home()));
            let mut command = command_on(&[], &site, &site.data().join(target), &[NEW]);
            if check {
                command.arg("--check");
            }
            let output = command.output().expect("it can be run");
            assert_eq!(output.status.code(), Some(1), "{target}: {output:?}");
            assert!(output.stdout.is_empty(), "{output:?}");
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(stderr.contains("settings.json"), "it is not said what is missing: {stderr}");
            assert_eq!((below(&site.data()), below(&site.home())), before, "{target}: something was made");
        }
    }
}

#[test]
fn with_values_that_stay_unreadable_it_ends_with_three() {
    let site = site("settings/v1.58.0.json");
    let before = site.document();
    for arguments in [&["--check"][..], &[], &["--old-key-lost"]] {
        let output = command(&[], &site, &[GONE]).args(arguments).output().expect("it can be run");
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("no key opens: "), "{output:?}");
        assert!(site.document() == before, "{arguments:?}");
    }
}

#[test]
fn a_check_says_what_a_rotation_would_do_and_does_nothing() {
    let site = site("settings/v1.58.0.json");
    let before = (site.document(), below(&site.home()), site.files().len());
    let check = |keys: &[&str]| command(&[], &site, keys).arg("--check").output().expect("it can be run");
    let would = check(&[NEW, SECRET]);
    assert_eq!(would.status.code(), Some(0), "{would:?}");
    assert_eq!(check(&[SECRET]).stdout, b"would encrypt again: 0\n");
    assert_eq!((site.document(), below(&site.home()), site.files().len()), before, "something was made");
    let done = rotate(&site, &[NEW, SECRET]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints UTF-8");
    assert_eq!(text(would.stdout).replace("would encrypt", "encrypted"), text(done.stdout));
}

#[test]
fn a_server_that_cannot_be_read_and_holds_an_older_value_stays_unreadable() {
    use crate::crypto::seal;
    for (token, code) in [(seal(SECRET, "s"), 3), (seal(NEW, "s"), 0)] {
        // Twice the same member: nobody can say which one counts.
        let text = format!(
            r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{{"odd":{{"env":{{"A":"{token}"}},"env":{{}}}}}}}}}}}}"#
        );
        let site = Site::with_document(text);
        let output = rotate(&site, &[NEW, SECRET]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
}

#[test]
fn root_makes_no_file_in_a_folder_of_another_account() {
    const NOBODY: u32 = 65_534;
    let site = site("settings/v1.58.0.json");
    for path in [site.data(), site.document_path()] {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("tests run as root");
    }
    let before = site.files();
    for arguments in [&[][..], &["--old-key-lost"]] {
        let output = command(&[], &site, &[NEW, SECRET]).args(arguments).output().expect("it can be run");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("65534"), "{output:?}");
        assert!(site.files() == before, "{arguments:?}: a file was made");
    }
    // With the lock that the service made there is nothing to make, and the file keeps its owner.
    std::fs::File::create(site.lock_path()).expect("our own folder");
    assert_eq!(rotate(&site, &[NEW, SECRET]).status.code(), Some(0));
    let owner =
        std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(site.document_path()).expect("it is there"));
    assert_eq!(owner, NOBODY);
}
