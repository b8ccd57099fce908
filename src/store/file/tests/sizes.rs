//! How large a document may become by a change, and how large one may be to be read.

use std::fs::{self, File};
use std::sync::Arc;
use std::time::Instant;

use super::bench::{
    Bench, HeldLock, change, code, current_value, edits, failed, key, pairs, put, read, run, seen, set, text,
    wait,
};
use crate::document::Unreadable;
use crate::model::Edit;
use crate::store::file::{FileError, FileStore, FileStoreOptions};
use crate::store::{Decision, Store, StoreError};

fn open(bench: &Bench, largest: usize) -> FileStore {
    FileStore::open(FileStoreOptions { largest, ..bench.options() }).unwrap()
}

/// What the document is after this change, and its length.
fn length_after(edit: &Edit) -> usize {
    let bench = Bench::with(&[("a", "1")]);
    run(&bench.open(), edits(vec![edit.clone()])).unwrap();
    bench.on_disk().len()
}

#[test]
fn a_change_may_fill_the_document_to_the_last_byte_and_no_further() {
    let changes = [
        put("b", "x"),
        put("a", &"x".repeat(5_000)),
        Edit::Rename { from: key("a"), to: key("a-longer-name") },
        put("deep", "x"),
    ];
    for edit in changes {
        let length = length_after(&edit);
        for (largest, fits) in [(length, true), (length - 1, false)] {
            let bench = Bench::with(&[("a", "1")]);
            let store = open(&bench, largest);
            let outcome = run(&store, edits(vec![edit.clone()]));
            let looked = wait(store.examine(edits(vec![edit.clone()]))).map(drop);
            if fits {
                outcome.unwrap();
                assert_eq!(bench.on_disk().len(), length);
            } else {
                for outcome in [outcome, looked] {
                    let is_refused = outcome.as_ref().is_err_and(|error| {
                        error.code() == "too-large" && error.detail().contains(&format!(" {largest} bytes"))
                    });
                    assert!(is_refused, "{edit:?}: {outcome:?}");
                }
                assert_eq!(bench.on_disk(), text(&[("a", "1")]).as_bytes());
            }
        }
    }
}

#[test]
fn a_document_that_is_too_large_can_be_made_smaller_and_not_larger() {
    let large = "x".repeat(1_000);
    let bench = Bench::with(&[("a", &large), ("b", "1")]);
    let store = open(&bench, bench.on_disk().len() - 500);
    assert_eq!(read(&store), pairs(&[("a", &large), ("b", "1")]));
    let outcome = run(&store, set("b", "12"));
    assert_eq!(code(&outcome), "too-large", "{outcome:?}");
    run(&store, set("b", "2")).unwrap();
    run(&store, set("a", &large[1..])).unwrap();
    run(&store, edits(vec![Edit::Remove { key: key("b") }])).unwrap();
    run(&store, set("a", "1")).unwrap();
    run(&store, set("b", "12")).unwrap();
}

#[test]
fn of_a_batch_only_the_change_that_is_too_large_is_refused() {
    let bench = Bench::with(&[("a", "1")]);
    let store = open(&bench, bench.on_disk().len() + 100);
    let lock = HeldLock::take(&bench.root.join(".settings.lock"));
    let large = "x".repeat(101);
    let seen = Arc::new(std::sync::Mutex::new(None));
    let witness = Arc::clone(&seen);
    let last = change(move |current| {
        *witness.lock().unwrap() = current_value(current, "b");
        Decision::keep()
    });
    let changes = [set("a", "2"), set("b", &large), set("c", "3"), change(|_| panic!("meant")), last];
    let commits: Vec<_> = changes.into_iter().map(|change| store.commit(change)).collect();
    drop(lock);
    let outcomes: Vec<_> = commits.into_iter().map(wait).collect();
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok() && outcomes[4].is_ok(), "{outcomes:?}");
    assert_eq!(code(&outcomes[1]), "too-large", "{outcomes:?}");
    assert_eq!(code(&outcomes[3]), "panicked", "{outcomes:?}");
    assert_eq!(*seen.lock().unwrap(), None, "a later change saw what was refused");
    assert_eq!(read(&bench.open_other()), pairs(&[("a", "2"), ("c", "3")]));
}

#[test]
fn what_is_written_all_the_same_is_refused_where_its_judged_edits_are() {
    let bench = Bench::with(&[("a", "1")]);
    let store = open(&bench, bench.on_disk().len());
    let rewrite = |judged: Vec<Edit>| {
        change(move |_| Decision::Rewrite {
            edits: Vec::new(),
            judged: judged.clone(),
            notes: Vec::new(),
            answer: Box::new(()),
        })
    };
    let outcome = run(&store, rewrite(vec![put("a", "12")]));
    assert_eq!(code(&outcome), "too-large", "{outcome:?}");
    bench.failpoints.forget();
    run(&store, rewrite(vec![put("a", "2")])).unwrap();
    assert_eq!(bench.failpoints.count("swap"), 1, "it was not written");
    assert_eq!(bench.on_disk(), text(&[("a", "1")]).as_bytes());
}

#[test]
fn a_document_without_end_is_not_read() {
    let bench = Bench::with(&[("a", "1")]);
    let store = open(&bench, 1_000);
    assert_eq!(read(&store), pairs(&[("a", "1")]));
    let is_refused = |outcome: Result<(), StoreError>| {
        matches!(failed(&outcome), Some(FileError::Unreadable(Unreadable::TooLarge { most: 2_000 })))
    };
    // As long as ten gigabytes, and without a byte on disk.
    File::options().write(true).open(&bench.path).unwrap().set_len(10 << 30).unwrap();
    let begun = Instant::now();
    assert!(is_refused(seen(&store).map(drop)));
    assert!(is_refused(run(&store, set("a", "2"))));
    assert!(begun.elapsed().as_secs() < 10, "it was read");
    assert_eq!(fs::metadata(&bench.path).unwrap().len(), 10 << 30);
    bench.overwrite(&[("a", &"x".repeat(1_800))]);
    assert_eq!(read(&store), pairs(&[("a", &"x".repeat(1_800))]));
    bench.overwrite(&[("a", "1")]);
    run(&store, set("a", "2")).unwrap();
}
