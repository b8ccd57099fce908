//! Files that hold keys, as others could have left them: in a folder that others can write, a file may be a link, a
//! pipe, another account's, or writable by all. None of them is used, and none makes the start wait.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::json;

use crate::launch::{Builder, Stopped};
use crate::server::{TestServer, item};
use crate::site::Site;

const SECRET_KEY: &str = ".mcp-settings.secret-key";
const ETAG_KEY: &str = ".mcp-settings.etag-key";
const API_KEY: &str = ".mcp-settings.api-key";
const NOTE: &str = ".settings.json.key-accepted";

const FILES: [&str; 4] = [SECRET_KEY, ETAG_KEY, API_KEY, NOTE];

/// An account that is neither ours nor root's.
const NOBODY: u32 = 65_534;

const CONTENT: &str = "a-key-of-more-than-16-letters\n";

fn write(path: &Path) {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(CONTENT.as_bytes())).expect("our own folder");
}

/// A service that looks at all of these files.
fn builder(site: &Arc<Site>, file: &str) -> Builder {
    let builder = TestServer::builder(Arc::clone(site)).without_env("MCP_SETTINGS_API_KEYS");
    // The note is of a configured key.
    if file == NOTE { builder } else { builder.without_env("MCP_SETTINGS_SECRET_KEY") }
}

#[track_caller]
fn is_refused(site: &Arc<Site>, file: &str, reason: &str) {
    let Err(Stopped { code, stderr, .. }) = builder(site, file).try_start() else {
        panic!("{file} was used although it {reason}");
    };
    assert_eq!(code, Some(1), "{file}: {stderr}");
    assert!(stderr.contains(file) && stderr.contains(reason), "{file} {reason} is not said: {stderr}");
    assert!(!stderr.contains(CONTENT.trim_end()), "the key is repeated: {stderr}");
}

#[test]
fn a_key_file_that_others_can_have_made_or_can_change_stops_the_start() {
    type Spoil = fn(&Path, &Path);
    let spoils: [(Spoil, &str); 6] = [
        (
            |path, _| fs::set_permissions(path, Permissions::from_mode(0o620)).expect("our own file"),
            "written by others",
        ),
        (
            |path, _| fs::set_permissions(path, Permissions::from_mode(0o602)).expect("our own file"),
            "written by others",
        ),
        (|path, _| chown(path, Some(NOBODY), None).expect("tests run as root"), "belongs to the user 65534"),
        (
            |path, elsewhere| {
                fs::rename(path, elsewhere).expect("our own folder");
                symlink(elsewhere, path).expect("our own folder");
            },
            "symbolic link",
        ),
        (
            |path, _| {
                fs::remove_file(path).expect("our own file");
                let made = Command::new("mkfifo").arg(path).status();
                assert!(made.is_ok_and(|status| status.success()), "no pipe could be made");
            },
            "not a regular file",
        ),
        (
            |path, _| {
                fs::remove_file(path).expect("our own file");
                fs::create_dir(path).expect("our own folder");
            },
            "not a regular file",
        ),
    ];
    for file in FILES {
        for (spoil, reason) in spoils {
            let site = Arc::new(Site::new());
            let path = site.data().join(file);
            write(&path);
            spoil(&path, &site.home().join("elsewhere"));
            is_refused(&site, file, reason);
        }
    }
}

#[test]
fn an_empty_or_malformed_key_file_stops_the_start_and_is_not_replaced() {
    for file in [SECRET_KEY, ETAG_KEY, API_KEY] {
        for broken in ["", "\n", "short\n", "two words of a key file\n"] {
            let site = Arc::new(Site::new());
            let path = site.data().join(file);
            write(&path);
            fs::OpenOptions::new()
                .write(true)
                .truncate(true)
                .open(&path)
                .and_then(|mut file| file.write_all(broken.as_bytes()))
                .expect("our own file");
            is_refused(&site, file, "malformed");
            assert_eq!(fs::read_to_string(&path).expect("it is there"), broken, "{file}");
        }
    }
}

#[test]
fn files_of_ours_and_of_root_are_used() {
    for owner in [0, NOBODY] {
        let site = Arc::new(Site::new());
        let mut all = vec![site.data(), site.home(), site.logs()];
        for file in [SECRET_KEY, ETAG_KEY, API_KEY] {
            write(&site.data().join(file));
            // Readable by others, or root's could not be read: that is warned about.
            fs::set_permissions(site.data().join(file), Permissions::from_mode(0o644)).expect("our own file");
        }
        if owner == NOBODY {
            all.extend([SECRET_KEY, ETAG_KEY, API_KEY].map(|file| site.data().join(file)));
        }
        let root: PathBuf = site.data().parent().expect("a folder has a parent").to_owned();
        fs::set_permissions(&root, Permissions::from_mode(0o755)).expect("our own folder");
        all.iter().for_each(|path| chown(path, Some(NOBODY), Some(NOBODY)).expect("tests run as root"));
        let as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        let server = builder(&site, SECRET_KEY).launcher(&as_nobody).start();
        let write = server.put(item("a")).key(CONTENT.trim_end());
        write.json(&json!({"command": "x", "env": {"A": "s"}})).send().expect(201);
        let warned =
            FILES[..3].iter().all(|file| server.log().contains(&format!("{file}` can be read by others")));
        assert!(warned, "{}", server.log());
    }
}
