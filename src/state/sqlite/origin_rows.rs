//! Where servers came from and what gateways know, as rows. A change is made in memory to the rows of its name, and what
//! has come of them is written back: so the file and the memory never judge differently. It does not know transactions.

use rusqlite::{Connection, Row, params};

use super::run_rows::{bytes, each, number, time};
use crate::model::SettingsKey;
use crate::state::origins::{Intended, OriginChange};
use crate::state::{
    Destination, EntryState, GatewayEntry, Leaving, OriginRow, Origins, Reservation, SeenGateway, TextSealer,
};

const ROW: &str = "SELECT name, origin, place, destination, ask, caller FROM origin";
const INTENDED: &str = "SELECT name, origin, place, destination, ask, caller, after FROM intended_origin";
const RESERVATION: &str = "SELECT name, ask, until, provider, url FROM reservation";
const ENTRY: &str = "SELECT name, gateway, digests, state, ask, failures, kind, error_id, next_at_ms, at_ms FROM gateway_entry";

/// Makes one change, as [`Origins`] makes it in memory.
pub(super) fn apply(
    connection: &Connection,
    change: &OriginChange,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    let Some(name) = change.name() else { return see(connection, change) };
    // A new reservation also forgets those of other names that are over.
    if let OriginChange::Reserve { now, .. } = change {
        connection.execute("DELETE FROM reservation WHERE until <= ?1", [now.seconds()])?;
    }
    let before = read(connection, Some(name), sealer)?;
    let mut after = before.clone();
    after.apply(change);
    if after.order != before.order {
        connection.execute("UPDATE own SET origins = ?1", [number(after.order)])?;
    }
    write(connection, name, &before, &after, sealer)
}

/// All that is remembered of it.
pub(super) fn load(connection: &Connection, sealer: &dyn TextSealer) -> rusqlite::Result<Origins> {
    let mut origins = read(connection, None, sealer)?;
    let mut gateways = connection.prepare("SELECT gateway, trouble, since_ms, unknown FROM gateway")?;
    let rows = gateways.query_map([], |row| {
        let unknown: String = row.get(3)?;
        let unknown = serde_json::from_str(&unknown).unwrap_or_default();
        Ok((row.get(0)?, SeenGateway { trouble: row.get(1)?, since_ms: row.get(2)?, unknown }))
    })?;
    for row in rows {
        let (gateway, seen) = row?;
        origins.gateways.insert(gateway, seen);
    }
    Ok(origins)
}

fn see(connection: &Connection, change: &OriginChange) -> rusqlite::Result<()> {
    let OriginChange::See { gateway, seen } = change else { return Ok(()) };
    connection.execute(
        "INSERT OR REPLACE INTO gateway VALUES (?1, ?2, ?3, ?4)",
        params![gateway, seen.trouble, seen.since_ms, to_text(&seen.unknown)],
    )?;
    Ok(())
}

/// Reads the rows of one name, or of all.
fn read(
    connection: &Connection,
    only: Option<&SettingsKey>,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<Origins> {
    let only = only.map(SettingsKey::as_str);
    let order: i64 = connection.query_row("SELECT origins FROM own", [], |row| row.get(0))?;
    let mut origins = Origins { order: order.unsigned_abs(), ..Origins::default() };
    for (name, row) in each(connection, ROW, only, origin_row)? {
        // What a newer version has written and this one does not know is left alone.
        origins.rows.extend(row.map(|row| (name, row)));
    }
    for (name, intended) in each(connection, INTENDED, only, |row| {
        Ok(Intended { after: destination(row, 6)?, row: origin_row(row)? })
    })? {
        origins.intended.insert(name, intended);
    }
    for (name, reservation) in each(connection, RESERVATION, only, |row| {
        let url: Option<String> = row.get(4)?;
        let url = url.and_then(|sealed| sealer.open(&sealed));
        let (ask, until, provider_id) = (row.get(1)?, time(row, 2)?, row.get(3)?);
        Ok(url.map(|url| Reservation { ask, until, provider_id, url }))
    })? {
        origins.reservations.extend(reservation.map(|reservation| (name, reservation)));
    }
    for (name, (gateway, entry)) in each(connection, ENTRY, only, |row| Ok((row.get(1)?, entry(row)?)))? {
        origins.entries.insert((gateway, name), entry);
    }
    Ok(origins)
}

/// Writes what has become of the rows of a name.
fn write(
    connection: &Connection,
    name: &SettingsKey,
    before: &Origins,
    after: &Origins,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    let text = name.as_str();
    if before.rows.get(name) != after.rows.get(name) {
        connection.execute("DELETE FROM origin WHERE name = ?1", [text])?;
        if let Some(row) = after.rows.get(name) {
            insert(connection, "INSERT INTO origin VALUES (?1, ?2, ?3, ?4, ?5, ?6)", name, Some(row), None)?;
        }
    }
    if before.intended.get(name) != after.intended.get(name) {
        connection.execute("DELETE FROM intended_origin WHERE name = ?1", [text])?;
        if let Some(Intended { after, row }) = after.intended.get(name) {
            let insert_intended = "INSERT INTO intended_origin VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            insert(connection, insert_intended, name, row.as_ref(), Some(*after))?;
        }
    }
    if before.reservations.get(name) != after.reservations.get(name) {
        connection.execute("DELETE FROM reservation WHERE name = ?1", [text])?;
        if let Some(Reservation { ask, until, provider_id, url }) = after.reservations.get(name) {
            connection.execute(
                "INSERT INTO reservation VALUES (?1, ?2, ?3, ?4, ?5)",
                params![text, ask, until.seconds(), provider_id, sealer.seal(url)],
            )?;
        }
    }
    if before.entries != after.entries {
        connection.execute("DELETE FROM gateway_entry WHERE name = ?1", [text])?;
        for ((gateway, _), entry) in &after.entries {
            connection.execute(
                "INSERT INTO gateway_entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    text,
                    gateway,
                    entry.digests.concat(),
                    entry.state.as_str(),
                    entry.ask,
                    entry.failures,
                    entry.kind,
                    entry.error_id,
                    entry.next_at_ms,
                    entry.at_ms
                ],
            )?;
        }
    }
    Ok(())
}

/// Inserts where a server came from, and where it leads once a change is entry, if that is a column.
fn insert(
    connection: &Connection,
    statement: &str,
    name: &SettingsKey,
    row: Option<&OriginRow>,
    after: Option<Option<Destination>>,
) -> rusqlite::Result<()> {
    let leaving = row.and_then(|row| row.leaving.as_ref());
    let origin = row.map(|row| to_text(&row.origin));
    let place = row.map(|row| number(row.order));
    let destination = row.map(|row| row.destination.0);
    let (ask, caller) = leaving.map(|leaving| (&leaving.ask, &leaving.by)).unzip();
    match after {
        None => {
            connection.execute(statement, params![name.as_str(), origin, place, destination, ask, caller])
        }
        Some(after) => {
            let after = after.map(|after| after.0);
            connection
                .execute(statement, params![name.as_str(), origin, place, destination, ask, caller, after])
        }
    }
    .map(drop)
}

/// Where a server came from; none where the row says nothing, or what this version does not know.
fn origin_row(row: &Row<'_>) -> rusqlite::Result<Option<OriginRow>> {
    let origin: Option<String> = row.get(1)?;
    let origin = origin.and_then(|text| serde_json::from_str(&text).ok());
    let (Some(origin), Some(destination)) = (origin, destination(row, 3)?) else { return Ok(None) };
    let (ask, by): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
    let leaving = ask.zip(by).map(|(ask, by)| Leaving { ask, by });
    let order: i64 = row.get(2)?;
    Ok(Some(OriginRow { origin, order: order.unsigned_abs(), destination, leaving }))
}

fn destination(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Destination>> {
    let is_there: bool = row.get_ref(column)? != rusqlite::types::ValueRef::Null;
    is_there.then(|| bytes(row, column).map(Destination)).transpose()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<GatewayEntry> {
    let digests: Vec<u8> = row.get(2)?;
    let word: String = row.get(3)?;
    // A word that is not known may mean anything.
    let state = EntryState::ALL.into_iter().find(|state| state.as_str() == word);
    Ok(GatewayEntry {
        digests: digests.as_chunks().0.to_vec(),
        state: state.unwrap_or(EntryState::Attempted),
        ask: row.get(4)?,
        failures: row.get(5)?,
        kind: row.get(6)?,
        error_id: row.get(7)?,
        next_at_ms: row.get(8)?,
        at_ms: row.get(9)?,
    })
}

fn to_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("it has no map with keys that are not texts")
}
