//! Each step of each kind of commit fails, with each error that a disk gives: the document
//! stays whole, the error says what it was, and the next write and the next start find nothing wrong.

use std::error::Error;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::bench::{Bench, change, failed, pairs, read, run, set, trouble};
use crate::store::file::FileError;
use crate::store::{Change, Decision, StoreError};

/// EINTR, EIO, ENOSPC, EROFS.
const ERRORS: [i32; 4] = [4, 5, 28, 30];

/// A place and what is to be committed there.
#[derive(Clone, Copy, Debug)]
enum Scene {
    /// The first write of a document.
    Begin,
    Replace,
    /// A replace that must keep a mode, in many small writes.
    Keep0640,
    /// A change that keeps everything, on a document that this process has not synced.
    Confirm,
}

const SCENES: [Scene; 4] = [Scene::Begin, Scene::Replace, Scene::Keep0640, Scene::Confirm];

impl Scene {
    fn bench(self) -> Bench {
        let bench = match self {
            Self::Begin => Bench::new(),
            Self::Replace | Self::Keep0640 | Self::Confirm => Bench::with(&[("a", "1")]),
        };
        if let Self::Keep0640 = self {
            fs::set_permissions(&bench.path, Permissions::from_mode(0o640)).unwrap();
            bench.failpoints.shorten_writes(40);
        }
        bench
    }

    fn change(self) -> Change {
        match self {
            Self::Confirm => change(|_| Decision::keep()),
            Self::Begin | Self::Replace | Self::Keep0640 => set("a", "2"),
        }
    }

    fn before(self) -> Vec<(String, String)> {
        if let Self::Begin = self { Vec::new() } else { pairs(&[("a", "1")]) }
    }

    fn after(self) -> Vec<(String, String)> {
        if let Self::Confirm = self { pairs(&[("a", "1")]) } else { pairs(&[("a", "2")]) }
    }

    /// The steps of an undisturbed commit.
    fn steps(self) -> Vec<&'static str> {
        let bench = self.bench();
        let store = bench.open();
        bench.failpoints.forget();
        run(&store, self.change()).unwrap();
        bench.failpoints.steps().into_iter().map(|(name, _)| name).collect()
    }
}

/// The number of the system's error at the root of this one.
fn root(error: &StoreError) -> Option<i32> {
    let mut error: &dyn Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error
        .downcast_ref::<Arc<io::Error>>()
        .map(|error| error.raw_os_error())
        .unwrap_or_else(|| error.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error))
}

#[test]
fn every_step_can_fail_with_every_error() {
    for scene in SCENES {
        let steps = scene.steps();
        assert!(steps.len() > 3, "{scene:?}: {steps:?}");
        for (number, step) in steps.iter().enumerate() {
            // Only removes what was replaced; a failure of that is in a test of its own.
            if *step == "unlink" {
                continue;
            }
            for errno in ERRORS {
                let case = format!("{scene:?}, step {number} ({step}), error {errno}");
                let bench = scene.bench();
                let store = bench.open();
                let count = AtomicUsize::new(0);
                bench.failpoints.on_step(move |_| match count.fetch_add(1, Ordering::SeqCst) == number {
                    true => Err(io::Error::from_raw_os_error(errno)),
                    false => Ok(()),
                });
                let error = run(&store, scene.change()).unwrap_err();
                bench.failpoints.heal();
                assert_eq!(root(&error), Some(errno), "{case}: {error:?}");
                let is_done = matches!(trouble(&error), Some(FileError::OutcomeUnknown(_)));
                let is_placed = steps[..number].iter().any(|step| matches!(*step, "swap" | "rename"));
                assert_eq!(is_done, is_placed, "{case}: {error:?}");
                let expected = if is_done { scene.after() } else { scene.before() };
                assert_eq!(read(&store), expected, "{case}");
                assert_eq!(read(&bench.open_other()), expected, "{case}");

                run(&store, scene.change()).unwrap_or_else(|error| panic!("{case}, then: {error}"));
                assert_eq!(read(&bench.open_other()), scene.after(), "{case}");
                assert_eq!(bench.names(), [".settings.lock", "settings.json"], "{case}");
            }
        }
    }
}

#[test]
fn what_cannot_be_tidied_either_is_gone_after_the_next_start() {
    for scene in [Scene::Begin, Scene::Replace, Scene::Keep0640] {
        for (number, step) in scene.steps().into_iter().enumerate() {
            if step == "unlink" {
                continue;
            }
            let bench = scene.bench();
            let store = bench.open();
            let count = AtomicUsize::new(0);
            bench.failpoints.on_step(move |step| {
                let is_due = count.fetch_add(1, Ordering::SeqCst) == number;
                if is_due || step.name() == "unlink" { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
            });
            run(&store, scene.change()).unwrap_err();
            drop(store);
            bench.failpoints.heal();
            let started = bench.open_other();
            run(&started, set("b", "1")).unwrap();
            assert_eq!(bench.names(), [".settings.lock", "settings.json"], "{scene:?}, {step}");
        }
    }
}

#[test]
fn a_replaced_document_that_cannot_be_removed_is_gone_after_the_next_write() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    bench.failpoints.fail("unlink", io::ErrorKind::Other);
    run(&store, set("a", "2")).unwrap();
    assert_eq!(bench.names().len(), 3, "it is still there");
    bench.failpoints.heal();
    run(&store, set("a", "3")).unwrap();
    assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
}

#[test]
fn a_disk_that_takes_no_bytes_is_an_error_and_no_endless_loop() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    bench.failpoints.shorten_writes(0);
    let outcome = run(&store, set("a", "2"));
    let is_right = |source: &io::Error| source.kind() == io::ErrorKind::WriteZero;
    assert!(
        matches!(failed(&outcome), Some(FileError::Write { step: "write", source }) if is_right(source)),
        "{outcome:?}"
    );
    assert_eq!(read(&bench.open_other()), pairs(&[("a", "1")]));
    assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
}
