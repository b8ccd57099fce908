//! What launches have listed, as rows. It does not know what the lists say.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::run_rows::number;
use crate::state::{ListId, TextSealer};

/// Stores lists, and removes those that no run refers to. What can't be encrypted is not stored.
pub(super) fn keep(
    connection: &Connection,
    lists: &[(ListId, Arc<str>)],
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    if lists.is_empty() {
        return Ok(());
    }
    for ((generation, feature), text) in lists {
        connection.execute(
            "INSERT OR REPLACE INTO list VALUES (?1, ?2, ?3)",
            params![number(*generation), feature.as_str(), sealer.seal(text)],
        )?;
    }
    connection.execute(
        "DELETE FROM list WHERE generation NOT IN
         (SELECT generation FROM run UNION SELECT listed FROM run WHERE listed IS NOT NULL)",
        [],
    )?;
    Ok(())
}

/// One list, as far as a key opens it.
pub(super) fn read(
    connection: &Connection,
    (generation, feature): ListId,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<Option<Arc<str>>> {
    let read = "SELECT text FROM list WHERE generation = ?1 AND feature = ?2";
    let sealed: Option<Option<String>> = connection
        .query_row(read, params![number(generation), feature.as_str()], |row| row.get(0))
        .optional()?;
    Ok(sealed.flatten().and_then(|sealed| sealer.open(&sealed)).map(Arc::from))
}
