//! Files that are not what they should be: what is damaged is put aside whole, what is another's or newer is left alone,
//! and the store works on.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use rusqlite::Connection;

use super::super::SqliteState;
use super::super::opening::Setup;
use super::{Spelled, close, eventually, names, open};
use crate::state::conformance::authors::name;
use crate::state::conformance::runs::{approve, attempted, launch, observe, withdraw};
use crate::state::conformance::{begin, end, session, wait};
use crate::state::{Change, Kept, MemoryState, Premise, StateStore, Trouble};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert_eq!(wait(store.write(vec![begin(1)])), Kept::Stored);
    close(&store);
    folder
}

fn change(folder: &Path, statements: &str) {
    Connection::open(folder.join("state.db")).unwrap().execute_batch(statements).unwrap();
}

fn overwrite(folder: &Path, change: impl Fn(&mut Vec<u8>)) {
    let path = folder.join("state.db");
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_made_is_private_and_closed_to_nothing_but_one_file() {
    let folder = folder();
    assert_eq!(names(folder.path()), ["state.db", "state.lock"]);
    for name in names(folder.path()) {
        assert_eq!(fs::metadata(folder.path().join(&name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
    let store = open(folder.path());
    wait(store.write(vec![begin(2)]));
    for name in names(folder.path()) {
        assert_eq!(fs::metadata(folder.path().join(&name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_damaged_database_is_put_aside_with_all_that_belongs_to_it_and_everybody_is_signed_out() {
    type Spoil = fn(&Path);
    let spoils: [(&str, Spoil); 7] = [
        ("no database", |folder| fs::write(folder.join("state.db"), "no database at all").unwrap()),
        ("a page of noise", |folder| overwrite(folder, |bytes| bytes[4_096..8_192].fill(0x5a))),
        ("a cut file", |folder| overwrite(folder, |bytes| bytes.truncate(bytes.len() - 4_096))),
        ("a table that is missing", |folder| change(folder, "DROP TABLE session")),
        ("another program's file", |folder| change(folder, "PRAGMA application_id = 7")),
        ("a key that is missing", |folder| change(folder, "DELETE FROM own")),
        ("a row of another form", |folder| {
            change(folder, "PRAGMA ignore_check_constraints = 1; UPDATE session SET bond = x'00'");
        }),
    ];
    for (case, spoil) in spoils {
        let folder = folder();
        spoil(folder.path());
        // What SQLite kept beside it must not become the new one's.
        fs::write(folder.path().join("state.db-journal"), "old").unwrap();
        let damaged = fs::read(folder.path().join("state.db")).unwrap();
        let store = open(folder.path());
        assert_eq!(store.troubles(), [Trouble::Damaged], "{case}");
        assert!(store.peek().unwrap().sessions.is_empty(), "{case}");
        assert_eq!(wait(store.write(vec![begin(2)])), Kept::Stored, "{case}");
        close(&store);
        let names = names(folder.path());
        let aside = names.iter().find(|name| name.starts_with("state.db.broken-")).unwrap();
        assert_eq!(fs::read(folder.path().join(aside)).unwrap().len(), damaged.len(), "{case}");
        assert!(!names.contains(&"state.db-journal".to_owned()), "{case}: {names:?}");
        let again = open(folder.path());
        assert_eq!(again.troubles(), [], "{case}");
        assert_eq!(again.peek().unwrap().sessions.len(), 1, "{case}");
    }
}

#[test]
fn a_log_without_its_database_is_not_treated_as_a_new_ones() {
    let folder = folder();
    let store = open(folder.path());
    wait(store.write(vec![begin(2)]));
    let log = fs::read(folder.path().join("state.db-wal")).unwrap();
    close(&store);
    fs::remove_file(folder.path().join("state.db")).unwrap();
    fs::write(folder.path().join("state.db-wal"), log).unwrap();
    let store = open(folder.path());
    assert!(store.peek().unwrap().sessions.is_empty(), "an old log came back to life");
    assert!(names(folder.path()).iter().any(|name| name.contains("broken") && name.ends_with("-wal")));
}

#[test]
fn a_newer_database_is_left_as_it_is() {
    let folder = folder();
    change(folder.path(), "PRAGMA user_version = 99");
    let before = fs::read(folder.path().join("state.db")).unwrap();
    let store = open(folder.path());
    assert_eq!(store.troubles(), [Trouble::Newer]);
    assert!(store.peek().unwrap().sessions.is_empty());
    assert_eq!(wait(store.write(vec![begin(2)])), Kept::InMemory);
    assert_eq!(store.peek().unwrap().sessions.len(), 1);
    assert_eq!(
        wait(store.write(vec![end(2)])),
        Kept::InMemory,
        "no disk has it, so that it is over for good"
    );
    assert!(store.state_key().is_some());
    close(&store);
    assert_eq!(fs::read(folder.path().join("state.db")).unwrap(), before);
    assert_eq!(names(folder.path()), ["state.db", "state.lock"]);
}

#[test]
fn a_database_that_could_be_anothers_is_not_used() {
    type Spoil = fn(&Path);
    let spoils: [Spoil; 3] = [
        |path| fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap(),
        |path| {
            fs::rename(path, path.with_extension("elsewhere")).unwrap();
            symlink(path.with_extension("elsewhere"), path).unwrap();
        },
        |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        },
    ];
    for spoil in spoils {
        let folder = folder();
        spoil(&folder.path().join("state.db"));
        let store = open(folder.path());
        assert_eq!(store.troubles(), [Trouble::Unusable]);
        assert_eq!(wait(store.write(vec![begin(2)])), Kept::InMemory);
    }
}

#[test]
fn a_database_that_is_taken_away_while_it_is_open_signs_everybody_out() {
    let folder = folder();
    let store = open(folder.path());
    fs::rename(folder.path().join("state.db"), folder.path().join("away")).unwrap();
    eventually("it is noticed", || store.peek().unwrap().sessions.is_empty());
    eventually("a new one is made", || folder.path().join("state.db").exists());
    eventually("it is stored again", || wait(store.write(vec![begin(3)])) == Kept::Stored);
    assert_eq!(store.peek().unwrap().sessions.keys().collect::<Vec<_>>(), [&session(3).0]);
}

#[test]
fn a_sign_out_that_cannot_be_stored_is_pending_and_stored_when_it_can() {
    let folder = folder();
    let store = open(folder.path());
    // Another process that does not let go.
    let other = Connection::open(folder.path().join("state.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ended = store.write(vec![end(1)]);
    assert!(store.peek().unwrap().sessions.is_empty(), "it is over here at once");
    assert_eq!(wait(ended), Kept::Pending);
    assert_eq!(store.troubles(), [Trouble::NotStored]);
    assert!(store.peek().unwrap().sessions.is_empty());
    other.execute_batch("ROLLBACK").unwrap();
    let count = || other.query_row("SELECT count(*) FROM session", [], |row| row.get::<_, i64>(0)).unwrap();
    eventually("it is stored", || count() == 0);
    eventually("the trouble is over", || store.troubles().is_empty());
}

/// Whether the launch of this number is approved under the first name.
fn is_approved(store: &dyn StateStore, number: u8) -> bool {
    let seen = store.peek().unwrap();
    seen.runs.get(&name(0)).is_some_and(|run| run.approval_of(&launch(number), None).is_ok())
}

#[test]
fn what_cannot_be_stored_approves_nothing_and_withdraws_at_once() {
    let folder = folder();
    let store = open(folder.path());
    assert_eq!(wait(store.write(vec![approve(0, 1, None, Premise::None)])), Kept::Stored);
    assert!(is_approved(&store, 1) && store.can_approve());
    let other = Connection::open(folder.path().join("state.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let withdrawn = store.write(vec![withdraw(0)]);
    assert!(!is_approved(&store, 1), "it is over here at once");
    assert_eq!(wait(withdrawn), Kept::Pending);
    assert!(!store.can_approve());
    let approved = store.write(vec![approve(0, 2, None, Premise::None)]);
    assert!(!is_approved(&store, 2), "it is not stored");
    assert_eq!(wait(approved), Kept::Pending);
    assert!(!is_approved(&store, 2) && !is_approved(&store, 1), "nothing is approved while it waits");
    other.execute_batch("ROLLBACK").unwrap();
    eventually("it is stored", || is_approved(&store, 2));
    eventually("the trouble is over", || store.can_approve());
}

#[test]
fn a_withdrawal_that_waits_beats_an_approval_that_waits_and_follows_a_rename() {
    let folder = folder();
    let store = open(folder.path());
    assert_eq!(wait(store.write(vec![approve(0, 1, None, Premise::None)])), Kept::Stored);
    let other = Connection::open(folder.path().join("state.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(wait(store.write(vec![withdraw(0)])), Kept::Pending);
    drop(store.write(vec![Change::Move { from: name(0), to: name(1) }]));
    drop(store.write(vec![approve(0, 2, None, Premise::None)]));
    drop(store.write(vec![withdraw(0)]));
    other.execute_batch("ROLLBACK").unwrap();
    eventually("it is stored", || store.can_approve() && store.shared.waiting() == 0);
    let seen = store.peek().unwrap();
    assert!(seen.runs.values().all(|run| run.approval.is_none()), "{:?}", seen.runs);
    assert!(seen.runs.contains_key(&name(1)));
}

#[test]
fn without_a_file_nothing_is_approved() {
    let folder = folder();
    let store = open(folder.path());
    assert_eq!(wait(store.write(vec![approve(0, 1, None, Premise::None)])), Kept::Stored);
    close(&store);
    change(folder.path(), "PRAGMA user_version = 99");
    let store = open(folder.path());
    assert!(!store.can_approve());
    assert_eq!(wait(store.write(vec![approve(0, 1, None, Premise::None)])), Kept::InMemory);
    assert!(!is_approved(&store, 1));
    let in_place_of_it = MemoryState::in_place_of_a_disk();
    wait(in_place_of_it.write(vec![approve(0, 1, None, Premise::None)]));
    assert!(!in_place_of_it.can_approve() && !is_approved(&in_place_of_it, 1));
}

#[test]
fn the_texts_of_attempts_are_stored_encrypted_or_not_at_all() {
    for sealer in [Some(Spelled), None] {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteState::with_setup(folder.path().to_owned(), Setup::OWN);
        let has_sealer = sealer.is_some();
        let store = match sealer {
            Some(sealer) => store.sealed_by(std::sync::Arc::new(sealer)),
            None => store,
        };
        store.start().unwrap();
        wait(store.opened());
        store.publish_instances(vec![(name(0), Some("{\"view\":1}".to_owned()))]);
        assert_eq!(wait(store.write(vec![observe(0, 1, None), attempted(0, 1, 3)])), Kept::Stored);
        close(&store);
        let connection = Connection::open(folder.path().join("state.db")).unwrap();
        let text =
            |select: &str| connection.query_row(select, [], |row| row.get::<_, Option<String>>(0)).unwrap();
        let stored = [
            text("SELECT error FROM attempts"),
            text("SELECT stderr FROM attempts"),
            text("SELECT view FROM instance"),
        ];
        for text in stored {
            assert_eq!(text.is_some(), has_sealer, "{text:?}");
            assert!(text.is_none_or(|text| text.starts_with("gAAAA")));
        }
    }
}

#[test]
fn what_waits_for_a_disk_does_not_grow() {
    let folder = folder();
    let store = open(folder.path());
    let other = Connection::open(folder.path().join("state.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..2 {
        let often = vec![begin(9), end(9), withdraw(0), approve(0, 1, None, Premise::None), withdraw(0)];
        assert_eq!(wait(store.write(often)), Kept::Pending);
    }
    drop(store.write(vec![end(9), withdraw(0)]));
    assert!(store.shared.waiting() <= 7, "{}", store.shared.waiting());
}
