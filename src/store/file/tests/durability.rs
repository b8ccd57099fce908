//! What is on disk when: after the failure of each step, the modes and owners of files, leftover files, and
//! documents that must be left alone.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::bench::{Bench, change, edits, failed, key, pairs, put, read, run, seen, set, text, trouble};
use crate::model::{Edit, PlaceReason};
use crate::store::file::FileError;
use crate::store::{Change, Decision, StoreError, StoreErrorKind};

#[test]
fn a_write_is_synced_before_and_after_it_takes_the_documents_place() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    bench.failpoints.forget();
    run(&store, set("a", "2")).unwrap();
    let steps = bench.failpoints.steps();
    let names: Vec<_> = steps.iter().map(|(name, _)| *name).collect();
    let own = if names.contains(&"own") { &["own"][..] } else { &[] };
    let expected = [
        &["lock", "read", "create", "write"],
        own,
        &["sync-file", "look", "swap", "unlink", "sync-directory"],
    ]
    .concat();
    assert_eq!(names, expected);
    let draft = &steps[2].1;
    assert_eq!(draft.parent(), Some(&*bench.root));
    assert_eq!(steps.iter().find(|(name, _)| *name == "sync-file").map(|(_, path)| path), Some(draft));
    assert_eq!(steps.last().map(|(_, path)| path), Some(&bench.root));
}

#[test]
fn whichever_step_fails_the_old_or_the_new_document_is_left_and_the_next_write_is_well() {
    // A mode of its own, so that keeping it is a step.
    for is_new in [false, true] {
        let place = if is_new { "rename" } else { "swap" };
        for step in ["lock", "read", "create", "write", "own", "sync-file", "look", place, "sync-directory"] {
            let bench = if is_new { Bench::new() } else { Bench::with(&[("a", "1")]) };
            if is_new && step == "own" {
                continue;
            }
            if !is_new {
                fs::set_permissions(&bench.path, Permissions::from_mode(0o640)).unwrap();
            }
            let store = bench.open();
            let before = fs::read(&bench.path).ok();
            bench.failpoints.fail(step, io::ErrorKind::Other);
            let error = run(&store, set("a", "2")).unwrap_err();
            let is_right = match step {
                "lock" => matches!(trouble(&error), Some(FileError::Lock(_))),
                "read" => matches!(trouble(&error), Some(FileError::Read(_))),
                "own" => matches!(trouble(&error), Some(FileError::Ownership(_))),
                "sync-directory" => matches!(trouble(&error), Some(FileError::OutcomeUnknown(_))),
                _ => matches!(trouble(&error), Some(FileError::Write { step: named, .. }) if *named == step),
            };
            assert!(is_right, "{step}: {error:?}");
            bench.failpoints.heal();
            let after = fs::read(&bench.path).ok();
            if step == "sync-directory" {
                assert_eq!(read(&store), pairs(&[("a", "2")]), "{step}: the new content is shown");
            } else {
                assert_eq!(after, before, "{step}");
                assert_eq!(read(&store), if is_new { vec![] } else { pairs(&[("a", "1")]) }, "{step}");
            }
            run(&store, set("b", "1")).unwrap();
            let first = if step == "sync-directory" { "2" } else { "1" };
            let first = if is_new && first == "1" { vec![] } else { vec![("a", first)] };
            assert_eq!(read(&store), pairs(&[first, vec![("b", "1")]].concat()), "{step}");
            assert_eq!(bench.names(), [".settings.lock", "settings.json"], "{step}");
        }
    }
}

#[test]
fn a_disk_that_takes_little_at_a_time_gets_everything() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    bench.failpoints.shorten_writes(7);
    run(&store, set("b", "1")).unwrap();
    assert!(bench.failpoints.count("write") > 5);
    assert_eq!(read(&bench.open_other()), pairs(&[("a", "1"), ("b", "1")]));
}

#[test]
fn a_disk_that_fills_up_in_the_middle_leaves_the_old_document_and_no_leftover_files() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    bench.failpoints.shorten_writes(7);
    let writes = AtomicUsize::new(0);
    bench.failpoints.on_step(move |step| match step.name() {
        "write" if writes.fetch_add(1, Ordering::SeqCst) == 3 => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    });
    let outcome = run(&store, set("a", "2"));
    assert!(matches!(failed(&outcome), Some(FileError::Write { step: "write", .. })), "{outcome:?}");
    assert_eq!(bench.on_disk(), text(&[("a", "1")]).as_bytes());
    assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
}

#[test]
fn a_draft_that_can_t_be_removed_is_swept_with_the_next_write() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    run(&store, set("a", "2")).unwrap();
    bench.failpoints.on_step(|step| match step.name() {
        "swap" | "unlink" => Err(io::ErrorKind::PermissionDenied.into()),
        _ => Ok(()),
    });
    run(&store, set("a", "3")).unwrap_err();
    assert_eq!(bench.names().len(), 3, "the draft is still there");
    bench.failpoints.heal();
    run(&store, change(|_| Decision::keep())).unwrap();
    assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
}

#[test]
fn what_a_crash_left_is_swept_at_the_first_commit_and_not_before() {
    let bench = Bench::with(&[("a", "1")]);
    let leftover = ".settings.json.mcp-settings-12-0123456789abcdef.tmp";
    let others = ".mcp.json.mcp-settings-12-0123456789abcdef.tmp";
    for name in [leftover, others] {
        fs::write(bench.root.join(name), "x").unwrap();
    }
    let store = bench.open();
    read(&store);
    assert!(bench.root.join(leftover).exists(), "without the lock it may be somebody's work");
    run(&store, set("a", "2")).unwrap();
    assert_eq!(bench.names(), [others, ".settings.lock", "settings.json"]);
}

#[test]
fn owner_group_and_mode_are_kept() {
    let bench = Bench::with(&[("a", "1")]);
    // Only root may give a file away; anybody else checks the mode alone.
    let is_given_away = chown(&bench.path, Some(12_345), Some(23_456)).is_ok();
    fs::set_permissions(&bench.path, Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&bench.path).unwrap();
    run(&bench.open(), set("a", "2")).unwrap();
    let after = fs::metadata(&bench.path).unwrap();
    assert_ne!(before.ino(), after.ino());
    assert_eq!((after.uid(), after.gid(), after.mode()), (before.uid(), before.gid(), before.mode()));
    assert!(!is_given_away || after.uid() == 12_345);
}

#[test]
fn a_new_document_is_private_and_stays_so() {
    let bench = Bench::new();
    let store = bench.open();
    run(&store, set("a", "1")).unwrap();
    assert_eq!(fs::metadata(&bench.path).unwrap().mode() & 0o7777, 0o600);
    run(&store, set("a", "2")).unwrap();
    assert_eq!(fs::metadata(&bench.path).unwrap().mode() & 0o7777, 0o600);
}

#[test]
fn after_a_failed_sync_a_change_that_keeps_everything_is_written_again() {
    for step in ["sync-file", "sync-directory"] {
        let bench = Bench::with(&[("a", "1")]);
        let store = bench.open();
        bench.failpoints.fail(step, io::ErrorKind::Other);
        let outcome = run(&store, change(|_| Decision::keep()));
        assert!(
            matches!(failed(&outcome), Some(FileError::Write { step: named, .. }) if *named == step),
            "{outcome:?}"
        );
        bench.failpoints.heal();
        run(&store, change(|_| Decision::keep())).unwrap();
        assert_eq!(bench.failpoints.count("swap"), 1, "{step}: syncing again proves nothing");
        run(&store, change(|_| Decision::keep())).unwrap();
        assert_eq!(bench.failpoints.count("swap"), 1, "{step}");
        assert_eq!(bench.on_disk(), text(&[("a", "1")]).as_bytes());
    }
}

#[test]
fn a_read_only_folder_is_an_error_and_no_change() {
    for step in ["lock", "create"] {
        let bench = Bench::with(&[("a", "1")]);
        let store = bench.open();
        bench.failpoints.fail(step, io::ErrorKind::ReadOnlyFilesystem);
        let error = run(&store, set("a", "2")).unwrap_err();
        let Some(FileError::ReadOnly { reason: PlaceReason::FileSystem, source: Some(source) }) =
            trouble(&error)
        else {
            panic!("{step}: {error:?}")
        };
        assert_eq!(source.kind(), io::ErrorKind::ReadOnlyFilesystem);
        assert_eq!(read(&store), pairs(&[("a", "1")]));
    }
}

#[test]
fn a_document_that_vanished_is_not_recreated() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    fs::remove_file(&bench.path).unwrap();
    assert!(matches!(failed(&run(&store, set("b", "1"))), Some(FileError::Vanished)));
    assert!(matches!(failed(&run(&store, change(|_| Decision::keep()))), Some(FileError::Vanished)));
    assert!(!bench.path.exists());
    bench.overwrite(&[("c", "1")]);
    run(&store, set("b", "1")).unwrap();
    assert_eq!(read(&store), pairs(&[("b", "1"), ("c", "1")]));
}

#[test]
fn a_document_that_vanishes_during_a_batch_is_not_brought_back() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let path = bench.path.clone();
    let outcome = run(
        &store,
        change(move |_| {
            fs::remove_file(&path).unwrap();
            Decision::edit(vec![put("a", "2")])
        }),
    );
    assert!(matches!(failed(&outcome), Some(FileError::Vanished)), "{outcome:?}");
    assert!(!bench.path.exists());
}

#[test]
fn a_document_that_could_not_be_read_at_first_is_known_all_the_same() {
    let bench = Bench::with(&[("a", "1")]);
    bench.failpoints.fail("read", io::ErrorKind::PermissionDenied);
    let store = bench.open();
    bench.failpoints.heal();
    fs::remove_file(&bench.path).unwrap();
    assert!(matches!(failed(&run(&store, set("b", "1"))), Some(FileError::Vanished)));
    assert!(!bench.path.exists());
}

#[test]
fn a_folder_that_vanished_takes_the_document_with_it() {
    for has_document in [true, false] {
        let bench = Bench::new();
        let mut options = bench.options();
        options.path = bench.root.join("folder/settings.json");
        let store = crate::store::file::FileStore::open(options).unwrap();
        if has_document {
            run(&store, set("a", "1")).unwrap();
        }
        fs::remove_dir_all(bench.root.join("folder")).unwrap();
        let is_right = |error: &StoreError| match trouble(error) {
            Some(FileError::Vanished) => has_document,
            Some(FileError::NoDirectory) => !has_document,
            _ => false,
        };
        let written = run(&store, set("a", "2")).unwrap_err();
        assert!(is_right(&written), "{written:?}");
        let seen = seen(&store).unwrap_err();
        assert!(is_right(&seen), "{seen:?}");
        assert!(!bench.root.join("folder").exists());
    }
}

#[test]
fn a_missing_folder_is_made_when_the_store_is_opened_and_made_durable() {
    let bench = Bench::new();
    let mut options = bench.options();
    options.path = bench.root.join("one/two/settings.json");
    let store = crate::store::file::FileStore::open(options).unwrap();
    let (one, two) = (bench.root.join("one"), bench.root.join("one/two"));
    let expected = [
        ("make-directory", &one),
        ("sync-directory", &bench.root),
        ("make-directory", &two),
        ("sync-directory", &one),
    ];
    let steps = bench.failpoints.steps();
    assert_eq!(steps[..4].iter().map(|(name, path)| (*name, path)).collect::<Vec<_>>(), expected);
    run(&store, set("a", "1")).unwrap();
    assert_eq!(fs::metadata(two).unwrap().mode() & 0o7777, 0o700);
}

#[test]
fn a_folder_that_cannot_be_made_is_reported_and_does_not_prevent_opening() {
    let bench = Bench::new();
    bench.failpoints.fail("make-directory", io::ErrorKind::PermissionDenied);
    let mut options = bench.options();
    options.path = bench.root.join("none/settings.json");
    let store = crate::store::file::FileStore::open(options).unwrap();
    assert!(matches!(failed(&seen(&store)), Some(FileError::NoDirectory)));
    assert!(matches!(failed(&run(&store, set("a", "1"))), Some(FileError::NoDirectory)));
    fs::create_dir(bench.root.join("none")).unwrap();
    run(&store, set("a", "1")).unwrap();
    assert_eq!(read(&store), pairs(&[("a", "1")]));
}

#[test]
fn no_file_is_ever_open_to_others() {
    let bench = Bench::new();
    let store = bench.open();
    let root = bench.root.clone();
    bench.failpoints.on_step(move |step| {
        if matches!(step.name(), "write" | "sync-file" | "look" | "swap" | "rename" | "unlink") {
            for entry in fs::read_dir(&root)? {
                let entry = entry?;
                assert_eq!(entry.metadata()?.mode() & 0o077, 0, "{:?}", entry.file_name());
            }
        }
        Ok(())
    });
    run(&store, set("a", "1")).unwrap();
}

#[derive(Clone, Debug)]
enum Operation {
    Put(u8, u8),
    Remove(u8),
    Rename(u8, u8),
    OtherProgram(u8, u8),
}

const STEPS: &[&str] =
    &["lock", "read", "create", "write", "sync-file", "look", "swap", "sync-directory", "unlink"];

fn operations() -> impl Strategy<Value = Vec<(Operation, Option<&'static str>)>> {
    let name = 0..4_u8;
    let operation = prop_oneof![
        4 => (name.clone(), any::<u8>()).prop_map(|(name, value)| Operation::Put(name, value)),
        1 => name.clone().prop_map(Operation::Remove),
        1 => (name.clone(), name.clone()).prop_map(|(from, to)| Operation::Rename(from, to)),
        1 => (name, any::<u8>()).prop_map(|(name, value)| Operation::OtherProgram(name, value)),
    ];
    let failing = prop_oneof![2 => Just(None), 1 => prop::sample::select(STEPS).prop_map(Some)];
    prop::collection::vec((operation, failing), 1..12)
}

fn name(number: u8) -> String {
    format!("s{number}")
}

/// What the operation makes of these servers, kept sorted.
fn after(servers: &[(String, String)], operation: &Operation) -> Vec<(String, String)> {
    let mut servers: std::collections::BTreeMap<_, _> = servers.iter().cloned().collect();
    match operation {
        Operation::Put(at, value) | Operation::OtherProgram(at, value) => {
            servers.insert(name(*at), value.to_string());
        }
        Operation::Remove(at) => {
            servers.remove(&name(*at));
        }
        Operation::Rename(from, to) => {
            if !servers.contains_key(&name(*to))
                && let Some(value) = servers.remove(&name(*from))
            {
                servers.insert(name(*to), value);
            }
        }
    }
    servers.into_iter().collect()
}

fn change_of(operation: &Operation) -> Change {
    match operation.clone() {
        Operation::Put(at, value) | Operation::OtherProgram(at, value) => {
            edits(vec![put(&name(at), &value.to_string())])
        }
        Operation::Remove(at) => edits(vec![Edit::Remove { key: key(&name(at)) }]),
        Operation::Rename(from, to) => change(move |current| {
            let (from, to) = (key(&name(from)), key(&name(to)));
            let servers = current.servers();
            match servers.contains_key(&from) && !servers.contains_key(&to) {
                true => Decision::edit(vec![Edit::Rename { from, to }]),
                false => Decision::keep(),
            }
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law L5 on a disk that fails whenever it likes, beside another program.
    #[test]
    fn the_document_is_what_was_answered(operations in operations()) {
        let bench = Bench::with(&[]);
        let store = bench.open();
        let other = bench.open_other();
        let mut expected = Vec::new();
        for (operation, failing) in &operations {
            let wanted = after(&expected, operation);
            if let Operation::OtherProgram(..) = operation {
                run(&other, change_of(operation)).unwrap();
                expected = wanted;
            } else {
                if let Some(step) = failing {
                    bench.failpoints.fail(step, io::ErrorKind::Other);
                }
                match run(&store, change_of(operation)) {
                    Ok(()) => expected = wanted,
                    Err(error) if error.kind() == StoreErrorKind::OutcomeUnknown => expected = wanted,
                    Err(_) => prop_assert!(failing.is_some()),
                }
                bench.failpoints.heal();
            }
            prop_assert_eq!(&read(&bench.open_other()), &expected);
            prop_assert_eq!(&read(&store), &expected);
        }
        run(&store, change(|_| Decision::keep())).unwrap();
        prop_assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
    }
}
