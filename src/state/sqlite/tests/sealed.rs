//! Encrypted values: `rotate-key` finds them in whatever table they are, and leaves no old one on the disk.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::super::connection::connect;
use super::super::sealed::{Fate, Resealed, reseal_in};
use super::{close, names, open};

const OLD: &str = "gAAAA-old-token-";

/// A folder with a table of the suite's own, which holds encrypted values among others.
fn folder() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    close(&open(folder.path()));
    let connection = connect(&folder.path().join("state.db")).unwrap();
    let table =
        "CREATE TABLE \"of the \"\"suite\" (name TEXT PRIMARY KEY, \"the text\" sealed text, note TEXT)";
    connection.execute_batch(table).unwrap();
    for number in 0..200 {
        let token = format!("{OLD}{number}");
        let insert = "INSERT INTO \"of the \"\"suite\" VALUES (?1, ?2, ?3)";
        connection.execute(insert, (format!("name {number}"), &token, "gAAAA-not-sealed")).unwrap();
    }
    connection.execute("INSERT INTO \"of the \"\"suite\" VALUES ('empty', NULL, NULL)", []).unwrap();
    (folder, connection)
}

fn holds(folder: &Path, text: &str) -> bool {
    let holds = |name: &String| {
        let bytes = fs::read(folder.join(name)).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    names(folder).iter().any(holds)
}

#[test]
fn every_value_is_encrypted_again_and_no_old_one_is_left_on_the_disk() {
    let (folder, mut connection) = folder();
    assert!(holds(folder.path(), OLD));
    let newer = |token: &str| Fate::Becomes(token.replace(OLD, "gAAAA-new-token-"));
    let done = reseal_in(&mut connection, newer).unwrap();
    assert_eq!(done, Resealed { resealed: 200, unreadable: 0, has_remains: false });
    assert!(!holds(folder.path(), OLD), "an old value is left");
    assert!(holds(folder.path(), "gAAAA-new-token-199") && holds(folder.path(), "gAAAA-not-sealed"));
    let again = reseal_in(&mut connection, |_| Fate::Stays).unwrap();
    assert_eq!(again, Resealed::default());
}

#[test]
fn what_no_key_opens_stays_and_is_counted() {
    let (folder, mut connection) = folder();
    let judge = |token: &str| match token.ends_with('7') {
        true => Fate::Unreadable,
        false => Fate::Becomes(format!("new-{token}")),
    };
    let done = reseal_in(&mut connection, judge).unwrap();
    assert_eq!((done.resealed, done.unreadable), (180, 20));
    assert!(holds(folder.path(), &format!("{OLD}197")));
}

#[test]
fn a_reader_beside_it_is_said_to_keep_old_values() {
    let (folder, mut connection) = folder();
    connection.busy_timeout(std::time::Duration::from_millis(50)).unwrap();
    let reader = connect(&folder.path().join("state.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM own").unwrap();
    let done = reseal_in(&mut connection, |_| Fate::Becomes("new".to_owned())).unwrap();
    assert!(done.has_remains, "{done:?}");
    reader.execute_batch("ROLLBACK").unwrap();
    assert!(!reseal_in(&mut connection, |_| Fate::Stays).unwrap().has_remains);
    assert!(!holds(folder.path(), OLD));
}
