//! The locks that are shared with other processes, OpenHands' among them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::bench::{
    Bench, HeldLock, PATIENCE, PythonLock, change, code, current_value, pairs, put, read, run, set, text,
    until, wait,
};
use crate::store::file::{FileStore, FileStoreOptions};
use crate::store::{Change, Decision, Store};

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(50)
}

#[test]
fn while_another_process_holds_the_lock_reads_answer_and_writes_give_up_in_time() {
    let bench = Bench::with(&[("a", "1")]);
    let lock = PythonLock::take(&bench.root.join(".settings.lock"));
    let store = bench.open();
    assert_eq!(read(&store), pairs(&[("a", "1")]));
    bench.replace(&[("a", "2")]);
    assert_eq!(read(&store), pairs(&[("a", "2")]));
    let begun = Instant::now();
    let outcome = run(&store, Change { deadline: soon(), ..set("a", "3") });
    assert_eq!(code(&outcome), "busy", "{outcome:?}");
    assert!(begun.elapsed() < PATIENCE);
    drop(lock);
    run(&store, set("b", "1")).unwrap();
    assert_eq!(read(&store), pairs(&[("a", "2"), ("b", "1")]));
}

#[test]
fn a_holder_that_dies_holds_nothing() {
    let bench = Bench::with(&[]);
    let lock = PythonLock::take(&bench.root.join(".settings.lock"));
    let store = bench.open();
    let commit = store.commit(set("a", "1"));
    lock.kill();
    assert!(wait(commit).is_ok());
}

#[test]
fn a_lock_granted_after_all_changes_gave_up_is_released_unused() {
    let bench = Bench::with(&[]);
    let store = bench.open();
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let outcome = run(&store, Change { deadline: soon(), ..set("a", "1") });
    assert_eq!(code(&outcome), "busy");
    bench.failpoints.forget();
    drop(lock);
    // Whichever of the two grants the next change comes with, one of them has read nothing.
    run(&store, set("b", "1")).unwrap();
    assert_eq!(bench.failpoints.count("read"), 1);
    assert_eq!(read(&store), pairs(&[("b", "1")]));
}

#[test]
fn a_stale_lock_file_is_used_as_it_is_and_stays() {
    let bench = Bench::new();
    let lock = bench.root.join(".settings.lock");
    fs::write(&lock, "4711").unwrap();
    run(&bench.open(), set("a", "1")).unwrap();
    assert_eq!(fs::read(&lock).unwrap(), b"4711");
}

#[test]
fn a_new_lock_file_is_private_and_stays() {
    let bench = Bench::new();
    run(&bench.open(), set("a", "1")).unwrap();
    let metadata = fs::metadata(bench.root.join(".settings.lock")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o7777, 0o600);
    assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
}

#[test]
fn a_wait_for_a_replaced_lock_file_continues_on_the_new_one() {
    let bench = Bench::with(&[]);
    let store = bench.open();
    let path = bench.root.join(".settings.lock");
    let old = HeldLock::take(&path);
    bench.failpoints.forget();
    let commit = store.commit(set("a", "1"));
    until("the committer is about to lock", || bench.failpoints.count("lock") == 1);
    let aside = bench.root.join("new-lock");
    let new = PythonLock::take(&aside);
    fs::rename(&aside, &path).unwrap();
    drop(old);
    until("the committer has noticed", || bench.failpoints.count("lock") >= 2);
    assert_eq!(bench.on_disk(), text(&[]).as_bytes(), "written beside the holder of the lock");
    drop(new);
    assert!(wait(commit).is_ok());
    assert_eq!(bench.failpoints.count("lock"), 2);
}

/// A link in one folder to a document in another.
fn linked() -> (Bench, FileStore) {
    let bench = Bench::new();
    for name in ["given", "real"] {
        fs::create_dir(bench.root.join(name)).unwrap();
    }
    fs::write(bench.root.join("real/mcp.json"), text(&[])).unwrap();
    symlink("../real/mcp.json", bench.root.join("given/settings.json")).unwrap();
    let options = FileStoreOptions { path: bench.root.join("given/settings.json"), ..bench.options() };
    let store = FileStore::open(options).unwrap();
    (bench, store)
}

#[test]
fn a_link_stays_a_link_and_its_file_is_written() {
    let (bench, store) = linked();
    run(&store, set("a", "1")).unwrap();
    assert!(bench.root.join("given/settings.json").is_symlink());
    assert_eq!(read(&store), pairs(&[("a", "1")]));
    assert_eq!(super::bench::names_in(&bench.root.join("given")), [".settings.lock", "settings.json"]);
    assert_eq!(super::bench::names_in(&bench.root.join("real")), [".mcp.lock", "mcp.json"]);
    let other = FileStoreOptions { path: bench.root.join("real/mcp.json"), ..bench.options() };
    assert_eq!(read(&FileStore::open(other).unwrap()), pairs(&[("a", "1")]));
}

#[test]
fn a_link_is_locked_at_both_its_ends() {
    for lock in ["given/.settings.lock", "real/.mcp.lock"] {
        let (bench, store) = linked();
        let lock = PythonLock::take(&bench.root.join(lock));
        let outcome = run(&store, Change { deadline: soon(), ..set("a", "1") });
        assert_eq!(code(&outcome), "busy", "{outcome:?}");
        drop(lock);
        run(&store, set("b", "1")).unwrap();
    }
}

#[test]
fn a_link_to_nothing_yet_gets_its_file() {
    let (bench, store) = linked();
    fs::remove_file(bench.root.join("given/settings.json")).unwrap();
    fs::remove_file(bench.root.join("real/mcp.json")).unwrap();
    drop(store);
    symlink("../real/new.json", bench.root.join("given/settings.json")).unwrap();
    let options = FileStoreOptions { path: bench.root.join("given/settings.json"), ..bench.options() };
    let store = FileStore::open(options).unwrap();
    assert_eq!(read(&store), []);
    run(&store, set("a", "1")).unwrap();
    assert!(bench.root.join("given/settings.json").is_symlink());
    assert!(bench.root.join("real/new.json").is_file());
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn a_link_that_is_turned_while_we_wait_is_followed_again() {
    let (bench, store) = linked();
    fs::write(bench.root.join("real/second.json"), text(&[("b", "2")])).unwrap();
    let lock = HeldLock::take(&bench.root.join("given/.settings.lock"));
    let commit = store.commit(set("a", "1"));
    until("the committer is about to lock", || bench.failpoints.count("lock") >= 1);
    let turned = bench.root.join("turned");
    symlink("../real/second.json", &turned).unwrap();
    fs::rename(turned, bench.root.join("given/settings.json")).unwrap();
    drop(lock);
    assert!(wait(commit).is_ok());
    assert_eq!(fs::read_to_string(bench.root.join("real/mcp.json")).unwrap(), text(&[]));
    assert_eq!(read(&store), pairs(&[("a", "1"), ("b", "2")]));
}

#[test]
fn lock_files_that_are_one_file_are_locked_once() {
    let (bench, store) = linked();
    symlink("../real/.mcp.lock", bench.root.join("given/.settings.lock")).unwrap();
    run(&store, set("a", "1")).unwrap();
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

/// Adds one to a number, the way OpenHands writes: lock, read, write a new file, rename.
const PYTHON_COUNTER: &str = "
import fcntl, json, os, sys
path, lock_path, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
for _ in range(times):
    with open(lock_path, 'a+') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(path) as file:
            document = json.load(file)
        server = document['agent_settings']['mcp_config']['mcpServers']['n']
        server['command'] = str(int(server['command']) + 1)
        with open(path + '.python', 'w') as file:
            json.dump(document, file)
        os.rename(path + '.python', path)
";

fn count_in_python(bench: &Bench, times: u32) -> Child {
    let paths = [&bench.path, &bench.root.join(".settings.lock")];
    let times = times.to_string();
    Command::new("python3").args(["-c", PYTHON_COUNTER]).args(paths).arg(times).spawn().unwrap()
}

fn count_one() -> Change {
    change(|current| {
        let number: u32 = current_value(current, "n").unwrap().parse().unwrap();
        Decision::edit(vec![put("n", &(number + 1).to_string())])
    })
}

#[test]
fn processes_that_count_together_lose_no_count() {
    let bench = Bench::with(&[("n", "0")]);
    let store = bench.open();
    let mut python = count_in_python(&bench, 100);
    let mut ours = 0;
    // Until the other has done its part, so that the two are really at it together.
    while python.try_wait().unwrap().is_none() {
        run(&store, count_one()).unwrap();
        ours += 1;
    }
    assert!(python.wait().unwrap().success());
    assert_eq!(read(&store), pairs(&[("n", &(100 + ours).to_string())]));
}

#[test]
fn a_store_under_load_lets_other_processes_have_the_lock() {
    let bench = Bench::with(&[("n", "0")]);
    let store = bench.open();
    let is_done = AtomicBool::new(false);
    let begun = Instant::now();
    let mut python = count_in_python(&bench, 20);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_done.load(Ordering::SeqCst) && begun.elapsed() < PATIENCE {
                    run(&store, count_one()).unwrap();
                }
            });
        }
        assert!(python.wait().unwrap().success());
        is_done.store(true, Ordering::SeqCst);
    });
    // A turn of ours each time, and room for a slow disk and a busy machine.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
