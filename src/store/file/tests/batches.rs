//! What becomes of changes that are run together: order, panics, give-ups, keys, and that all succeed or
//! fail by one durable replace.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{io, thread};

use super::bench::{
    Bench, HeldLock, change, code, current_value, edits, failed, key, pairs, put, read, run, seen, set, text,
    until, wait,
};
use crate::model::Edit;
use crate::store::file::{FileError, FileStore, FileStoreOptions, Identity};
use crate::store::{Change, Committed, Decision, Facts, Pending, Provisioner, Store, StoreError};

/// Commits these changes as one batch.
fn as_one_batch(bench: &Bench, store: &FileStore, changes: Vec<Change>) -> Vec<Result<(), StoreError>> {
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let commits: Vec<_> = changes.into_iter().map(|change| store.commit(change)).collect();
    drop(lock);
    all(commits)
}

fn all(commits: Vec<Pending<Committed>>) -> Vec<Result<(), StoreError>> {
    wait(async {
        let mut outcomes = Vec::new();
        for commit in commits {
            outcomes.push(commit.await.map(drop));
        }
        outcomes
    })
}

#[test]
fn a_burst_of_writers_costs_one_durable_replace() {
    let bench = Bench::with(&[]);
    let store = bench.open();
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let commits: Vec<_> = (0..64).map(|writer| store.commit(set(&format!("{writer:02}"), "x"))).collect();
    bench.failpoints.forget();
    drop(lock);
    assert!(all(commits).iter().all(Result::is_ok));
    assert_eq!(read(&store).len(), 64);
    for step in ["create", "sync-file", "swap", "sync-directory"] {
        assert_eq!(bench.failpoints.count(step), 1, "{step}");
    }
}

#[test]
fn a_panic_leaves_the_others_decided_without_it() {
    let bench = Bench::with(&[("a", "0")]);
    let store = bench.open();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let witness = Arc::clone(&seen);
    let spoiler = || change(|_| panic!("a test is running: this panic is meant"));
    // Its edit is applied before its second one breaks the document's contract.
    let breaker = edits(vec![put("a", "spoilt"), Edit::Rename { from: key("none"), to: key("b") }]);
    let last = change(move |current| {
        witness.lock().unwrap().push(current_value(current, "a"));
        Decision::edit(vec![put("c", "1")])
    });
    let outcomes = as_one_batch(&bench, &store, vec![set("a", "1"), spoiler(), breaker, spoiler(), last]);
    let panicked: Vec<_> = outcomes.iter().map(|outcome| code(outcome) == "panicked").collect();
    assert_eq!(panicked, [false, true, true, true, false]);
    assert!(outcomes[0].is_ok() && outcomes[4].is_ok());
    assert_eq!(read(&store), pairs(&[("a", "1"), ("c", "1")]));
    assert_eq!(seen.lock().unwrap().last(), Some(&Some("1".to_owned())));
    assert!(run(&store, set("d", "1")).is_ok(), "the committer lives on");
}

#[test]
fn edits_that_lead_back_write_nothing() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let before = bench.on_disk();
    let outcomes = as_one_batch(
        &bench,
        &store,
        vec![set("a", "2"), set("b", "1"), set("a", "1"), edits(vec![Edit::Remove { key: key("b") }])],
    );
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(bench.failpoints.count("create"), 0);
    assert_eq!(bench.on_disk(), before);
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn a_removal_where_there_is_no_document_makes_none() {
    let bench = Bench::new();
    let store = bench.open();
    run(&store, edits(vec![Edit::Remove { key: key("a") }])).unwrap();
    assert!(!bench.path.exists());
    assert_eq!(read(&store), []);
    run(&store, set("a", "1")).unwrap();
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn whatever_was_decided_in_a_failed_batch_is_answered_with_its_failure() {
    let bench = Bench::with(&[("a", "0")]);
    let store = bench.open();
    let before = seen(&store).unwrap();
    bench.failpoints.fail("swap", io::ErrorKind::StorageFull);
    let changes = vec![
        set("a", "1"),
        change(|_| Decision::keep()),
        change(|_| Decision::keep()),
        change(|_| panic!("meant")),
    ];
    let outcomes = as_one_batch(&bench, &store, changes);
    for outcome in &outcomes[..3] {
        assert!(matches!(failed(outcome), Some(FileError::Write { step: "swap", .. })), "{outcome:?}");
    }
    assert_eq!(code(&outcomes[3]), "panicked");
    assert!(Arc::ptr_eq(&before, &seen(&store).unwrap()));
    bench.failpoints.heal();

    let states = Arc::new(Mutex::new(None));
    let shown = Arc::clone(&states);
    let look = change(move |current| {
        let Some(past) = current.past(&key("a")) else { return Decision::NeedPast };
        *shown.lock().unwrap() = Some(past.len());
        Decision::keep()
    });
    run(&store, look).unwrap();
    assert_eq!(*states.lock().unwrap(), Some(0), "the history remembers what never was");
}

#[test]
fn history_remembers_what_other_programs_replaced() {
    let bench = Bench::with(&[("a", "1"), ("b", "1")]);
    let store = bench.open();
    bench.replace(&[("a", "2"), ("b", "1")]);
    seen(&store).unwrap();
    bench.replace(&[("b", "1")]);
    let states = Arc::new(Mutex::new(Vec::new()));
    let shown = Arc::clone(&states);
    let look = change(move |current| {
        let texts = |name| -> Option<Vec<String>> {
            Some(current.past(&key(name))?.iter().map(|state| state.text.to_string()).collect())
        };
        let (Some(a), Some(b)) = (texts("a"), texts("b")) else { return Decision::NeedPast };
        *shown.lock().unwrap() = vec![a, b];
        Decision::keep()
    });
    run(&store, look).unwrap();
    assert_eq!(*states.lock().unwrap(), [vec![r#"{"command":"2"}"#, r#"{"command":"1"}"#], vec![]]);
}

struct Keys {
    asked_with: Mutex<Vec<bool>>,
    has_key: Arc<AtomicUsize>,
}

impl Provisioner for Keys {
    fn provision(&self, facts: &Facts<'_>) {
        self.asked_with.lock().unwrap().push(facts.is_empty());
        self.has_key.store(1, Ordering::SeqCst);
    }
}

#[test]
fn a_key_is_provisioned_under_the_lock_and_the_change_asked_again() {
    let bench = Bench::with(&[]);
    let has_key = Arc::new(AtomicUsize::new(0));
    let keys = Arc::new(Keys { asked_with: Mutex::default(), has_key: Arc::clone(&has_key) });
    let provisioner: Arc<dyn Provisioner> = Arc::clone(&keys) as _;
    let store =
        FileStore::open(FileStoreOptions { provisioner: Some(provisioner), ..bench.options() }).unwrap();
    let needy = change(move |_| match has_key.load(Ordering::SeqCst) {
        0 => Decision::NeedKey(Box::new(())),
        _ => Decision::edit(vec![put("c", "sealed")]),
    });
    let outcomes = as_one_batch(&bench, &store, vec![set("b", "1"), needy]);
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(read(&store), pairs(&[("b", "1"), ("c", "sealed")]));
    assert_eq!(*keys.asked_with.lock().unwrap(), [false], "it is shown the state of the batch, once");
}

#[test]
fn a_full_queue_takes_no_more_until_somebody_leaves() {
    let bench = Bench::with(&[]);
    let store = FileStore::open(FileStoreOptions { queue_bound: 2, ..bench.options() }).unwrap();
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let first = store.commit(set("a", "1"));
    let second = store.commit(set("b", "1"));
    assert_eq!(code(&wait(store.commit(set("c", "1")))), "queue-full");
    drop(second);
    let third = store.commit(set("d", "1"));
    drop(lock);
    assert!(wait(first).is_ok() && wait(third).is_ok());
    assert_eq!(read(&store), pairs(&[("a", "1"), ("d", "1")]));
}

#[test]
fn what_was_given_up_is_never_applied() {
    let bench = Bench::with(&[]);
    let store = bench.open();
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let begun = Instant::now();
    let soon = || Instant::now() + Duration::from_millis(20);
    let late = store.commit(Change { deadline: soon(), ..set("late", "1") });
    let dropped = store.commit(set("dropped", "1"));
    // Its deadline passes while nobody polls it.
    let unpolled = store.commit(Change { deadline: soon(), ..set("unpolled", "1") });
    assert_eq!(code(&wait(late)), "busy");
    assert!(begun.elapsed() >= Duration::from_millis(20), "{:?}", begun.elapsed());
    drop(dropped);
    assert_eq!(code(&run(&store, Change { deadline: soon(), ..set("late too", "1") })), "busy");
    drop(lock);
    run(&store, set("a", "1")).unwrap();
    assert_eq!(code(&wait(unpolled)), "busy");
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn what_was_taken_is_answered_however_long_it_takes() {
    let bench = Bench::with(&[]);
    let store = bench.open();
    let deadline = Instant::now() + Duration::from_millis(200);
    bench.failpoints.on_step(move |step| {
        if step.name() == "sync-file" {
            until("the deadline is over", || Instant::now() > deadline + Duration::from_millis(20));
        }
        Ok(())
    });
    let polled = store.commit(Change { deadline, ..set("a", "1") });
    assert!(wait(polled).is_ok());
    assert!(Instant::now() > deadline);
}

#[test]
fn a_batch_that_changes_nothing_syncs_each_version_once() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let syncs = || (bench.failpoints.count("sync-file"), bench.failpoints.count("sync-directory"));
    run(&store, change(|_| Decision::keep())).unwrap();
    assert_eq!(syncs(), (1, 1), "nobody knows whether another program's file is on disk");
    run(&store, change(|_| Decision::keep())).unwrap();
    assert_eq!(syncs(), (1, 1), "this version is known to be durable");
    run(&store, set("a", "2")).unwrap();
    assert_eq!(syncs(), (2, 2));
    run(&store, change(|_| Decision::keep())).unwrap();
    assert_eq!(syncs(), (2, 2), "this process made it durable itself");
    fs_copy_over(&bench);
    run(&store, change(|_| Decision::keep())).unwrap();
    assert_eq!(syncs(), (3, 3), "the same bytes in another file are not known to be durable");
    assert_eq!(bench.failpoints.count("swap"), 1);
}

#[test]
fn another_version_that_looks_the_same_is_synced_too() {
    let bench = Bench::with(&[("a", "1")]);
    let identity = Identity::of(&std::fs::metadata(&bench.path).unwrap());
    bench.failpoints.disguise(move |_| identity);
    let store = bench.open();
    run(&store, change(|_| Decision::keep())).unwrap();
    bench.replace(&[("a", "2")]);
    run(&store, change(|_| Decision::keep())).unwrap();
    assert_eq!(bench.failpoints.count("sync-file"), 2);
}

fn fs_copy_over(bench: &Bench) {
    let copy = bench.root.join("copy");
    std::fs::copy(&bench.path, &copy).unwrap();
    std::fs::rename(copy, &bench.path).unwrap();
}

#[test]
fn of_a_document_that_makes_no_sense_nobody_is_asked() {
    let bench = Bench::new();
    std::fs::write(&bench.path, "{").unwrap();
    let store = bench.open();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let outcome = run(
        &store,
        change(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Decision::edit(vec![put("a", "1")])
        }),
    );
    assert!(matches!(failed(&outcome), Some(FileError::Unreadable(_))), "{outcome:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(bench.on_disk(), b"{");
    bench.overwrite(&[("b", "1")]);
    run(&store, set("a", "1")).unwrap();
    assert_eq!(read(&store), pairs(&[("a", "1"), ("b", "1")]));
}

#[test]
fn a_document_that_may_not_be_written_is_not_written() {
    let bench = Bench::new();
    let newer =
        r#"{"schema_version":7,"agent_settings":{"schema_version":9,"mcp_config":{"a":{"command":"1"}}}}"#;
    std::fs::write(&bench.path, newer).unwrap();
    let store = bench.open();
    assert_eq!(code(&run(&store, set("a", "2"))), "panicked");
    assert_eq!(bench.on_disk(), newer.as_bytes());
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn those_who_wait_when_a_closing_store_runs_out_of_time_are_sent_away() {
    let bench = Bench::with(&[]);
    let store = bench.open();
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let waiting = store.commit(set("a", "1"));
    store.close(Instant::now() + Duration::from_millis(20));
    assert_eq!(code(&wait(waiting)), "closed");
    drop(lock);
    assert_eq!(bench.on_disk(), text(&[]).as_bytes());
}

#[test]
fn a_store_that_is_dropped_still_commits_what_it_took() {
    let bench = Bench::with(&[]);
    let store = bench.open();
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let commit = store.commit(set("a", "1"));
    drop(store);
    drop(lock);
    assert!(wait(commit).is_ok());
    assert_eq!(read(&bench.open()), pairs(&[("a", "1")]));
}

#[test]
fn many_writers_at_once_lose_nothing() {
    let bench = Bench::with(&[]);
    let stores = [bench.open(), bench.open()];
    thread::scope(|scope| {
        for writer in 0..16 {
            let store = &stores[writer % 2];
            scope.spawn(move || {
                for number in 0..5 {
                    run(store, set(&format!("{writer:02}-{number}"), "x")).unwrap();
                }
            });
        }
    });
    assert_eq!(read(&stores[0]).len(), 80);
    assert_eq!(read(&stores[1]).len(), 80);
}
