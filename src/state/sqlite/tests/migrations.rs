//! Files that older versions wrote. There is one for each version, written by that version; `UPDATE_STATE_FILES=1` writes
//! the one of this version, once, before it is released.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Transaction;

use super::super::SqliteState;
use super::super::opening::Setup;
use super::super::schema::{MIGRATIONS, Migration};
use super::{Spelled, close, open};
use crate::state::conformance::authors::{found, made, name};
use crate::state::conformance::bags::some_bags;
use crate::state::conformance::origins::some_of_each;
use crate::state::conformance::runs::{approve, attempted, list, observe, policy};
use crate::state::conformance::{begin, opened, session, wait};
use crate::state::{Change, Kept, Premise, Remembered, StateStore, Trouble};

fn fixture(version: usize) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/state/version-{version}.db"))
}

/// What version 3 has more than version 2.
fn of_a_run() -> Vec<Change> {
    vec![
        observe(0, 1, Some("/bin/x")),
        approve(0, 1, Some("/bin/x"), Premise::Located),
        attempted(0, 1, 3),
        policy(0, None, Some("{}")),
    ]
}

/// What version 4 has more than version 3.
fn of_lists() -> Vec<Change> {
    vec![list(0, 1, 1, false), list(0, 1, 2, false)]
}

/// A step that no released version has.
fn next(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch("CREATE TABLE later (name TEXT PRIMARY KEY, text SEALED TEXT)")
}

/// A step that cannot be made.
fn impossible(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    next(transaction)?;
    transaction.execute_batch("INSERT INTO session (id) VALUES (x'00')")
}

const WITH_NEXT: &[Migration] =
    &[MIGRATIONS[0], MIGRATIONS[1], MIGRATIONS[2], MIGRATIONS[3], MIGRATIONS[4], MIGRATIONS[5], next];
const WITH_IMPOSSIBLE: &[Migration] =
    &[MIGRATIONS[0], MIGRATIONS[1], MIGRATIONS[2], MIGRATIONS[3], MIGRATIONS[4], MIGRATIONS[5], impossible];

fn with(folder: &std::path::Path, migrations: &'static [Migration]) -> SqliteState {
    let store = SqliteState::with_setup(folder.to_owned(), Setup { migrations, ..Setup::OWN });
    let store = store.sealed_by(Arc::new(Spelled));
    store.start().unwrap();
    opened(&store);
    store
}

#[test]
fn a_file_of_every_version_is_read_by_this_one() {
    if std::env::var_os("UPDATE_STATE_FILES").is_some() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        assert_eq!(wait(store.write(vec![begin(1)])), Kept::Stored);
        store.note_authors(vec![made(name(0), 1, "ann", 7)]);
        assert_eq!(wait(store.write(of_a_run())), Kept::Stored);
        store.publish_instances(vec![(name(0), Some("{}".to_owned()))]);
        assert_eq!(wait(store.write(of_lists())), Kept::Stored);
        // What version 5 has more than version 4.
        assert_eq!(wait(store.write(some_of_each())), Kept::Stored);
        // What version 6 has more than version 5.
        assert_eq!(wait(store.write(some_bags())), Kept::Stored);
        close(&store);
        fs::create_dir_all(fixture(0).parent().unwrap()).unwrap();
        fs::copy(folder.path().join("state.db"), fixture(MIGRATIONS.len())).unwrap();
    }
    for version in 1..=MIGRATIONS.len() {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(fixture(version), folder.path().join("state.db")).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(folder.path().join("state.db"), private).unwrap();
        let mut keys = Vec::new();
        for migrations in [MIGRATIONS, WITH_NEXT, WITH_NEXT] {
            let store = with(folder.path(), migrations);
            assert_eq!(store.troubles(), [], "version {version}");
            let (id, expected) = session(1);
            assert_eq!(store.peek().unwrap().sessions.get(&id), Some(&expected), "version {version}");
            let author = found(&store, &name(0), 1);
            assert_eq!(author.is_some(), 2 <= version || !keys.is_empty(), "version {version}");
            let mut expected = Remembered::default();
            if 3 <= version || !keys.is_empty() {
                of_a_run().iter().for_each(|change| expected.apply(change));
            }
            if 4 <= version || !keys.is_empty() {
                of_lists().iter().for_each(|change| expected.apply(change));
            }
            if 5 <= version || !keys.is_empty() {
                some_of_each().iter().for_each(|change| expected.apply(change));
            }
            if 6 <= version || !keys.is_empty() {
                some_bags().iter().for_each(|change| expected.apply(change));
            }
            let seen = store.peek().unwrap();
            assert_eq!(
                (&seen.runs, &seen.policies, &seen.origins, &seen.bags),
                (&expected.runs, &expected.policies, &expected.origins, &expected.bags),
                "version {version}"
            );
            assert_eq!(store.published_instances().len(), expected.runs.len(), "version {version}");
            // Made once: what is intended again after it was settled is something new.
            let origins = if keys.is_empty() && version < 5 { some_of_each() } else { Vec::new() };
            assert_eq!(
                wait(store.write([of_a_run(), of_lists(), origins, some_bags()].concat())),
                Kept::Stored
            );
            store.publish_instances(vec![(name(0), Some("{}".to_owned()))]);
            store.note_authors(vec![made(name(0), 1, "ann", 7)]);
            keys.push(store.state_key().unwrap());
            assert_eq!(wait(store.write(vec![begin(2)])), Kept::Stored);
            close(&store);
        }
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "the key has changed");
        // And back: the version before leaves it alone.
        assert_eq!(open(folder.path()).troubles(), [Trouble::Newer]);
    }
}

#[test]
fn a_migration_that_fails_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    close(&open(folder.path()));
    let store = with(folder.path(), WITH_IMPOSSIBLE);
    assert_eq!(store.troubles(), [Trouble::Unusable]);
    close(&store);
    assert_eq!(open(folder.path()).troubles(), []);
}

#[test]
fn a_migration_waits_until_nobody_else_has_the_file_open() {
    let folder = tempfile::tempdir().unwrap();
    let old = open(folder.path());
    let setup = Setup { migrations: WITH_NEXT, ..Setup::OWN };
    let new = SqliteState::with_setup(folder.path().to_owned(), setup);
    new.start().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert!(new.peek().is_none(), "it waits");
    assert_eq!(wait(old.write(vec![begin(1)])), Kept::Stored);
    close(&old);
    assert_eq!(opened(&new).sessions.len(), 1);
    assert_eq!(new.troubles(), []);
}

#[test]
fn stores_that_are_opened_at_once_have_one_new_database() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let stores: Vec<_> = (0..4).map(|_| SqliteState::in_folder(folder.path())).collect();
        stores.iter().for_each(|store| store.start().unwrap());
        for store in &stores {
            opened(store);
            assert_eq!(store.troubles(), []);
            assert_eq!(store.state_key(), stores[0].state_key());
        }
    }
}
