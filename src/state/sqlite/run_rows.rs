//! What is remembered of runs, as rows. A change is made in memory to the rows that it touches, and what has come of them
//! is written back: so the file and the memory never judge differently. It does not know transactions and files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rusqlite::types::Type;
use rusqlite::{Connection, Error, Row, params};

use crate::model::{LaunchDigest, SettingsKey};
use crate::state::instances::Views;
use crate::state::{
    Approval, Attempts, Change, KnownTools, LocatedPath, Premise, Remembered, Run, TextSealer, ToolDigests,
    UnixTime,
};

const RUN: &str =
    "SELECT name, generation, launch, path, real_path, has_run, version, gone, listed, has_drifted FROM run";
const APPROVAL: &str = "SELECT name, launch, path, real_path, caller, at FROM approval";
const MEMBER: &str = "SELECT name, pointer, digest FROM approved_member";
const ATTEMPTS: &str = "SELECT name, count, last_at_ms, next_at_ms, kind, error, stderr FROM attempts";
const KNOWN: &str = "SELECT name, generation, is_accepted FROM known_tools";
const TOOL: &str = "SELECT name, tool, digest FROM known_tool";
const POLICY: &str = "SELECT name, policy FROM policy";

/// Makes one change, as [`Remembered::apply`] makes it in memory.
pub(super) fn apply(
    connection: &Connection,
    change: &Change,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    let names = names(connection, change)?;
    let mut before = Remembered { generation: generation(connection)?, ..Remembered::default() };
    for name in &names {
        read(connection, Some(name), &mut before, sealer)?;
    }
    let mut after = before.clone();
    after.apply(change);
    if after.generation != before.generation {
        connection.execute("UPDATE own SET generation = ?1", [number(after.generation)])?;
    }
    for name in &names {
        write(connection, name, before.runs.get(name), after.runs.get(name), sealer)?;
        if before.policies.get(name) != after.policies.get(name) {
            connection.execute("DELETE FROM policy WHERE name = ?1", [name.as_str()])?;
            if let Some(policy) = after.policies.get(name) {
                connection.execute("INSERT INTO policy VALUES (?1, ?2)", params![name.as_str(), policy])?;
            }
        }
    }
    Ok(())
}

/// All that is remembered of runs.
pub(super) fn load(connection: &Connection, sealer: &dyn TextSealer) -> rusqlite::Result<Remembered> {
    let mut loaded = Remembered { generation: generation(connection)?, ..Remembered::default() };
    read(connection, None, &mut loaded, sealer)?;
    Ok(loaded)
}

/// Stores what is published of a name. Where it can't be encrypted nothing is.
pub(super) fn publish(
    connection: &Connection,
    name: &SettingsKey,
    view: Option<&str>,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    match view.map(|view| sealer.seal(view)) {
        Some(sealed) => connection
            .execute("INSERT OR REPLACE INTO instance VALUES (?1, ?2)", params![name.as_str(), sealed])?,
        None => connection.execute("DELETE FROM instance WHERE name = ?1", [name.as_str()])?,
    };
    Ok(())
}

/// What is published, as far as a key opens it.
pub(super) fn views(connection: &Connection, sealer: &dyn TextSealer) -> rusqlite::Result<Views> {
    let mut views = Views::new();
    let mut rows = connection.prepare("SELECT name, view FROM instance WHERE view IS NOT NULL")?;
    for row in rows.query_map([], |row| Ok((name(row)?, row.get::<_, String>(1)?)))? {
        let (name, view) = row?;
        views.extend(sealer.open(&view).map(|view| (name, view.into())));
    }
    Ok(views)
}

fn generation(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT generation FROM own", [], |row| row.get(0)).map(i64::unsigned_abs)
}

/// The names that a change reads or writes.
fn names(connection: &Connection, change: &Change) -> rusqlite::Result<BTreeSet<SettingsKey>> {
    let mut names: BTreeSet<SettingsKey> = change.run_name().into_iter().cloned().collect();
    match change {
        Change::Move { from, to } => names.extend([from.clone(), to.clone()]),
        Change::Approve { premise: Premise::ApprovedOf(other, _), .. } => drop(names.insert(other.clone())),
        Change::ForgetDormant { before } => {
            let mut dormant = connection.prepare("SELECT name FROM run WHERE gone < ?1")?;
            for row in dormant.query_map([before.seconds()], name)? {
                names.insert(row?);
            }
        }
        _ => {}
    }
    Ok(names)
}

/// Reads the rows of one name, or of all.
fn read(
    connection: &Connection,
    only: Option<&SettingsKey>,
    into: &mut Remembered,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    let only = only.map(SettingsKey::as_str);
    let mut runs: BTreeMap<SettingsKey, Run> = each(connection, RUN, only, run)?.into_iter().collect();
    let mut approvals: BTreeMap<SettingsKey, Approval> =
        each(connection, APPROVAL, only, approval)?.into_iter().collect();
    for (name, (pointer, digest)) in each(connection, MEMBER, only, |row| Ok((row.get(1)?, bytes(row, 2)?)))?
    {
        if let Some(approval) = approvals.get_mut(&name) {
            approval.members.insert(pointer, digest);
        }
    }
    for (name, approval) in approvals {
        if let Some(run) = runs.get_mut(&name) {
            run.approval = Some(approval);
        }
    }
    for (name, attempts) in each(connection, ATTEMPTS, only, |row| attempts(row, sealer))? {
        if let Some(run) = runs.get_mut(&name) {
            run.attempts = Some(attempts);
        }
    }
    let mut tools: BTreeMap<SettingsKey, ToolDigests> = BTreeMap::new();
    for (name, (tool, digest)) in each(connection, TOOL, only, |row| Ok((row.get(1)?, bytes(row, 2)?)))? {
        tools.entry(name).or_default().insert(tool, digest);
    }
    for (name, (generation, is_accepted)) in
        each(connection, KNOWN, only, |row| Ok((row.get::<_, i64>(1)?.unsigned_abs(), row.get(2)?)))?
    {
        if let Some(run) = runs.get_mut(&name) {
            let tools = Arc::new(tools.remove(&name).unwrap_or_default());
            run.known_tools = Some(KnownTools { generation, is_accepted, tools });
        }
    }
    into.runs.extend(runs.into_iter().map(|(name, run)| (name, Arc::new(run))));
    into.policies.extend(each(connection, POLICY, only, |row| row.get(1))?);
    Ok(())
}

/// The rows of a table, by name.
pub(super) fn each<T>(
    connection: &Connection,
    select: &str,
    only: Option<&str>,
    take: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<(SettingsKey, T)>> {
    let select = match only {
        None => select.to_owned(),
        Some(_) => format!("{select} WHERE name = ?1"),
    };
    let mut select = connection.prepare(&select)?;
    let rows = select.query_map(rusqlite::params_from_iter(only), |row| Ok((name(row)?, take(row)?)))?;
    rows.collect()
}

/// Writes what has become of a run.
fn write(
    connection: &Connection,
    name: &SettingsKey,
    before: Option<&Arc<Run>>,
    after: Option<&Arc<Run>>,
    sealer: &dyn TextSealer,
) -> rusqlite::Result<()> {
    if before == after {
        return Ok(());
    }
    let name = name.as_str();
    let paths = |located: &Option<LocatedPath>| {
        let located = located.clone();
        located.map(|located| (located.path, located.real_path)).unzip()
    };
    connection.execute("DELETE FROM run WHERE name = ?1", [name])?;
    if let Some(run) = after {
        let (path, real_path) = paths(&run.located);
        let generation = number(run.generation);
        let gone = run.gone.map(UnixTime::seconds);
        connection.execute(
            "INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                name,
                generation,
                run.launch.bytes(),
                path,
                real_path,
                run.has_run,
                run.version,
                gone,
                run.listed.map(number),
                run.has_drifted
            ],
        )?;
    }
    let known_tools = after.and_then(|run| run.known_tools.as_ref());
    if before.and_then(|run| run.known_tools.as_ref()) != known_tools {
        write_tools(connection, name, known_tools)?;
    }
    let approval = after.and_then(|run| run.approval.as_ref());
    if before.and_then(|run| run.approval.as_ref()) != approval {
        connection.execute("DELETE FROM approval WHERE name = ?1", [name])?;
        connection.execute("DELETE FROM approved_member WHERE name = ?1", [name])?;
        if let Some(approval) = approval {
            let (path, real_path) = paths(&approval.located);
            let (launch, at) = (approval.launch.bytes(), approval.at.seconds());
            connection.execute(
                "INSERT INTO approval VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![name, launch, path, real_path, approval.by, at],
            )?;
            for (pointer, digest) in &approval.members {
                connection.execute(
                    "INSERT INTO approved_member VALUES (?1, ?2, ?3)",
                    params![name, pointer, digest],
                )?;
            }
        }
    }
    let attempts = after.and_then(|run| run.attempts.as_ref());
    if before.and_then(|run| run.attempts.as_ref()) != attempts {
        connection.execute("DELETE FROM attempts WHERE name = ?1", [name])?;
        if let Some(Attempts { count, last_at_ms, next_at_ms, kind, error, stderr }) = attempts {
            let [error, stderr] = [error, stderr].map(|text| sealer.seal(text));
            connection.execute(
                "INSERT INTO attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![name, count, last_at_ms, next_at_ms, kind, error, stderr],
            )?;
        }
    }
    Ok(())
}

fn write_tools(connection: &Connection, name: &str, known: Option<&KnownTools>) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM known_tools WHERE name = ?1", [name])?;
    connection.execute("DELETE FROM known_tool WHERE name = ?1", [name])?;
    let Some(KnownTools { generation, is_accepted, tools }) = known else { return Ok(()) };
    let generation = i64::try_from(*generation).unwrap_or(i64::MAX);
    connection
        .execute("INSERT INTO known_tools VALUES (?1, ?2, ?3)", params![name, generation, is_accepted])?;
    let mut insert = connection.prepare("INSERT INTO known_tool VALUES (?1, ?2, ?3)")?;
    for (tool, digest) in &**tools {
        insert.execute(params![name, tool, digest])?;
    }
    Ok(())
}

fn name(row: &Row<'_>) -> rusqlite::Result<SettingsKey> {
    row.get::<_, String>(0).map(|name| SettingsKey::new(&name))
}

fn located(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<LocatedPath>> {
    let (path, real_path) =
        (row.get::<_, Option<String>>(column)?, row.get::<_, Option<String>>(column + 1)?);
    Ok(path.zip(real_path).map(|(path, real_path)| LocatedPath { path, real_path }))
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        generation: row.get::<_, i64>(1)?.unsigned_abs(),
        launch: LaunchDigest::new(bytes(row, 2)?),
        located: located(row, 3)?,
        approval: None,
        attempts: None,
        has_run: row.get(5)?,
        version: row.get(6)?,
        gone: row.get::<_, Option<i64>>(7)?.map(UnixTime::from_seconds),
        listed: row.get::<_, Option<i64>>(8)?.map(i64::unsigned_abs),
        known_tools: None,
        has_drifted: row.get(9)?,
    })
}

fn approval(row: &Row<'_>) -> rusqlite::Result<Approval> {
    Ok(Approval {
        launch: LaunchDigest::new(bytes(row, 1)?),
        located: located(row, 2)?,
        by: row.get(4)?,
        at: time(row, 5)?,
        members: BTreeMap::new(),
    })
}

fn attempts(row: &Row<'_>, sealer: &dyn TextSealer) -> rusqlite::Result<Attempts> {
    let text = |column| -> rusqlite::Result<String> {
        let sealed: Option<String> = row.get(column)?;
        Ok(sealed.and_then(|sealed| sealer.open(&sealed)).unwrap_or_default())
    };
    Ok(Attempts {
        count: row.get(1)?,
        last_at_ms: row.get(2)?,
        next_at_ms: row.get(3)?,
        kind: row.get(4)?,
        error: text(5)?,
        stderr: text(6)?,
    })
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<UnixTime> {
    row.get(column).map(UnixTime::from_seconds)
}

pub(super) fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; 32]> {
    let bytes: Vec<u8> = row.get(column)?;
    bytes.try_into().map_err(|_| Error::InvalidColumnType(column, "32 bytes".to_owned(), Type::Blob))
}

/// A count as a number of SQLite, which has a sign; no counter gets so far.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
