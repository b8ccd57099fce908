//! Encrypted values in the database, and their rotation. A column whose declared type is `SEALED TEXT` holds nothing but
//! encrypted values, each as one text; whatever table it is in, `rotate-key` finds it by that. It does not know keys.

use rusqlite::{Connection, TransactionBehavior};

use super::connection::empty_log;
use super::error::OpenError;
use super::opening::{Setup, open_for_command};
use crate::state::StateDirectory;

/// The declared type of such a column. Its affinity is that of text.
const SEALED: &str = "SEALED TEXT";

/// Why the state could not be re-sealed; all of it is as it was.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ResealError(#[from] OpenError);

/// What re-sealing has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many values were encrypted again.
    pub resealed: usize,
    /// How many no key opens; they are as they were.
    pub unreadable: usize,
    /// Whether values of older keys may be left in the log beside the database, since another process reads it.
    pub has_remains: bool,
}

/// What is to become of an encrypted value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is of the newest key.
    Stays,
    /// It becomes this one.
    Becomes(String),
    /// No key opens it.
    Unreadable,
}

/// Gives every encrypted value in the state to `judge`, and stores what becomes of it in one transaction. Then the
/// database is rewritten and its log emptied, so that no value of an older key is left on the disk. A folder without
/// a database has no values.
///
/// # Errors
///
/// Where the database can't be opened, read or written.
pub fn reseal(directory: &StateDirectory, judge: impl FnMut(&str) -> Fate) -> Result<Resealed, ResealError> {
    match open_for_command(directory.path(), &Setup::OWN)? {
        None => Ok(Resealed::default()),
        Some((mut connection, _lock)) => Ok(reseal_in(&mut connection, judge).map_err(OpenError::from)?),
    }
}

/// What [`reseal`] would come to. Nothing is changed.
///
/// # Errors
///
/// As those of [`reseal`].
pub fn check_reseal(
    directory: &StateDirectory,
    judge: impl FnMut(&str) -> Fate,
) -> Result<Resealed, ResealError> {
    match open_for_command(directory.path(), &Setup::OWN)? {
        None => Ok(Resealed::default()),
        Some((mut connection, _lock)) => {
            // Never committed.
            let transaction = connection.transaction().map_err(OpenError::from)?;
            let columns = columns(&transaction).map_err(OpenError::from)?;
            Ok(rewrite(&transaction, &columns, judge).map_err(OpenError::from)?)
        }
    }
}

pub(super) fn reseal_in(
    connection: &mut Connection,
    judge: impl FnMut(&str) -> Fate,
) -> rusqlite::Result<Resealed> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let columns = columns(&transaction)?;
    let mut done = rewrite(&transaction, &columns, judge)?;
    transaction.commit()?;
    // Also where nothing was left to do: the last run may have been cut off right before this.
    if !columns.is_empty() {
        connection.execute_batch("VACUUM")?;
        done.has_remains = !empty_log(connection)?;
    }
    Ok(done)
}

fn rewrite(
    connection: &Connection,
    columns: &[Column],
    mut judge: impl FnMut(&str) -> Fate,
) -> rusqlite::Result<Resealed> {
    let mut done = Resealed::default();
    for Column { table, column } in columns {
        // Names from the schema, quoted as identifiers.
        let read = format!("SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1");
        let mut read = connection.prepare(&read)?;
        let values = read.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let values: Vec<(String, u32)> = values.collect::<rusqlite::Result<_>>()?;
        let mut write =
            connection.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1"))?;
        for (value, count) in values {
            match judge(&value) {
                Fate::Stays => {}
                Fate::Unreadable => done.unreadable += usize::try_from(count).unwrap_or(usize::MAX),
                Fate::Becomes(newer) => done.resealed += write.execute([&value, &newer])?,
            }
        }
    }
    Ok(done)
}

/// A column of encrypted values, quoted.
struct Column {
    table: String,
    column: String,
}

fn columns(connection: &Connection) -> rusqlite::Result<Vec<Column>> {
    let mut found = connection.prepare(
        "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND columns.type = ?1 COLLATE NOCASE ORDER BY 1, 2",
    )?;
    let quoted = |name: String| format!("\"{}\"", name.replace('"', "\"\""));
    let columns = found.query_map([SEALED], |row| {
        Ok(Column { table: row.get(0).map(quoted)?, column: row.get(1).map(quoted)? })
    })?;
    columns.collect()
}
