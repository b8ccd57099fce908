//! Killed before each system call of making the state, of migrating it, of a sign-in and of a sign-out: what was answered
//! is there, above all that a session has ended, and the next start has no damage to report.

use std::fs;
use std::sync::Arc;

use serde_json::json;

use crate::launch::Builder;
use crate::server::{SERVERS, TestServer};
use crate::site::Site;

/// The system calls by which SQLite makes and changes files.
const CALLS: [&str; 3] = ["pwrite64", "fdatasync", "ftruncate"];

const SESSION: &str = "/api/session";

fn builder(site: &Arc<Site>) -> Builder {
    TestServer::builder(Arc::clone(site)).env("MCP_SETTINGS_LOG", "error")
}

/// What was answered before the end.
#[derive(Default)]
struct Answered {
    signed_in: Option<String>,
    signed_out: bool,
    is_alive: bool,
}

/// Starts, to be killed as it makes this call for the nth time.
fn start_until(site: &Arc<Site>, call: &str, count: usize) -> Option<TestServer> {
    let kill = format!("inject={call}:signal=SIGKILL:when={count}");
    let trace = site.logs().join("strace").to_string_lossy().into_owned();
    let strace = ["strace", "-D", "-f", "-qq", "-o", &trace, "-e", &kill];
    builder(site).launcher(&strace).try_start().ok()
}

/// The same, and signs in and out.
fn work_until(site: &Arc<Site>, call: &str, count: usize) -> Answered {
    let mut answered = Answered::default();
    let Some(server) = start_until(site, call, count) else { return answered };
    let code =
        server.output.lines().iter().find_map(|line| Some(line.split_once("#code=")?.1.trim().to_owned()));
    let Some(code) = code.or_else(|| server.get("/health").try_send().ok().map(|_| server.code())) else {
        return answered;
    };
    let exchange = server.post(SESSION).anonymous().json(&json!({"code": code})).try_send();
    let Some(key) = exchange.ok().filter(|answer| answer.status == 200) else { return answered };
    let key = key.json()["key"].as_str().expect("a key").to_owned();
    answered.signed_in = Some(key.clone());
    let end = server.delete(SESSION).key(&key).try_send();
    answered.signed_out = end.is_ok_and(|answer| answer.status == 204);
    answered.is_alive = server.get("/health").try_send().is_ok();
    answered
}

#[test]
fn killed_at_each_step_what_was_answered_is_there() {
    let (mut before, mut between, mut after) = (0, 0, 0);
    for call in CALLS {
        for count in 1.. {
            let site = Arc::new(Site::new());
            let answered = work_until(&site, call, count);
            if answered.is_alive {
                break;
            }
            let case = format!("killed at {call} {count}");
            let server = builder(&site).start();
            match (&answered.signed_in, answered.signed_out) {
                (None, _) => before += 1,
                (Some(key), true) => {
                    let status = server.get(SERVERS).key(key).send().status;
                    assert_eq!(status, 401, "{case}: a sign-out is lost");
                    after += 1;
                }
                // It was asked to sign out, which may have been stored.
                (Some(key), false) => {
                    let status = server.get(SERVERS).key(key).send().status;
                    assert!([200, 401].contains(&status), "{case}: {status}");
                    between += 1;
                }
            }
            let key = server.exchange(&server.code());
            server.get(SERVERS).key(&key).send().expect(200);
            let ready = server.get("/ready").send().expect(200).json();
            assert_eq!(ready, json!({"status": "ready"}), "{case}");
        }
    }
    assert!(0 < before && 0 < between, "killed {before} times before, {between} between and {after} after");
}

#[test]
fn killed_at_each_step_of_a_migration_the_next_start_has_all_of_it() {
    let server = builder(&Arc::new(Site::new())).start();
    let (site, key) = (server.site(), server.exchange(&server.code()));
    server.stop();
    // What version 1 leaves: the later ones add to it.
    for table in [
        "author",
        "run",
        "approval",
        "approved_member",
        "attempts",
        "policy",
        "instance",
        "known_tools",
        "known_tool",
        "list",
        "origin",
        "intended_origin",
        "reservation",
        "gateway_entry",
        "gateway",
        "bag",
    ] {
        site.change_state(&format!("DROP TABLE {table}"));
    }
    site.change_state("ALTER TABLE own DROP COLUMN generation; ALTER TABLE own DROP COLUMN origins; PRAGMA user_version = 1; VACUUM");
    let database = site.state().join("state.db");
    let old = fs::read(&database).expect("it is there");
    // Of a copy, so that nothing is recovered before the service does it.
    let version = || {
        let copy = tempfile::tempdir().expect("a folder");
        for name in ["state.db", "state.db-wal"].iter().filter(|name| site.state().join(name).exists()) {
            fs::copy(site.state().join(name), copy.path().join(name)).expect("our own file");
        }
        let database = rusqlite::Connection::open(copy.path().join("state.db")).expect("it is there");
        let version = database.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        version.expect("it is a database")
    };
    let mut left = Vec::new();
    for call in CALLS {
        for count in 1.. {
            fs::write(&database, &old).expect("our own file");
            let case = format!("killed at {call} {count}");
            let killed = start_until(&site, call, count).map(|server| {
                // Answered when the state is open.
                let answer = server.get(SERVERS).key(&key).try_send();
                answer.is_ok_and(|answer| answer.status == 200) && server.get("/health").try_send().is_ok()
            });
            let is_done = killed == Some(true);
            let found = version();
            let server = builder(&site).start();
            server.get(SERVERS).key(&key).send().expect(200);
            let ready = server.get("/ready").send().expect(200).json();
            assert_eq!(ready, json!({"status": "ready"}), "{case}");
            server.stop();
            assert_eq!(version(), 6, "{case}");
            if is_done {
                break;
            }
            left.push(found);
        }
    }
    let count = |version| left.iter().filter(|left| **left == version).count();
    assert!(2 < count(1) && 0 < count(2) && 0 < count(3), "what the kills have left: {left:?}");
}
