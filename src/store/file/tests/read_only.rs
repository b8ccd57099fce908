//! What failed attempts to write show about a place of which nothing else is known, and what undoes that.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;

use futures_util::FutureExt;

use super::bench::{Bench, pairs, read, run, set, trouble};
use crate::model::{Access, PlaceReason, ReadOnlyReason};
use crate::store::Store;
use crate::store::file::FileError;

fn access(store: &impl Store) -> Access {
    store.read().now_or_never().unwrap().unwrap().access()
}

fn read_only(reason: PlaceReason) -> Access {
    Access::ReadOnly(ReadOnlyReason::Place(reason))
}

/// A step, how it fails, and what that says of the place.
const FAILURES: [(&str, io::ErrorKind, PlaceReason); 7] = [
    ("lock", io::ErrorKind::PermissionDenied, PlaceReason::LockFile),
    ("lock", io::ErrorKind::ReadOnlyFilesystem, PlaceReason::FileSystem),
    ("create", io::ErrorKind::PermissionDenied, PlaceReason::Folder),
    ("write", io::ErrorKind::ReadOnlyFilesystem, PlaceReason::FileSystem),
    ("swap", io::ErrorKind::ResourceBusy, PlaceReason::FileMount),
    ("swap", io::ErrorKind::PermissionDenied, PlaceReason::Folder),
    ("own", io::ErrorKind::PermissionDenied, PlaceReason::Ownership),
];

#[test]
fn a_place_that_refused_a_write_is_read_only_until_a_write_succeeds() {
    for (step, kind, reason) in FAILURES {
        let bench = Bench::with(&[("a", "1")]);
        // So that keeping the mode is a step.
        fs::set_permissions(&bench.path, Permissions::from_mode(0o640)).unwrap();
        let store = bench.open();
        assert_eq!(access(&store), Access::Writable);
        bench.failpoints.fail(step, kind);
        let error = run(&store, set("a", "2")).unwrap_err();
        match reason {
            PlaceReason::Ownership => {
                assert!(matches!(trouble(&error), Some(FileError::Ownership(_))), "{step}: {error:?}")
            }
            _ => assert!(
                matches!(trouble(&error), Some(FileError::ReadOnly { reason: found, source: Some(_) }) if *found == reason),
                "{step}: {error:?}"
            ),
        }
        for _ in 0..2 {
            assert_eq!(access(&store), read_only(reason), "{step}");
            assert!(store.peek().is_none(), "{step}: it was not looked at again");
        }
        assert_eq!(read(&store), pairs(&[("a", "1")]));
        bench.failpoints.heal();
        run(&store, set("a", "2")).unwrap();
        assert_eq!(access(&store), Access::Writable, "{step}");
        assert_eq!(read(&store), pairs(&[("a", "2")]));
    }
}

#[test]
fn a_place_that_looks_different_now_is_given_another_chance_by_a_read() {
    for (step, kind, reason) in FAILURES {
        let bench = Bench::with(&[("a", "1")]);
        fs::set_permissions(&bench.path, Permissions::from_mode(0o640)).unwrap();
        let store = bench.open();
        bench.failpoints.fail(step, kind);
        run(&store, set("a", "2")).unwrap_err();
        assert_eq!(access(&store), read_only(reason), "{step}");
        fs::set_permissions(&bench.root, Permissions::from_mode(0o750)).unwrap();
        assert_eq!(access(&store), Access::Writable, "{step}");
    }
}

#[test]
fn what_passes_by_itself_makes_nothing_read_only() {
    let kinds = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::Other];
    for kind in kinds {
        for step in ["lock", "create", "write", "sync-file", "look", "swap"] {
            let bench = Bench::with(&[("a", "1")]);
            let store = bench.open();
            bench.failpoints.fail(step, kind);
            let error = run(&store, set("a", "2")).unwrap_err();
            assert!(
                !matches!(trouble(&error), Some(FileError::ReadOnly { .. })),
                "{step}, {kind}: {error:?}"
            );
            assert_eq!(access(&store), Access::Writable, "{step}, {kind}");
        }
    }
}

#[test]
fn a_change_of_what_may_be_written_is_reported_once() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let mut changes = store.changes();
    changes.borrow_and_update();
    bench.failpoints.fail("create", io::ErrorKind::PermissionDenied);
    for _ in 0..3 {
        run(&store, set("a", "2")).unwrap_err();
        read(&store);
    }
    assert!(changes.has_changed().unwrap());
    let access = changes.borrow_and_update().as_ref().unwrap().access();
    assert_eq!(access, read_only(PlaceReason::Folder));
    read(&store);
    run(&store, set("a", "2")).unwrap_err();
    assert!(!changes.has_changed().unwrap(), "it was reported again");
}
