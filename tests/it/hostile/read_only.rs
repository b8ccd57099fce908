//! Places where nothing can be written until somebody changes that: the document is read, each write is refused with
//! the reason and what to do, everyone who asks gets it, and no restart is needed when it is repaired. Mounts are made
//! in a namespace of the service's own, so these tests need root.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::server::{READER, SETTINGS, TestServer, eventually, item, settings_item};
use crate::site::Site;

const DOCUMENT: &str = r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#;

/// An account that is not ours.
const SOMEBODY: u32 = 12_345;

/// Root ignores modes and owners of files unless it gives these capabilities up.
const PLAIN: [&str; 3] = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown",
    "--inh-caps=-dac_override,-dac_read_search,-fowner,-chown",
];

/// A service that began on a document which it may read, in a mount namespace of its own.
fn in_namespace(site: Site, mount: &str, paths: [&Path; 2]) -> TestServer {
    let script = format!("{mount} && shift && exec \"$@\"");
    let [first, second] = paths.map(|path| path.to_string_lossy().into_owned());
    let launcher = ["unshare", "-m", "--propagation", "private", "sh", "-c", &script, &first, &second];
    TestServer::builder(site).launcher(&launcher).start()
}

/// Changes a mount of the service.
fn in_its_namespace(server: &TestServer, command: &[&str]) {
    let status = Command::new("nsenter").args(["-t", &server.pid().to_string(), "-m"]).args(command).status();
    assert!(status.is_ok_and(|status| status.success()), "could not {command:?}");
}

/// A path as the service sees it.
fn as_seen(server: &TestServer, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root", server.pid()))
        .join(path.strip_prefix("/").expect("it is absolute"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("it is there").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Claims that the document is shown and every way to write it refused, for the reason of which this is a part; and that
/// everyone who asks gets the reason.
#[track_caller]
fn is_read_only(server: &TestServer, slug: &str, part: &str) {
    let before = names(&as_seen(server, &server.data()));
    server.get(item("a")).send().expect(200);
    let writes = [
        server.put(item("new")).json(&json!({"command": "x", "env": {"A": "secret"}})),
        server.put(item("a")).json(&json!({"command": "x"})),
        server.patch(item("a")).json(&json!({"description": "d"})),
        server.patch(item("a")).if_match("\"stale\"").json(&json!({"description": "d"})),
        server.delete(item("a")),
        server.post(format!("{}/rename", item("a"))).json(&json!({"to": "b"})),
        server.post(settings_item("new")).json(&json!({"command": "x"})),
        server.delete(settings_item("a")),
        server.patch(SETTINGS).json(&json!({"conversation_settings_diff": {"max_iterations": 7}})),
        server.put(format!("{}?dry_run=true", item("new"))).json(&json!({"command": "x"})),
    ];
    for write in writes {
        let answer = write.send();
        let shown = format!("{} {}", answer.status, answer.text());
        assert_eq!((answer.status, answer.problem().as_str()), (409, slug), "{shown}");
        assert!(answer.text().contains(part), "{part:?} is not reported: {shown}");
        assert!(answer.header("retry-after").is_none(), "it will not pass: {shown}");
        assert!(!answer.text().contains(&*server.data().to_string_lossy()), "the path is shown: {shown}");
    }
    let ready = server.get("/ready").send().expect(200).json();
    assert_eq!(ready["status"], "degraded", "{ready}");
    let reasons = ready["reasons"].as_array().expect("it is a list");
    assert!(reasons.iter().any(|reason| reason["code"] == "read-only"), "{ready}");
    let session = server.get("/api/session").key(READER).send().expect(200).json();
    assert_eq!(session["access"]["state"], "read-only", "{session}");
    assert!(session["access"]["reason"].as_str().is_some_and(|reason| reason.contains(part)), "{session}");
    let (_, opened) = server.follow();
    assert_eq!(opened.text("access"), "read-only", "{opened:?}");
    assert_eq!(names(&as_seen(server, &server.data())), before, "something was left over");
}

/// Claims that the service has noticed that the document can be written, and writes it.
#[track_caller]
fn is_writable(server: &TestServer) {
    assert_eq!(server.get("/ready").send().expect(200).json()["status"], "ready");
    server.patch(item("a")).json(&json!({"description": "written"})).send().expect(200);
}

/// How often the log says at the start that the document is read-only.
fn count_in_log(server: &TestServer) -> usize {
    server.log().lines().filter(|line| line.contains("read-only")).count()
}

/// The same, where the settings file is a link to the mounted one.
fn linked_single_file() -> (TestServer, PathBuf) {
    let site = Site::new();
    let [source, mounted] = ["source.json", "mounted.json"].map(|name| site.home().join(name));
    fs::write(&source, DOCUMENT).expect("our own folder");
    fs::write(&mounted, "").expect("our own folder");
    symlink(&mounted, site.document_path()).expect("our own folder");
    let server = in_namespace(site, "mount --bind \"$0\" \"$1\"", [&source, &mounted]);
    (server, source)
}

fn single_file() -> (TestServer, PathBuf) {
    let site = Site::with_document(DOCUMENT);
    let source = site.home().join("source.json");
    fs::write(&source, DOCUMENT).expect("our own folder");
    let target = site.document_path();
    let server = in_namespace(site, "mount --bind \"$0\" \"$1\"", [&source, &target]);
    (server, source)
}

#[test]
fn a_file_that_is_mounted_alone_is_read_only_and_its_folder_is_asked_for() {
    let (server, _) = single_file();
    eventually("the log has it", || 0 < count_in_log(&server));
    assert_eq!(count_in_log(&server), 1, "{}", server.log());
    is_read_only(&server, "document-read-only", "Mount its folder");
    in_its_namespace(&server, &["umount", &server.document_path().to_string_lossy()]);
    is_writable(&server);
}

#[test]
fn a_mounted_file_that_was_replaced_at_its_source_is_gone() {
    let places: [fn() -> (TestServer, PathBuf); 2] = [single_file, linked_single_file];
    for (is_replaced, place) in [(true, places[0]), (false, places[0]), (true, places[1])] {
        let (server, source) = place();
        server.get(item("a")).send().expect(200);
        if is_replaced {
            let other = source.with_extension("other");
            fs::write(&other, DOCUMENT.replace(r#""x""#, r#""y""#)).expect("our own folder");
            fs::rename(other, &source).expect("our own folder");
        } else {
            fs::remove_file(&source).expect("our own file");
        }
        let reads = [item("a"), "/ready".to_owned(), SETTINGS.to_owned()];
        let reads = reads.iter().map(|target| server.get(target));
        for request in reads.chain([server.put(item("a")).json(&json!({"command": "x"}))]) {
            let answer = request.send();
            assert_eq!(answer.problem(), "document-vanished", "{}", answer.text());
            assert!(answer.text().contains("Mount its folder"), "{}", answer.text());
        }
    }
}

#[test]
fn a_folder_that_is_mounted_read_only_is_written_again_when_it_is_remounted() {
    let site = Site::with_document(DOCUMENT);
    let folder = site.data();
    let mount = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"";
    let server = in_namespace(site, mount, [&folder, &folder]);
    is_read_only(&server, "document-read-only", "read-only. Mount it writable");
    let remount = |access: &str| {
        let options = format!("remount,bind,{access}");
        in_its_namespace(&server, &["mount", "-o", &options, &folder.to_string_lossy()]);
    };
    // Noticed by a read, and by a stream that is open.
    let (mut stream, opened) = server.follow();
    assert_eq!(opened.text("access"), "read-only");
    remount("rw");
    assert_eq!(stream.next().text("access"), "writable");
    is_writable(&server);
    // By a write.
    remount("ro");
    server
        .patch(item("a"))
        .json(&json!({"description": "e"}))
        .send()
        .expect_problem(409, "document-read-only");
    is_read_only(&server, "document-read-only", "read-only. Mount it writable");
    remount("rw");
    server.patch(item("a")).json(&json!({"description": "e"})).send().expect(200);
    // By `/ready`, before anybody has tried to write.
    remount("ro");
    assert_eq!(server.get("/ready").send().expect(200).json()["status"], "degraded");
}

#[test]
fn a_folder_of_another_account_is_read_only_and_so_is_a_document_of_one() {
    let site = Site::with_document(DOCUMENT);
    let (folder, document) = (site.data(), site.document_path());
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("our own folder");
    fs::set_permissions(&document, Permissions::from_mode(0o644)).expect("our own file");
    chown(&folder, Some(SOMEBODY), Some(SOMEBODY)).expect("these tests run as root");
    let server = TestServer::builder(site).launcher(&PLAIN).start();
    is_read_only(&server, "document-read-only", "may not write in its folder");
    chown(&folder, Some(0), Some(0)).expect("these tests run as root");
    chown(&document, Some(SOMEBODY), Some(SOMEBODY)).expect("these tests run as root");
    is_read_only(&server, "ownership", "Let the service run as");
    chown(&document, Some(0), Some(0)).expect("these tests run as root");
    is_writable(&server);
}

#[test]
fn a_lock_file_that_cannot_be_opened_makes_the_document_read_only() {
    let site = Site::with_document(DOCUMENT);
    let lock = site.lock_path();
    fs::write(&lock, "").expect("our own folder");
    fs::set_permissions(&lock, Permissions::from_mode(0o600)).expect("our own file");
    chown(&lock, Some(SOMEBODY), Some(SOMEBODY)).expect("these tests run as root");
    let server = TestServer::builder(site).launcher(&PLAIN).start();
    is_read_only(&server, "document-read-only", "its lock file");
    fs::remove_file(&lock).expect("our own folder");
    is_writable(&server);
}

/// A file or folder with a mark that `chattr` sets. Taken away when dropped, or the test's folder could not be removed.
struct Marked<'a>(&'a Path);

impl<'a> Marked<'a> {
    /// Nothing where the file system has no such marks.
    fn set(path: &'a Path) -> Option<Self> {
        let status = Command::new("chattr").arg("+i").arg(path).status();
        status.is_ok_and(|status| status.success()).then_some(Self(path))
    }
}

impl Drop for Marked<'_> {
    fn drop(&mut self) {
        drop(Command::new("chattr").arg("-i").arg(self.0).status());
    }
}

#[test]
fn an_immutable_document_or_folder_is_read_only_until_the_mark_is_taken_away() {
    let server = TestServer::builder(Site::with_document(DOCUMENT)).start();
    is_writable(&server);
    for path in [server.document_path(), server.data()] {
        let Some(mark) = Marked::set(&path) else { return };
        is_read_only(&server, "document-read-only", "immutable");
        drop(mark);
        is_writable(&server);
        server.patch(item("a")).json(&json!({"description": null})).send().expect(200);
    }
}
