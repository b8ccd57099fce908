//! What readers see: at once, never older than before, and never what a cache would like to believe.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use futures_util::future::join;

use super::bench::{
    Bench, PATIENCE, change, current_value, failed, pairs, read, run, seen, set, text, until, value, wait,
};
use crate::store::file::{FileError, FileStore, Identity};
use crate::store::{Decision, Store};

fn old(real: Identity) -> Identity {
    Identity { modified: 0, changed: 0, ..real }
}

/// As `old`, but two versions still differ.
fn settled(real: Identity) -> Identity {
    let shift = 1_000_000_000_000;
    Identity { modified: real.modified - shift, changed: real.changed - shift, ..real }
}

fn peeked(store: &FileStore) -> Option<Vec<(String, String)>> {
    let snapshot = store.peek()?.unwrap();
    let pairs = super::bench::values(&snapshot).into_iter();
    Some(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

#[test]
fn one_stat_shows_that_a_document_was_left_alone() {
    let bench = Bench::with(&[("a", "1")]);
    bench.failpoints.disguise(settled);
    let store = bench.open();
    bench.failpoints.forget();
    assert_eq!(peeked(&store), Some(pairs(&[("a", "1")])));
    seen(&store).unwrap();
    assert_eq!(bench.failpoints.count("read"), 0);
    bench.replace(&[("a", "2")]);
    assert_eq!(peeked(&store), None);
    assert_eq!(read(&store), pairs(&[("a", "2")]));
}

#[test]
fn a_document_is_trusted_no_sooner_than_a_tenth_of_a_second_after_its_last_change() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    run(&store, set("a", "2")).unwrap();
    until("the snapshot is trusted", || {
        seen(&store).unwrap();
        store.peek().is_some()
    });
    let metadata = fs::metadata(&bench.path).unwrap();
    let changed =
        Duration::new(metadata.ctime().cast_unsigned(), u32::try_from(metadata.ctime_nsec()).unwrap());
    let age = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH + changed).unwrap();
    assert!(age > Duration::from_millis(100), "{age:?}");
}

#[test]
fn a_young_document_is_read_again_even_when_it_looks_the_same() {
    let bench = Bench::with(&[("a", "1")]);
    let identity = Identity::of(&fs::metadata(&bench.path).unwrap());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos().cast_signed();
    // For a minute from now it looks as if it were being changed.
    let young = now + 60_000_000_000;
    bench.failpoints.disguise(move |_| Identity { modified: young, changed: young, ..identity });
    let store = bench.open();
    bench.overwrite(&[("a", "2")]);
    assert_eq!(peeked(&store), None);
    assert_eq!(read(&store), pairs(&[("a", "2")]));
}

#[test]
fn a_write_is_based_on_the_bytes_even_when_two_files_look_the_same() {
    let bench = Bench::with(&[("a", "1")]);
    let identity = old(Identity::of(&fs::metadata(&bench.path).unwrap()));
    bench.failpoints.disguise(move |_| identity);
    let store = bench.open();
    bench.replace(&[("b", "9")]);
    assert_eq!(peeked(&store), Some(pairs(&[("a", "1")])), "the deception works");
    let seen = Arc::new(AtomicBool::new(false));
    let has_seen = Arc::clone(&seen);
    let write = change(move |current| {
        has_seen.store(current_value(current, "b").as_deref() == Some("9"), Ordering::SeqCst);
        Decision::edit(vec![super::bench::put("a", "2")])
    });
    run(&store, write).unwrap();
    assert!(seen.load(Ordering::SeqCst), "it decided on a state that was gone");
    assert_eq!(bench.on_disk(), text(&[("b", "9"), ("a", "2")]).as_bytes());
}

#[test]
fn an_inode_that_comes_back_hides_nothing() {
    let bench = Bench::with(&[("a", "0")]);
    let store = bench.open();
    let mut inodes = Vec::new();
    for round in 1..40 {
        // As long as each other, within one step of the clock that stamps files.
        let value = format!("{round:02}");
        bench.replace(&[("a", "xx")]);
        bench.replace(&[("a", &value)]);
        inodes.push(fs::metadata(&bench.path).unwrap().ino());
        if let Some(seen) = peeked(&store) {
            assert_eq!(seen, pairs(&[("a", &value)]));
        }
        assert_eq!(read(&store), pairs(&[("a", &value)]));
    }
}

#[test]
fn the_same_bytes_are_the_same_snapshot() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let before = seen(&store).unwrap();
    bench.replace(&[("a", "1")]);
    assert!(Arc::ptr_eq(&before, &seen(&store).unwrap()));
    fs::write(&bench.path, "{").unwrap();
    seen(&store).unwrap_err();
    bench.replace(&[("a", "1")]);
    assert!(Arc::ptr_eq(&before, &seen(&store).unwrap()));
}

#[test]
fn servers_that_another_program_left_alone_are_not_built_again() {
    let bench = Bench::with(&[("a", "1"), ("b", "1")]);
    let store = bench.open();
    let before = seen(&store).unwrap();
    fs::write(&bench.path, "{").unwrap();
    seen(&store).unwrap_err();
    bench.replace(&[("a", "2"), ("b", "1")]);
    let after = seen(&store).unwrap();
    let of =
        |snapshot: &crate::store::Snapshot, name| Arc::clone(&snapshot.servers[&super::bench::key(name)]);
    assert!(Arc::ptr_eq(&of(&before, "b"), &of(&after, "b")));
    assert!(!Arc::ptr_eq(&of(&before, "a"), &of(&after, "a")));
}

#[test]
fn a_document_that_makes_no_sense_is_an_error_until_it_does() {
    let bench = Bench::new();
    bench.failpoints.disguise(settled);
    for broken in ["", "{", "[]", r#"{"mcpServers":{}}"#] {
        fs::write(&bench.path, broken).unwrap();
        let store = bench.open();
        assert!(matches!(failed(&seen(&store)), Some(FileError::Unreadable(_))), "{broken}");
        assert!(matches!(failed(&store.peek().unwrap()), Some(FileError::Unreadable(_))), "{broken}");
        bench.replace(&[("a", "1")]);
        assert_eq!(read(&store), pairs(&[("a", "1")]), "{broken}");
    }
}

#[test]
fn a_document_that_vanished_is_an_error_until_it_returns() {
    let bench = Bench::with(&[("a", "1")]);
    bench.failpoints.disguise(settled);
    let store = bench.open();
    let aside = bench.root.join("aside");
    fs::rename(&bench.path, &aside).unwrap();
    assert!(store.peek().is_none());
    assert!(matches!(failed(&seen(&store)), Some(FileError::Vanished)));
    assert!(matches!(failed(&store.peek().unwrap()), Some(FileError::Vanished)));
    fs::rename(&aside, &bench.path).unwrap();
    assert_eq!(read(&store), pairs(&[("a", "1")]));
    fs::remove_file(&bench.path).unwrap();
    assert!(matches!(failed(&seen(&store)), Some(FileError::Vanished)));
    assert_eq!(read(&bench.open()), [], "a restart begins with no history");
}

#[test]
fn before_there_is_a_document_one_stat_shows_that() {
    let bench = Bench::new();
    bench.failpoints.disguise(settled);
    let store = bench.open();
    bench.failpoints.forget();
    assert_eq!(peeked(&store), Some(vec![]));
    assert_eq!(bench.failpoints.count("read"), 0);
    bench.overwrite(&[("a", "1")]);
    assert_eq!(peeked(&store), None);
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn a_link_to_nothing_is_looked_at_each_time() {
    let bench = Bench::new();
    bench.failpoints.disguise(settled);
    fs::create_dir(bench.root.join("real")).unwrap();
    symlink("real/settings.json", &bench.path).unwrap();
    let store = bench.open();
    assert_eq!(read(&store), []);
    fs::write(bench.root.join("real/settings.json"), text(&[("a", "1")])).unwrap();
    assert_eq!(peeked(&store), None);
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn what_is_not_a_file_is_an_error_and_not_a_hang() {
    let bench = Bench::new();
    let make_pipe = std::process::Command::new("mkfifo").arg(&bench.path).status().unwrap();
    assert!(make_pipe.success());
    let store = bench.open();
    assert!(matches!(failed(&seen(&store)), Some(FileError::Read(_))));
    assert!(matches!(failed(&run(&store, set("a", "1"))), Some(FileError::Read(_))));
    fs::remove_file(&bench.path).unwrap();
    fs::create_dir(&bench.path).unwrap();
    assert!(matches!(failed(&seen(&store)), Some(FileError::Read(_))));
}

#[test]
fn a_document_that_changes_while_it_is_read_is_read_again() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let path = bench.path.clone();
    // The failpoints are asked for the identity between the look at the file and the reading of it.
    let looks = AtomicUsize::new(0);
    bench.failpoints.disguise(move |real| {
        let look = looks.fetch_add(1, Ordering::SeqCst);
        if look < 3 {
            fs::write(&path, text(&[("a", &"x".repeat(look + 2))])).unwrap();
        }
        real
    });
    bench.replace(&[("a", "changed")]);
    assert_eq!(read(&store), pairs(&[("a", "xxxx")]));
    let path = bench.path.clone();
    let length = AtomicUsize::new(0);
    bench.failpoints.disguise(move |real| {
        let length = length.fetch_add(1, Ordering::SeqCst) % 100;
        fs::write(&path, text(&[("a", &"y".repeat(length))])).unwrap();
        real
    });
    assert!(matches!(failed(&seen(&store)), Some(FileError::Read(_))), "it may be torn");
}

#[test]
fn a_disk_that_can_t_be_read_is_an_error_that_passes() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    bench.failpoints.fail("read", io::ErrorKind::Other);
    assert!(matches!(failed(&seen(&store)), Some(FileError::Read(_))));
    assert!(store.peek().is_none());
    bench.failpoints.heal();
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn changes_by_others_and_errors_are_reported_once_each() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let mut changes = store.changes();
    changes.mark_unchanged();
    let mut is_news = |what: &str, expected: bool| {
        seen(&store).ok();
        assert_eq!(changes.has_changed().unwrap(), expected, "{what}");
        changes.borrow_and_update().clone()
    };
    is_news("nothing has happened", false).unwrap();
    bench.replace(&[("a", "2")]);
    let snapshot = is_news("another program wrote", true).unwrap();
    assert_eq!(value(&snapshot, "a").as_deref(), Some("2"));
    bench.replace(&[("a", "2")]);
    is_news("the same bytes in another file", false).unwrap();
    fs::write(&bench.path, "{").unwrap();
    is_news("it makes no sense", true).unwrap_err();
    is_news("it still makes no sense", false).unwrap_err();
    fs::write(&bench.path, "[]").unwrap();
    is_news("it makes no sense for another reason", true).unwrap_err();
    fs::remove_file(&bench.path).unwrap();
    is_news("it is gone", true).unwrap_err();
    bench.replace(&[("a", "2")]);
    is_news("it is back", true).unwrap();
}

#[test]
fn readers_beside_writers_never_see_an_older_state_than_before() {
    let bench = Bench::with(&[("a", "0")]);
    let store = bench.open();
    let other = bench.open_other();
    let is_done = AtomicBool::new(false);
    let count = |store: &FileStore| {
        let next = change(|current| {
            let number: u32 = current_value(current, "a").unwrap().parse().unwrap();
            Decision::edit(vec![super::bench::put("a", &(number + 1).to_string())])
        });
        run(store, next).unwrap();
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !is_done.load(Ordering::SeqCst) {
                    let snapshot = store.peek().unwrap_or_else(|| seen(&store)).unwrap();
                    let now: u32 = value(&snapshot, "a").unwrap().parse().unwrap();
                    assert!(last <= now, "{last} and then {now}");
                    last = now;
                }
            });
        }
        let writers = [&store, &other].map(|store| scope.spawn(|| (0..60).for_each(|_| count(store))));
        for writer in writers {
            writer.join().unwrap();
        }
        is_done.store(true, Ordering::SeqCst);
    });
    assert_eq!(read(&store), pairs(&[("a", "120")]));
}

#[test]
fn a_reader_sees_what_another_store_has_just_committed() {
    let bench = Bench::with(&[]);
    let (store, other) = (bench.open(), bench.open_other());
    for round in 0..30 {
        run(&other, set("a", &round.to_string())).unwrap();
        let snapshot = store.peek().unwrap_or_else(|| seen(&store)).unwrap();
        assert_eq!(value(&snapshot, "a"), Some(round.to_string()));
    }
}

#[test]
fn readers_answer_at_once_while_a_write_hangs_on_the_disk() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let is_free = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&is_free);
    bench.failpoints.on_step(move |step| {
        if step.name() == "sync-file" {
            until("the gate opens", || gate.load(Ordering::SeqCst));
        }
        Ok(())
    });
    let commit = store.commit(set("a", "2"));
    until("the write hangs", || bench.failpoints.count("create") == 1);
    assert_eq!(read(&store), pairs(&[("a", "1")]));
    is_free.store(true, Ordering::SeqCst);
    assert!(wait(commit).is_ok());
}

#[test]
fn a_read_that_hangs_on_the_disk_leaves_the_runtime_free() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let (send, receive) = channel();
    let receive = Mutex::new(receive);
    // It goes on when it hears from a task that only a free runtime runs.
    bench.failpoints.on_step(move |step| match step.name() {
        "read" => receive.lock().unwrap().recv_timeout(PATIENCE).map_err(io::Error::other),
        _ => Ok(()),
    });
    for recheck in [false, true] {
        bench.replace(&[("a", if recheck { "3" } else { "2" })]);
        let seen = wait(async {
            let seen = if recheck { store.recheck() } else { store.read() };
            join(seen, async { send.send(()).unwrap() }).await.0
        });
        assert!(seen.is_ok(), "{seen:?}");
    }
}
