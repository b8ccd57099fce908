//! The tables, as numbered migrations. Version `n` is what the first `n` of them make; a migration that was released
//! never changes. It does not know rows.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::state::StateKey;

/// Says in the file that it is ours: `mcpS`.
const APPLICATION: i32 = 0x6d63_7053;

/// One step from a version to the next.
pub(super) type Migration = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// All of them, in order.
pub(super) const MIGRATIONS: &[Migration] = &[sessions, authors, runs, lists, origins, bags];

/// What a file is to this version of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It has this version's tables.
    Current,
    /// It has those of an older version, or none yet.
    Older,
    /// A newer version has written it.
    Newer,
    /// Another program has written it.
    Foreign,
}

/// Looks whose tables these are.
pub(super) fn look(connection: &Connection, migrations: &[Migration]) -> rusqlite::Result<Found> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let version = usize::try_from(number("user_version")?).unwrap_or(usize::MAX);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (number("application_id")?, version) {
        (0, 0) if tables == 0 => Found::Older,
        (APPLICATION, version) if version == migrations.len() => Found::Current,
        (APPLICATION, version) if 0 < version && version < migrations.len() => Found::Older,
        (APPLICATION, version) if migrations.len() < version => Found::Newer,
        _ => Found::Foreign,
    })
}

/// Makes the missing steps, each in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection, migrations: &[Migration]) -> rusqlite::Result<()> {
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (migration, version) in
        migrations.iter().zip(1_i32..).skip(usize::try_from(version).unwrap_or_default())
    {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        migration(&transaction)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Version 1: the key of the store, sessions, and when each address served last.
fn sessions(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "CREATE TABLE own (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            state_key BLOB NOT NULL CHECK (length(state_key) = 32)
        ) STRICT;
        CREATE TABLE session (
            id BLOB PRIMARY KEY CHECK (length(id) = 32),
            bond BLOB NOT NULL CHECK (length(bond) = 32),
            name TEXT NOT NULL,
            scopes TEXT NOT NULL,
            address TEXT NOT NULL,
            began INTEGER NOT NULL,
            used INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE served (
            address TEXT PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;",
    )?;
    let key = StateKey::random();
    transaction.execute("INSERT INTO own (id, state_key) VALUES (1, ?1)", [key.expose()])?;
    Ok(())
}

/// Version 2: who made the newest state of each server.
fn authors(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "CREATE TABLE author (
            name TEXT PRIMARY KEY,
            mark BLOB NOT NULL CHECK (length(mark) = 32),
            author TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;",
    )
}

/// Version 3: what is approved, how starting it went, how it is to be run, and what is published of instances. A column of
/// encrypted values has a type that strict tables do not know.
fn runs(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "ALTER TABLE own ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE run (
            name TEXT PRIMARY KEY,
            generation INTEGER NOT NULL,
            launch BLOB NOT NULL CHECK (length(launch) = 32),
            path TEXT,
            real_path TEXT,
            has_run INTEGER NOT NULL,
            version TEXT,
            gone INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE approval (
            name TEXT PRIMARY KEY,
            launch BLOB NOT NULL CHECK (length(launch) = 32),
            path TEXT,
            real_path TEXT,
            caller TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE approved_member (
            name TEXT NOT NULL,
            pointer TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            PRIMARY KEY (name, pointer)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE attempts (
            name TEXT PRIMARY KEY,
            count INTEGER NOT NULL,
            last_at_ms INTEGER NOT NULL,
            next_at_ms INTEGER NOT NULL,
            kind TEXT NOT NULL,
            error SEALED TEXT,
            stderr SEALED TEXT
        ) WITHOUT ROWID;
        CREATE TABLE policy (
            name TEXT PRIMARY KEY,
            policy TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE instance (
            name TEXT PRIMARY KEY,
            view SEALED TEXT
        ) WITHOUT ROWID;",
    )
}

/// Version 4: what servers have listed, and with which tools that is compared.
fn lists(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "ALTER TABLE run ADD COLUMN listed INTEGER;
        ALTER TABLE run ADD COLUMN has_drifted INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE known_tools (
            name TEXT PRIMARY KEY,
            generation INTEGER NOT NULL,
            is_accepted INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE known_tool (
            name TEXT NOT NULL,
            tool TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            PRIMARY KEY (name, tool)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE list (
            generation INTEGER NOT NULL,
            feature TEXT NOT NULL,
            text SEALED TEXT,
            PRIMARY KEY (generation, feature)
        ) WITHOUT ROWID;",
    )
}

/// Version 5: where servers came from, and what gateways were made to know of them.
fn origins(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "ALTER TABLE own ADD COLUMN origins INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE origin (
            name TEXT PRIMARY KEY,
            origin TEXT NOT NULL,
            place INTEGER NOT NULL,
            destination BLOB NOT NULL CHECK (length(destination) = 32),
            ask TEXT,
            caller TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE intended_origin (
            name TEXT PRIMARY KEY,
            origin TEXT,
            place INTEGER,
            destination BLOB,
            ask TEXT,
            caller TEXT,
            after BLOB
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE reservation (
            name TEXT PRIMARY KEY,
            ask TEXT NOT NULL,
            until INTEGER NOT NULL,
            provider TEXT NOT NULL,
            url SEALED TEXT
        ) WITHOUT ROWID;
        CREATE TABLE gateway_entry (
            name TEXT NOT NULL,
            gateway TEXT NOT NULL,
            digests BLOB NOT NULL CHECK (length(digests) % 32 = 0),
            state TEXT NOT NULL,
            ask TEXT,
            failures INTEGER NOT NULL,
            kind TEXT,
            error_id TEXT,
            next_at_ms INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (name, gateway)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE gateway (
            gateway TEXT PRIMARY KEY,
            trouble TEXT,
            since_ms INTEGER NOT NULL,
            unknown TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;",
    )
}

/// Version 6: what servers keep for other clients, encrypted.
fn bags(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch("CREATE TABLE bag (name TEXT PRIMARY KEY, text SEALED TEXT) WITHOUT ROWID;")
}
