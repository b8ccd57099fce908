//! What servers keep for other clients, as rows. It does not know transactions and files.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::run_rows::each;
use crate::model::SettingsKey;
use crate::state::bags::BagBook;
use crate::state::{BagChange, Bags, Change, TextSealer};

/// Makes one change, as [`Remembered::apply`](crate::state::Remembered::apply) makes it in memory. What can't be encrypted is not stored.
pub(super) fn apply(
    connection: &Connection,
    change: &Change,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    let remove =
        |name: &SettingsKey| connection.execute("DELETE FROM bag WHERE name = ?1", [name.as_str()]).map(drop);
    let put = |name: &SettingsKey, sealed: Option<String>| {
        let put = "INSERT OR REPLACE INTO bag (name, text) VALUES (?1, ?2)";
        connection.execute(put, params![name.as_str(), sealed]).map(drop)
    };
    match change {
        Change::Bags(BagChange::Keep { name, bags: Some(bags) }) => put(name, sealer.seal(bags.as_str())),
        Change::Bags(BagChange::Keep { name, bags: None }) | Change::Drop { name, .. } => remove(name),
        Change::Bags(BagChange::Copy { from, to }) => match sealed(connection, from)? {
            Some(sealed) => put(to, sealed),
            None => remove(to),
        },
        Change::Bags(BagChange::Forget { name, bags }) => {
            let sealed = sealed(connection, name)?.flatten();
            match sealed.and_then(|sealed| sealer.open(&sealed)) {
                Some(own) if own == bags.as_str() => remove(name),
                _ => Ok(()),
            }
        }
        Change::Move { from, to } if from != to => match sealed(connection, from)? {
            Some(sealed) => {
                remove(from)?;
                put(to, sealed)
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// All that is kept, as far as a key opens it.
pub(super) fn load(connection: &Connection, sealer: &dyn TextSealer) -> rusqlite::Result<BagBook> {
    let rows = each(connection, "SELECT name, text FROM bag", None, |row| row.get(1))?;
    let opened = |(name, sealed): (SettingsKey, Option<String>)| {
        let text = sealer.open(&sealed?)?;
        Some((name, Arc::new(Bags::new(text))))
    };
    Ok(rows.into_iter().filter_map(opened).collect())
}

/// What is stored of a name, encrypted; nothing where it could not be.
fn sealed(connection: &Connection, name: &SettingsKey) -> rusqlite::Result<Option<Option<String>>> {
    connection.query_row("SELECT text FROM bag WHERE name = ?1", [name.as_str()], |row| row.get(0)).optional()
}
