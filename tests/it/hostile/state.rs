//! A state that can't be stored: the service serves, says so, takes sessions into memory, and never says that a sign-out
//! is done which is not. Mounts are made in a namespace of the service's own, so these tests need root.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};

use crate::server::{SERVERS, TestServer, eventually, item};
use crate::site::Site;

const SESSION: &str = "/api/session";

fn reasons(server: &TestServer) -> Vec<String> {
    let ready = server.get("/ready").anonymous().send().expect(200).json();
    assert!(!ready.to_string().contains(&*server.home().to_string_lossy()), "a path: {ready}");
    let codes = ready["reasons"].as_array().into_iter().flatten();
    codes.map(|reason| reason["code"].as_str().expect("a code").to_owned()).collect()
}

#[track_caller]
fn works_in_memory(server: &TestServer) {
    let key = server.exchange(&server.code());
    server.put(item("a")).key(&key).json(&json!({"command": "x", "env": {"A": "s"}})).send().expect(201);
    let (_, opened) = server.follow();
    assert_eq!(opened.data["recent"][0]["by"], "page", "{opened:?}");
    server.delete(SESSION).key(&key).send().expect(204);
    server.get(SERVERS).key(&key).send().expect_problem(401, "unauthorized");
}

/// A service whose state is on a small disk of its own; the second word is the mount's options.
fn on_small_disk(site: &Arc<Site>, script: &str) -> TestServer {
    let folder = site.home().join("disk");
    fs::create_dir_all(&folder).expect("our own folder");
    let mount = format!("mount -t tmpfs -o size=512k,mode=700 tmpfs \"$0\" && {script} exec \"$@\"");
    let path = folder.to_string_lossy().into_owned();
    let launcher = ["unshare", "-m", "--propagation", "private", "sh", "-c", &mount, &path];
    TestServer::builder(Arc::clone(site))
        .env("MCP_SETTINGS_STATE_DIR", path.clone())
        .launcher(&launcher)
        .start()
}

/// The folder of the small disk as the service sees it.
fn disk(server: &TestServer) -> PathBuf {
    let folder = server.home().join("disk");
    PathBuf::from(format!("/proc/{}/root", server.pid())).join(folder.strip_prefix("/").expect("absolute"))
}

/// Takes what is left of the disk.
fn fill(server: &TestServer) {
    let mut size = 1 << 20;
    while 0 < size {
        let path = disk(server).join(format!("ballast-{size}"));
        if fs::write(&path, vec![1; size]).is_err() {
            size /= 2;
        } else {
            size -= size.min(1);
        }
    }
}

#[test]
fn a_full_disk_costs_no_session_and_no_sign_out_is_said_to_be_done() {
    let site = Arc::new(Site::new());
    let server = on_small_disk(&site, "");
    eventually("the state is open", || reasons(&server).is_empty());
    let kept = server.exchange(&server.code());
    fill(&server);
    // What the log still has room for is stored; at some point it is full.
    let mut made = Vec::new();
    eventually("the disk is full", || {
        made.push(server.exchange(&server.new_code()));
        reasons(&server) == ["state-not-stored"]
    });
    let last = made.last().expect("one was made");
    server.get(SERVERS).key(last).send().expect(200);
    let refusal = server.delete(SESSION).key(&kept).send();
    let refusal = refusal.expect_problem(503, "outcome-unknown");
    assert_eq!(refusal.json()["outcome"], "unknown");
    server.get(SERVERS).key(&kept).send().expect_problem(401, "unauthorized");
    server.put(item("a")).json(&json!({"command": "x"})).send().expect(201);
    let author = |server: &TestServer| server.follow().1.data["recent"][0]["by"].clone();
    assert_eq!(author(&server), "admin", "a change has its author though nothing can be stored");

    for entry in fs::read_dir(disk(&server)).expect("it runs") {
        let path = entry.expect("it runs").path();
        if path.is_file() {
            fs::remove_file(path).expect("our own file");
        }
    }
    eventually("it is stored", || reasons(&server).is_empty());
    let again = server.exchange(&server.new_code());
    server.delete(SESSION).key(&again).send().expect(204);
    server.get(SERVERS).key(&kept).send().expect_problem(401, "unauthorized");
    server.get(SERVERS).key(last).send().expect(200);
    assert_eq!(author(&server), "admin");
}

#[test]
fn a_disk_that_is_full_or_read_only_at_the_start_leaves_the_state_in_memory() {
    let fill = "head -c 600k /dev/zero > \"$0/ballast\" 2>/dev/null;";
    let seal = "mount -o remount,ro \"$0\";";
    for script in [fill, seal] {
        let server = on_small_disk(&Arc::new(Site::new()), script);
        eventually("it is said", || !reasons(&server).is_empty());
        let said = reasons(&server);
        assert!(said.iter().any(|code| code.starts_with("state-")), "{script}: {said:?}");
        works_in_memory(&server);
    }
}

#[test]
fn a_damaged_state_signs_out_and_is_said_until_the_next_start() {
    let server = TestServer::start();
    let (site, key) = (server.site(), server.exchange(&server.code()));
    server.stop();
    fs::write(site.state().join("state.db"), "garbage").expect("our own file");
    let server = TestServer::builder(Arc::clone(&site)).start();
    eventually("it is said", || reasons(&server) == ["state-damaged"]);
    server.get(SERVERS).key(&key).send().expect_problem(401, "unauthorized");
    let next = server.exchange(&server.code());
    assert!(server.log().contains("state.db.broken-"), "{}", server.log());
    server.stop();
    let server = TestServer::builder(site).start();
    server.get(SERVERS).key(&next).send().expect(200);
    assert_eq!(reasons(&server), [""; 0]);
}

#[test]
fn a_state_of_a_newer_version_is_left_alone_and_said() {
    let server = TestServer::start();
    let site = server.site();
    server.stop();
    site.change_state("PRAGMA user_version = 77");
    let before = fs::read(site.state().join("state.db")).expect("it is there");
    let server = TestServer::builder(Arc::clone(&site)).start();
    eventually("it is said", || reasons(&server) == ["state-newer"]);
    works_in_memory(&server);
    server.stop();
    assert_eq!(fs::read(site.state().join("state.db")).expect("it is there"), before);
}

#[test]
fn four_services_that_start_and_write_at_once_lose_nothing_of_each_other() {
    let site = Arc::new(Site::new());
    let start = || TestServer::builder(Arc::clone(&site)).env("MCP_SETTINGS_LOG", "error").start();
    let servers: Vec<TestServer> = thread::scope(|scope| {
        let starting: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        starting.into_iter().map(|server| server.join().expect("it starts")).collect()
    });
    let made: Vec<Vec<String>> = thread::scope(|scope| {
        let work = |server: &TestServer| {
            let mut keys: Vec<String> = (0..6).map(|_| server.exchange(&server.new_code())).collect();
            for key in keys.drain(..3) {
                server.delete(SESSION).key(&key).send().expect(204);
            }
            keys
        };
        let working: Vec<_> = servers.iter().map(|server| scope.spawn(move || work(server))).collect();
        working.into_iter().map(|keys| keys.join().expect("it works")).collect()
    });
    for server in &servers {
        for key in made.iter().flatten() {
            eventually("each knows the sessions of all", || {
                server.get(SERVERS).key(key).send().status == 200
            });
        }
        assert_eq!(reasons(server), [""; 0]);
    }
    servers.into_iter().for_each(|server| drop(server.stop()));
    let database = rusqlite::Connection::open(site.state().join("state.db")).expect("it is there");
    let count: Value = database
        .query_row("SELECT count(*) FROM session", [], |row| row.get::<_, i64>(0))
        .expect("it can be read")
        .into();
    assert_eq!(count, 12);
}
