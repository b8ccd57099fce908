//! A connection to the database, set up so that what was answered is on disk, a damaged or planted file harms nothing,
//! and what was deleted is gone. It does not know tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// How long a call waits for other processes.
const BUSY: Duration = Duration::from_secs(2);

/// Opens the database, which must be there.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// The same for rows of which a power cut may take the newest: with a log, no commit waits for the disk. Without one, a
/// commit that does not wait could damage the database, so there it waits.
pub(super) fn connect_for_notes(path: &Path, is_local: bool) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    choose_journal(&connection, is_local)?;
    if is_local {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    Ok(connection)
}

/// Chooses how commits become durable. A log beside the database needs memory that all processes share, which network
/// file systems do not have; without it, a journal that is emptied after each commit.
pub(super) fn choose_journal(connection: &Connection, is_local: bool) -> rusqlite::Result<()> {
    let mode = if is_local { "WAL" } else { "TRUNCATE" };
    let used: String = connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get(0))?;
    if used.eq_ignore_ascii_case(mode) {
        return Ok(());
    }
    let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    Err(rusqlite::Error::SqliteFailure(busy, Some(format!("the journal stays in the mode `{used}`"))))
}

/// What is wrong with the file, as far as its structure shows.
pub(super) fn fault(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((found != "ok").then_some(found))
}

/// A number that is another one after each commit of another connection.
pub(super) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0))
}

/// Writes the log into the database and empties it, so that what was deleted is left nowhere; false where others read
/// in it for so long that it can't be emptied. Without a log there is nothing to do.
pub(super) fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    let is_busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(is_busy == 0)
}
