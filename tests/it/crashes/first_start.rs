//! Killed before each system call of a first start and a first write, with no key given: no value is ever
//! encrypted by a key that the next start does not have.

use std::sync::Arc;

use serde_json::json;

use crate::launch::Builder;
use crate::server::{TestServer, item};
use crate::site::Site;

/// The system calls by which files come to be and to last.
const CALLS: [&str; 6] = ["flock", "fsync", "renameat2", "linkat", "unlink", "write"];

fn builder(site: &Arc<Site>) -> Builder {
    let builder = TestServer::builder(Arc::clone(site)).without_env("MCP_SETTINGS_SECRET_KEY");
    // The state store makes the same calls beside the first write, and has kills of its own in `state`.
    builder.env("MCP_SETTINGS_LOG", "error").env("MCP_SETTINGS_STATE_DIR", "/dev/null")
}

/// Starts and writes, to be killed as it makes this call for the nth time; whether the write was answered,
/// and whether the service outlived it.
fn write_until(site: &Arc<Site>, call: &str, count: usize) -> (bool, bool) {
    let kill = format!("inject={call}:signal=SIGKILL:when={count}");
    let trace = site.logs().join("strace").to_string_lossy().into_owned();
    // With -D the service is our own child, and strace only looks on.
    let strace = ["strace", "-D", "-f", "-qq", "-o", &trace, "-e", &kill];
    let Ok(server) = builder(site).launcher(&strace).try_start() else { return (false, false) };
    let write = server.put(item("a")).json(&json!({"command": "x", "env": {"A": "first"}}));
    let is_answered = write.try_send().is_ok_and(|answer| answer.status == 201);
    let is_alive = server.get("/health").try_send().is_ok();
    (is_answered, is_alive)
}

#[test]
fn killed_at_each_step_of_the_first_write_the_next_start_reads_what_is_there() {
    let (mut lost, mut kept) = (0, 0);
    for call in CALLS {
        for count in 1.. {
            let site = Arc::new(Site::new());
            let (is_answered, is_alive) = write_until(&site, call, count);
            if is_alive {
                assert!(1 < count, "a first write makes no {call}");
                break;
            }
            let case = format!("killed at {call} {count}");
            let server = builder(&site).start();
            let found = server.get(item("a")).expose("plaintext").send();
            match found.status {
                200 => assert_eq!(found.json()["config"]["env"]["A"], "first", "{case}"),
                404 => assert!(!is_answered, "{case}: an answered write is gone"),
                status => panic!("{case}: {status} {}", found.text()),
            }
            lost += usize::from(found.status == 404);
            kept += usize::from(found.status == 200);
            server.put(item("b")).json(&json!({"command": "x", "env": {"B": "later"}})).send().expect(201);
            assert_eq!(server.plaintext("b")["env"]["B"], "later", "{case}");
            let names: Vec<_> = site.files().into_iter().map(|(name, ..)| name).collect();
            let expected =
                [".mcp-settings.etag-key", ".mcp-settings.secret-key", ".settings.lock", "settings.json"];
            assert_eq!(names, expected, "{case}: leftover files");
        }
    }
    assert!(0 < lost && 0 < kept, "killed {lost} times before and {kept} times after the write");
}
