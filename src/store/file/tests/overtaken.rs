//! Programs that take no lock and change the document while a batch is being written: what they wrote is not
//! lost, or the writers of the batch get an error.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::bench::{Bench, change, current_value, failed, pairs, put, read, run, set, text};
use crate::store::Decision;
use crate::store::file::{FileError, FileStore, FileStoreOptions};

/// A step before which others come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The draft is not yet begun.
    Decided,
    /// It is written.
    Written,
    /// It is synced; next comes the last look.
    Synced,
    /// The last look is over.
    Looked,
}

const MOMENTS: [Moment; 4] = [Moment::Decided, Moment::Written, Moment::Synced, Moment::Looked];

impl Moment {
    fn is_before(self, step: &str) -> bool {
        match self {
            Self::Decided => step == "create",
            Self::Written => step == "sync-file",
            Self::Synced => step == "look",
            Self::Looked => step == "swap" || step == "rename",
        }
    }
}

/// Whether the file system can swap two names.
const CAN_SWAP: [bool; 2] = [true, false];

/// Lets this be done once, at the moment. Without swapping, a moment after the last look is one before the plain
/// rename's own look.
fn at(bench: &Bench, moment: Moment, can_swap: bool, operation: impl Fn(&Path) + Send + Sync + 'static) {
    let (count, path) = (AtomicUsize::new(0), bench.path.clone());
    bench.failpoints.on_step(move |step| {
        let is_due = moment.is_before(step.name()) && (can_swap || step.name() != "swap");
        if is_due && count.fetch_add(1, Ordering::SeqCst) == 0 {
            operation(&path);
        }
        if step.name() == "swap" && !can_swap {
            return Err(io::Error::from_raw_os_error(22));
        }
        Ok(())
    });
}

fn replace(path: &Path, servers: &[(&str, &str)]) {
    let draft = path.with_file_name("other-program.tmp");
    fs::write(&draft, text(servers)).unwrap();
    fs::rename(draft, path).unwrap();
}

#[test]
fn whenever_another_program_writes_both_changes_are_there() {
    type Operation = fn(&Path);
    let operations: [(&str, Operation); 4] = [
        ("replaced", |path| replace(path, &[("a", "1"), ("other", "1")])),
        ("replaced by a file of the same size", |path| replace(path, &[("b", "1")])),
        ("written in place", |path| fs::write(path, text(&[("a", "1"), ("other", "1")])).unwrap()),
        ("written in place, in one byte", |path| {
            let at = text(&[("a", "1")]).find("\"a\"").unwrap() as u64 + 1;
            let file = OpenOptions::new().write(true).open(path).unwrap();
            file.write_all_at(b"b", at).unwrap();
        }),
    ];
    for (what, operation) in operations {
        for moment in MOMENTS {
            for can_swap in CAN_SWAP {
                let bench = Bench::with(&[("a", "1")]);
                let store = bench.open();
                at(&bench, moment, can_swap, operation);
                run(&store, set("ours", "1")).unwrap();
                let theirs = if what.contains("other") || what == "replaced" || what == "written in place" {
                    pairs(&[("a", "1"), ("other", "1"), ("ours", "1")])
                } else {
                    pairs(&[("b", "1"), ("ours", "1")])
                };
                let case = format!("{what}, {moment:?}, can swap: {can_swap}");
                assert_eq!(read(&store), theirs, "{case}");
                assert_eq!(read(&bench.open_other()), theirs, "{case}");
                assert_eq!(bench.names(), [".settings.lock", "settings.json"], "{case}");
            }
        }
    }
}

#[test]
fn what_another_program_did_to_the_document_stays_and_the_writer_gets_an_error() {
    type Operation = fn(&Path);
    let operations: [(Operation, Option<&[u8]>); 3] = [
        (|path| fs::remove_file(path).unwrap(), None),
        (|path| drop(fs::File::create(path).unwrap()), Some(b"")),
        (|path| fs::write(path, "{").unwrap(), Some(b"{")),
    ];
    for (operation, left) in operations {
        for moment in MOMENTS {
            for can_swap in CAN_SWAP {
                let bench = Bench::with(&[("a", "1")]);
                let store = bench.open();
                at(&bench, moment, can_swap, operation);
                let outcome = run(&store, set("ours", "1"));
                let is_right = match left {
                    None => matches!(failed(&outcome), Some(FileError::Vanished)),
                    Some(_) => matches!(failed(&outcome), Some(FileError::Unreadable(_))),
                };
                assert!(is_right, "{moment:?}, can swap: {can_swap}: {outcome:?}");
                assert_eq!(fs::read(&bench.path).ok().as_deref(), left, "{moment:?}, can swap: {can_swap}");
                bench.failpoints.heal();
                bench.overwrite(&[("c", "1")]);
                run(&store, set("d", "1")).unwrap();
                assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
            }
        }
    }
}

#[test]
fn a_document_that_another_program_begins_is_not_replaced() {
    for moment in MOMENTS {
        let bench = Bench::new();
        let store = bench.open();
        at(&bench, moment, true, |path| replace(path, &[("other", "1")]));
        run(&store, set("ours", "1")).unwrap();
        assert_eq!(read(&bench.open_other()), pairs(&[("other", "1"), ("ours", "1")]), "{moment:?}");
        assert_eq!(bench.names(), [".settings.lock", "settings.json"], "{moment:?}");
    }
}

#[test]
fn a_mode_that_another_program_sets_meanwhile_is_kept() {
    for moment in MOMENTS {
        for can_swap in CAN_SWAP {
            let bench = Bench::with(&[("a", "1")]);
            let store = bench.open();
            at(&bench, moment, can_swap, |path| {
                fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
            });
            fs::set_permissions(&bench.path, Permissions::from_mode(0o644)).unwrap();
            run(&store, set("a", "2")).unwrap();
            let mode = fs::metadata(&bench.path).unwrap().permissions().mode() & 0o7777;
            assert_eq!(mode, 0o600, "{moment:?}, can swap: {can_swap}");
        }
    }
}

#[test]
fn a_decision_rests_on_the_state_that_it_replaces() {
    let bench = Bench::with(&[("n", "1")]);
    let store = bench.open();
    at(&bench, Moment::Looked, true, |path| replace(path, &[("n", "10")]));
    let count_one = change(|current| {
        let number: u32 = current_value(current, "n").unwrap().parse().unwrap();
        Decision::edit(vec![put("n", &(number + 1).to_string())])
    });
    run(&store, count_one).unwrap();
    assert_eq!(read(&store), pairs(&[("n", "11")]));
}

#[test]
fn of_two_programs_that_come_after_the_last_look_the_later_one_stays() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let (count, path) = (AtomicUsize::new(0), bench.path.clone());
    bench.failpoints.on_step(move |step| {
        if step.name() == "swap" {
            // The first comes before our swap, the second before we put its document back.
            match count.fetch_add(1, Ordering::SeqCst) {
                0 => replace(&path, &[("first", "1")]),
                1 => replace(&path, &[("second", "1")]),
                _ => {}
            }
        }
        Ok(())
    });
    run(&store, set("ours", "1")).unwrap();
    assert_eq!(read(&bench.open_other()), pairs(&[("ours", "1"), ("second", "1")]));
    assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
}

#[test]
fn what_cannot_be_swapped_back_is_renamed_back() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    let (count, path) = (AtomicUsize::new(0), bench.path.clone());
    bench.failpoints.on_step(move |step| match step.name() {
        "swap" => match count.fetch_add(1, Ordering::SeqCst) {
            0 => {
                replace(&path, &[("other", "1")]);
                Ok(())
            }
            1 => Err(io::ErrorKind::Other.into()),
            _ => Ok(()),
        },
        _ => Ok(()),
    });
    run(&store, set("ours", "1")).unwrap();
    assert_eq!(read(&bench.open_other()), pairs(&[("other", "1"), ("ours", "1")]));
    assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
}

#[test]
fn a_program_that_never_stops_writing_makes_us_busy_and_loses_nothing() {
    for moment in MOMENTS {
        let bench = Bench::with(&[("n", "0")]);
        let store = bench.open();
        let (count, path) = (AtomicUsize::new(0), bench.path.clone());
        let is_over = std::sync::Arc::new(AtomicUsize::new(0));
        let written = std::sync::Arc::clone(&is_over);
        bench.failpoints.on_step(move |step| {
            // Once in each attempt: a swap back is a swap too.
            let attempt = matches!(step.name(), "read");
            if attempt {
                count.store(0, Ordering::SeqCst);
            }
            if moment.is_before(step.name()) && count.fetch_add(1, Ordering::SeqCst) == 0 {
                let number = written.fetch_add(1, Ordering::SeqCst) + 1;
                replace(&path, &[("n", &number.to_string())]);
            }
            Ok(())
        });
        let outcome = run(&store, set("ours", "1"));
        assert!(matches!(failed(&outcome), Some(FileError::Overtaken)), "{moment:?}: {outcome:?}");
        let last = is_over.load(Ordering::SeqCst);
        assert!(1 < last, "{moment:?}: it was decided once");
        assert_eq!(bench.on_disk(), text(&[("n", &last.to_string())]).as_bytes(), "{moment:?}");
        bench.failpoints.heal();
        run(&store, set("ours", "1")).unwrap();
        assert_eq!(read(&store), pairs(&[("n", &last.to_string()), ("ours", "1")]));
        assert_eq!(bench.names(), [".settings.lock", "settings.json"]);
    }
}

#[test]
fn a_link_that_is_turned_while_we_write_is_not_written_behind_the_back_of_its_new_file() {
    for with_file in [false, true] {
        let bench = Bench::new();
        for (name, servers) in [("one.json", [("one", "1")]), ("two.json", [("two", "1")])] {
            fs::write(bench.root.join(name), text(&servers)).unwrap();
        }
        symlink("one.json", &bench.path).unwrap();
        let store =
            FileStore::open(FileStoreOptions { path: bench.path.clone(), ..bench.options() }).unwrap();
        at(&bench, Moment::Synced, true, move |path| {
            let turned = path.with_file_name("turned");
            match with_file {
                // As editors do that know nothing of links.
                true => fs::write(&turned, text(&[("two", "1")])).unwrap(),
                false => symlink("two.json", &turned).unwrap(),
            }
            fs::rename(turned, path).unwrap();
        });
        let outcome = run(&store, set("ours", "1"));
        assert!(matches!(failed(&outcome), Some(FileError::Overtaken)), "{outcome:?}");
        assert_eq!(fs::read_to_string(bench.root.join("one.json")).unwrap(), text(&[("one", "1")]));
        bench.failpoints.heal();
        run(&store, set("ours", "1")).unwrap();
        assert_eq!(read(&bench.open_other()), pairs(&[("ours", "1"), ("two", "1")]));
    }
}

#[test]
fn a_document_that_was_only_touched_is_replaced_at_once() {
    let bench = Bench::with(&[("a", "1")]);
    let store = bench.open();
    at(&bench, Moment::Synced, true, |path| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all(text(&[("a", "1")]).as_bytes()).unwrap();
    });
    run(&store, set("a", "2")).unwrap();
    assert_eq!(bench.failpoints.count("create"), 1, "it was decided again for nothing");
}
