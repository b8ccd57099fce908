//! Opens the database: makes a missing one, migrates an older one, puts a damaged one aside. It does not know
//! what is done with it.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Error, TransactionBehavior};

use super::connection::{choose_journal, connect, data_version, fault};
use super::error::{OpenError, is_damage};
use super::files::{Files, Hold, Identity, Lock};
use super::rows;
use super::schema::{self, Found, Migration};
use crate::state::{Change, Remembered, StateKey};

/// How long others are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often what is there is made usable before that is given up: another process may do something else to it between
/// our turn alone and the next look.
const ROUNDS: usize = 4;

/// The open database.
pub(super) struct Database {
    connection: Connection,
    files: Files,
    identity: Identity,
    /// The number of the last commit of others that was read.
    seen: i64,
    /// Released after the connection is closed: fields are dropped in their order.
    _lock: Lock,
}

/// What came of opening.
pub(super) struct Opened {
    pub(super) database: Database,
    pub(super) key: StateKey,
    pub(super) remembered: Remembered,
    /// What was wrong with the one that was put aside, if one was.
    pub(super) damage: Option<String>,
}

/// What was found.
enum Inspected {
    Missing,
    /// Made by an older version of the service, or just made.
    Older(Connection),
    Current(Box<Current>),
    Damaged(String),
}

struct Current {
    connection: Connection,
    seen: i64,
    key: StateKey,
    remembered: Remembered,
}

/// Opens the database in this folder, whatever has to be done before.
pub(super) fn open(folder: &Path, migrations: &[Migration]) -> Result<Opened, OpenError> {
    let mut damage = None;
    for _ in 0..ROUNDS {
        let files = Files::new(folder);
        let lock = files.lock(Hold::Shared, PATIENCE)?;
        let identity = files.identity()?;
        if let (Some(identity), Inspected::Current(current)) = (identity, inspect(&files, migrations)?) {
            let Current { connection, seen, key, remembered } = *current;
            let database = Database { connection, files, identity, seen, _lock: lock };
            return Ok(Opened { database, key, remembered, damage });
        }
        drop(lock);
        damage = make_usable(&files, migrations)?.or(damage);
    }
    Err(OpenError::Unmendable)
}

/// Opens the database for a command, which makes, migrates and puts aside nothing. A missing one stays missing.
pub(super) fn open_for_command(
    folder: &Path,
    migrations: &[Migration],
) -> Result<Option<(Connection, Lock)>, OpenError> {
    let files = Files::new(folder);
    if files.identity()?.is_none() {
        return Ok(None);
    }
    let lock = files.lock(Hold::Shared, PATIENCE)?;
    match inspect(&files, migrations)? {
        Inspected::Missing => Ok(None),
        Inspected::Older(connection) => Ok(Some((connection, lock))),
        Inspected::Current(current) => Ok(Some((current.connection, lock))),
        Inspected::Damaged(_) => Err(OpenError::Damaged(files.database())),
    }
}

/// Makes what is there usable, and says what the damage was if it was put aside. Nobody else has it open meanwhile.
fn make_usable(files: &Files, migrations: &[Migration]) -> Result<Option<String>, OpenError> {
    let _lock = files.lock(Hold::Alone, PATIENCE)?;
    // Others may have been faster: what is there is judged again.
    let damage = match inspect(files, migrations)? {
        Inspected::Current(_) => return Ok(None),
        Inspected::Missing => None,
        Inspected::Damaged(damage) => Some(damage),
        Inspected::Older(mut connection) => match schema::migrate(&mut connection, migrations) {
            Ok(()) => return Ok(None),
            Err(error) if is_damage(&error) => Some(error.to_string()),
            Err(error) => return Err(error.into()),
        },
    };
    if damage.is_some() {
        files.put_aside()?;
    }
    files.create()?;
    let mut connection = connect(&files.database())?;
    choose_journal(&connection, files.is_local())?;
    schema::migrate(&mut connection, migrations)?;
    Ok(damage)
}

/// Looks at the database. One that a newer version has written is an error, and left as it is.
fn inspect(files: &Files, migrations: &[Migration]) -> Result<Inspected, OpenError> {
    if files.identity()?.is_none() {
        return Ok(Inspected::Missing);
    }
    let path = files.database();
    let inspected = connect(&path).and_then(|connection| {
        let found = schema::look(&connection, migrations)?;
        let foreign = Inspected::Damaged("it is not what this service has written".to_owned());
        match found {
            Found::Newer => return Ok(None),
            Found::Foreign => return Ok(Some(foreign)),
            Found::Older | Found::Current => {}
        }
        choose_journal(&connection, files.is_local())?;
        if let Some(fault) = fault(&connection)? {
            return Ok(Some(Inspected::Damaged(fault)));
        }
        if found == Found::Older {
            return Ok(Some(Inspected::Older(connection)));
        }
        // What is committed from here on is news.
        let seen = data_version(&connection)?;
        let (key, remembered) = (rows::state_key(&connection)?, rows::load(&connection)?);
        Ok(Some(Inspected::Current(Box::new(Current { connection, seen, key, remembered }))))
    });
    match inspected {
        Ok(Some(inspected)) => Ok(inspected),
        Ok(None) => Err(OpenError::Newer(path)),
        Err(error) if is_damage(&error) => Ok(Inspected::Damaged(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

impl Database {
    /// All that is remembered, if others have changed it since it was read last.
    pub(super) fn news(&mut self) -> Result<Option<Remembered>, Error> {
        let version = data_version(&self.connection)?;
        if version == self.seen {
            return Ok(None);
        }
        let remembered = rows::load(&self.connection)?;
        self.seen = version;
        Ok(Some(remembered))
    }

    /// Stores these changes, all or none. They are on disk when this returns.
    pub(super) fn store(&mut self, changes: &[Change]) -> Result<(), Error> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for change in changes {
            rows::apply(&transaction, change)?;
        }
        transaction.commit()
    }

    /// Whether the file that is open is still the one that its name leads to.
    pub(super) fn is_in_place(&self) -> bool {
        matches!(self.files.identity(), Ok(Some(identity)) if identity == self.identity)
    }
}
