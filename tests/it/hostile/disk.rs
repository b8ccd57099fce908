//! A folder or a disk that does not take a write: refused, the old document, nothing left over, and no restart
//! needed afterwards. Mounts are made in a namespace of the service's own, so these tests need root.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use super::refused;
use crate::server::{SERVERS, TestServer, item};
use crate::site::Site;

#[test]
fn a_missing_folder_is_not_an_empty_document() {
    let server = TestServer::start();
    fs::remove_dir_all(server.data()).expect("our own folder");
    server.get(SERVERS).send().expect_problem(503, "store-unavailable");
    server.get("/ready").send().expect(503);
    server.get("/health").send().expect(200);
    let write = server.put(item("x")).json(&json!({"command": "x"}));
    write.clone().send().expect_problem(503, "store-unavailable");
    assert!(!server.data().exists(), "the folder was created again");

    fs::create_dir(server.data()).expect("our own folder");
    server.get(SERVERS).send().expect(200);
    write.send().expect(201);
}

#[test]
fn a_folder_that_cannot_be_written_is_read_only_until_it_can() {
    let site =
        Site::with_document(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#);
    let mode = |bits| fs::set_permissions(site.data(), Permissions::from_mode(bits)).expect("our own folder");
    mode(0o500);
    let path = site.data();
    // Root ignores file modes unless it gives these capabilities up.
    let without = "-dac_override,-dac_read_search,-fowner";
    let (bounding, inheritable) = (format!("--bounding-set={without}"), format!("--inh-caps={without}"));
    let server = TestServer::builder(site).launcher(&["setpriv", &bounding, &inheritable]).start();

    server.get(item("a")).send().expect(200);
    server.get("/ready").send().expect(200);
    let write = server.patch(item("a")).json(&json!({"description": "d"}));
    refused(&server, "a folder without write permission", write.clone(), 409, "document-read-only");
    fs::set_permissions(path, Permissions::from_mode(0o700)).expect("our own folder");
    write.send().expect(200);
}

/// A service whose folder is a small file system of its own.
struct OnTmpfs {
    server: TestServer,
}

impl OnTmpfs {
    fn start() -> Self {
        let site = Site::new();
        let folder = site.data().to_string_lossy().into_owned();
        let mount = "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$0\" && exec \"$@\"";
        let launcher = ["unshare", "-m", "--propagation", "private", "sh", "-c", mount, &folder];
        Self { server: TestServer::builder(site).launcher(&launcher).start() }
    }

    /// A path in the folder as the service sees it.
    fn path(&self, name: &str) -> PathBuf {
        let inside = self.server.data().join(name);
        let inside = inside.strip_prefix("/").expect("it is absolute");
        PathBuf::from(format!("/proc/{}/root", self.server.pid())).join(inside)
    }

    /// Every file in the folder but the ballast, as the service sees it.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.path("")).expect("the service runs");
        let names =
            entries.map(|entry| entry.expect("the service runs").file_name().to_string_lossy().into_owned());
        let mut files: Vec<_> = names
            .filter(|name| name != "ballast")
            .map(|name| (name.clone(), fs::read(self.path(&name)).expect("the service runs")))
            .collect();
        files.sort();
        files
    }

    /// Makes the file system writable or not.
    fn remount(&self, access: &str) {
        let folder = self.server.data();
        let status = Command::new("nsenter")
            .args(["-t", &self.server.pid().to_string(), "-m", "mount", "-o", &format!("remount,{access}")])
            .arg(folder)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "could not remount {access}");
    }

    #[track_caller]
    fn refuses_writes(&self, why: &str, status: u16, slug: &str) {
        let before = self.files();
        let writes = [
            self.server.put(item("new")).json(&json!({"command": "x", "env": {"A": "secret"}})),
            self.server.patch(item("old")).json(&json!({"description": "d"})),
            self.server.delete(item("old")),
        ];
        for write in writes {
            write.send().expect_problem(status, slug);
            assert!(self.files() == before, "{why}: the folder changed");
        }
        self.server.get(item("old")).send().expect(200);
    }
}

#[test]
fn a_full_disk_keeps_the_old_document() {
    let tmpfs = OnTmpfs::start();
    tmpfs.server.seed("old", &json!({"command": "x"}));
    let mut ballast = fs::File::create(tmpfs.path("ballast")).expect("the service runs");
    while ballast.write(&[0; 4096]).is_ok_and(|written| written > 0) {}

    tmpfs.refuses_writes("a full disk", 503, "store-unavailable");
    fs::remove_file(tmpfs.path("ballast")).expect("our own file");
    drop(ballast);
    tmpfs.server.patch(item("old")).json(&json!({"description": "d"})).send().expect(200);
}

#[test]
fn a_file_system_that_turns_read_only_keeps_the_old_document() {
    let tmpfs = OnTmpfs::start();
    tmpfs.server.seed("old", &json!({"command": "x"}));
    tmpfs.remount("ro");
    tmpfs.refuses_writes("a read-only file system", 409, "document-read-only");
    tmpfs.remount("rw");
    tmpfs.server.patch(item("old")).json(&json!({"description": "d"})).send().expect(200);
}
