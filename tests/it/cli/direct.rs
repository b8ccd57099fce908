//! The way to the document itself: the author is the account, the lock and the keys are the service's, and root leaves
//! no file behind in the folder of another.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use serde_json::json;

use crate::cli::{feed, run, run_with};
use crate::server::{ADMIN, TestServer, item};
use crate::site::Site;

const CONFIG: &str = r#"{"command":"npx","env":{"TOKEN":"hunter2"}}"#;

#[test]
fn the_author_is_the_account_and_a_service_knows_it_later() {
    let site = Site::new();
    let ran = feed(&site, &["set", "issues"], CONFIG).expect(0);
    let caller = ran.stderr.split("caller=\"").nth(1).and_then(|rest| rest.split('"').next());
    let caller = caller.unwrap_or_else(|| panic!("no caller: {ran:?}")).to_owned();
    assert!(caller.starts_with("local:") && caller.len() > "local:".len(), "{caller}");
    let server = TestServer::builder(site).start();
    let (_stream, opened) = server.follow();
    assert_eq!(opened.data["recent"][0]["by"], json!(caller), "{opened:?}");
}

#[test]
fn direct_works_beside_a_service_which_sees_it() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    feed(&server.site(), &["set", "b", "--direct"], CONFIG).expect(0);
    assert_eq!(server.names(), ["a", "b"]);
    assert_eq!(server.plaintext("b")["env"]["TOKEN"], "hunter2");
    let listed = run(&server.site(), &["list", "--direct", "-o", "name"]).expect(0);
    assert_eq!(listed.stdout, "a\nb\n");
}

#[test]
fn no_secret_is_sealed_with_a_key_that_a_running_service_lacks() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x", "env": {"A": "s"}}));
    let before = server.document();
    let other = [("MCP_SETTINGS_SECRET_KEY", "another-secret-key-0123456789abcdef")];
    let file = server.home().join("b.json");
    fs::write(&file, CONFIG).expect("ours");
    let arguments = ["set", "b", file.to_str().expect("UTF-8"), "--direct"];
    let ran = run_with(&server.site(), &other, &arguments).expect(1);
    assert!(!ran.stderr.contains("hunter2"), "{ran:?}");
    assert_eq!(server.document(), before);
    assert!(server.get(item("a")).send().expect(200).json()["config"]["env"]["A"].is_string());
}

#[test]
fn the_lock_of_another_process_is_waited_for_and_then_refused() {
    let site = Site::with_document("{}");
    let lock = fs::File::create(site.lock_path()).expect("ours");
    lock.lock().expect("nobody holds it");
    let file = site.home().join("a.json");
    fs::write(&file, CONFIG).expect("ours");
    let arguments = ["set", "a", file.to_str().expect("UTF-8")];
    let ran = run_with(&site, &[("MCP_SETTINGS_LOCK_TIMEOUT_MS", "50")], &arguments).expect(1);
    assert!(ran.stderr.contains("store-busy"), "{ran:?}");
    assert_eq!(site.document().as_deref(), Some(&b"{}"[..]));
}

#[test]
fn root_makes_no_file_in_the_folder_of_another() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let site = Site::new();
    chown(site.data(), Some(65534), Some(65534)).expect("root may");
    let ran = feed(&site, &["set", "a"], CONFIG).expect(1);
    assert!(ran.stderr.contains("belongs to the user 65534"), "{ran:?}");
    assert!(site.files().is_empty());
    // What is there already can be changed, and stays that user's.
    site.write("{}");
    for path in [site.document_path(), site.lock_path()] {
        fs::File::options().append(true).create(true).open(&path).expect("root may");
        chown(&path, Some(65534), Some(65534)).expect("root may");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("root may");
    }
    let names = || site.files().into_iter().map(|(name, mode, _)| (name, mode)).collect::<Vec<_>>();
    let before = names();
    feed(&site, &["set", "a"], CONFIG).expect(0);
    assert_eq!(names(), before);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).stdout, "a\n");
    assert_eq!(fs::metadata(site.document_path()).expect("it is there").uid(), 65534);
}

#[test]
fn both_ways_print_the_same() {
    let server = TestServer::start();
    server.seed("issues", &json!({"command": "npx", "env": {"TOKEN": "hunter2"}, "args": ["a"]}));
    let site = server.site();
    let key = [("MCP_SETTINGS_API_KEY", ADMIN)];
    for arguments in [
        &["list", "-o", "json"][..],
        &["list"],
        &["get", "issues"],
        &["get", "issues", "-o", "yaml"],
        &["get", "issues", "--reveal"],
        &["get", "other"],
    ] {
        let over_http = run_with(&site, &key, arguments);
        let direct = run(&site, &[arguments, &["--direct"]].concat());
        assert_eq!((over_http.code, &over_http.stdout), (direct.code, &direct.stdout), "{arguments:?}");
        let problem = |text: &str| {
            let lines = text.lines().filter(|line| !line.contains(" audit: "));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(problem(&over_http.stderr), problem(&direct.stderr), "{arguments:?}");
    }
}

#[test]
fn what_no_segment_of_a_path_can_be_is_refused_before_anything_is_asked() {
    let server = TestServer::start();
    let ways: [&[&str]; 2] = [&[], &["--direct"]];
    for way in ways {
        for (arguments, name) in [
            (&["get", ".."][..], "`..`"),
            (&["enable", "."], "`.`"),
            (&["copy", "", "x"], "empty"),
            (&["copy", ".", "x"], "`.`"),
            (&["remove", ""], "empty"),
            (&["rename", "..", "x"], "`..`"),
        ] {
            let key = [("MCP_SETTINGS_API_KEY", ADMIN)];
            let ran = run_with(&server.site(), &key, &[arguments, way].concat());
            assert_eq!(ran.code, Some(1), "{arguments:?}: {ran:?}");
            assert!(ran.stderr.contains(name) && !ran.stderr.contains("status"), "{arguments:?}: {ran:?}");
        }
    }
}
