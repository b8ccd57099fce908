//! What is remembered, as rows: one statement for each kind of change, and one for each table that is read. It does not
//! know transactions and files.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};

use super::run_rows::{self, bytes, time};
use super::{bag_rows, origin_rows};
use crate::model::SettingsKey;
use crate::secrets::{Scope, Scopes};
use crate::state::authors::{AuthorNote, AuthorRow, AuthorRows, Authorship};
use crate::state::{Change, Remembered, Serving, Session, SessionId, StateKey, TextSealer};

/// Makes one change, as [`Remembered::apply`] makes it in memory.
pub(super) fn apply(
    connection: &Connection,
    change: &Change,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    bag_rows::apply(connection, change, sealer)?;
    match change {
        Change::Begin(id, session) => connection.execute(
            "INSERT OR IGNORE INTO session (id, bond, name, scopes, address, began, used)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id.0,
                session.bond,
                session.name,
                session.scopes.list().map(Scope::as_str).collect::<Vec<_>>().join(" "),
                session.address,
                session.began.seconds(),
                session.used.seconds()
            ],
        ),
        Change::Use(id, at) => connection
            .execute("UPDATE session SET used = max(used, ?2) WHERE id = ?1", params![id.0, at.seconds()]),
        Change::End(id) => connection.execute("DELETE FROM session WHERE id = ?1", params![id.0]),
        Change::Serve(Serving { address, since, last, at }) => {
            connection.execute(
                "DELETE FROM session WHERE address = ?1 AND began < ?2
                 AND NOT EXISTS (SELECT 1 FROM served WHERE address = ?1 AND ?3 <= at)",
                params![address, since.seconds(), last.seconds()],
            )?;
            connection.execute(
                "INSERT INTO served (address, at) VALUES (?1, ?2)
                 ON CONFLICT (address) DO UPDATE SET at = max(at, excluded.at)",
                params![address, at.seconds()],
            )
        }
        Change::Forget(address) => {
            connection.execute("DELETE FROM session WHERE address = ?1", [address])?;
            connection.execute("DELETE FROM served WHERE address = ?1", [address])
        }
        Change::Origin(change) => return origin_rows::apply(connection, change, sealer),
        Change::Bags(_) => return Ok(()),
        of_run => return run_rows::apply(connection, of_run, sealer),
    }
    .map(drop)
}

/// All that is held in memory of the file.
pub(super) fn load(connection: &Connection, sealer: &dyn TextSealer) -> rusqlite::Result<Remembered> {
    let origins = Arc::new(origin_rows::load(connection, sealer)?);
    let bags = bag_rows::load(connection, sealer)?;
    let mut remembered = Remembered { origins, bags, ..run_rows::load(connection, sealer)? };
    let mut sessions =
        connection.prepare("SELECT id, bond, name, scopes, address, began, used FROM session")?;
    for row in sessions.query_map([], session)? {
        let (id, session) = row?;
        remembered.sessions.insert(id, session);
    }
    let mut served = connection.prepare("SELECT address, at FROM served")?;
    for row in served.query_map([], |row| Ok((row.get(0)?, time(row, 1)?)))? {
        let (address, at) = row?;
        remembered.served.insert(address, at);
    }
    Ok(remembered)
}

/// Makes one note, as [`AuthorBook`](crate::state::authors::AuthorBook) makes it in memory.
pub(super) fn note(connection: &Connection, note: &AuthorNote, key: &StateKey) -> rusqlite::Result<()> {
    let name = note.name.as_str();
    match note.row(key) {
        Some(AuthorRow { mark, author: Authorship { by, at_ms } }) => connection.execute(
            "INSERT INTO author (name, mark, author, at_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET mark = excluded.mark, author = excluded.author, at_ms = excluded.at_ms
             WHERE at_ms <= excluded.at_ms",
            params![name, mark, &*by, at_ms],
        ),
        None => {
            connection.execute("DELETE FROM author WHERE name = ?1 AND at_ms <= ?2", params![name, note.at_ms])
        }
    }
    .map(drop)
}

/// Who made the newest state of each name.
pub(super) fn authors(connection: &Connection) -> rusqlite::Result<AuthorRows> {
    let mut authors = connection.prepare("SELECT name, mark, author, at_ms FROM author")?;
    let rows = authors.query_map([], |row| {
        let (name, by): (String, String) = (row.get(0)?, row.get(2)?);
        let author = Authorship { by: by.into(), at_ms: row.get(3)? };
        Ok((SettingsKey::new(&name), AuthorRow { mark: bytes(row, 1)?, author }))
    })?;
    rows.collect()
}

/// The key of the store.
pub(super) fn state_key(connection: &Connection) -> rusqlite::Result<StateKey> {
    connection.query_row("SELECT state_key FROM own", [], |row| bytes(row, 0).map(StateKey::from_bytes))
}

fn session(row: &Row<'_>) -> rusqlite::Result<(SessionId, Session)> {
    let words: String = row.get(3)?;
    // A word that is not known allows nothing.
    let scopes: Scopes = words.split_whitespace().filter_map(|word| word.parse::<Scope>().ok()).collect();
    let session = Session {
        bond: bytes(row, 1)?,
        name: row.get(2)?,
        scopes,
        address: row.get(4)?,
        began: time(row, 5)?,
        used: time(row, 6)?,
    };
    Ok((SessionId(bytes(row, 0)?), session))
}
