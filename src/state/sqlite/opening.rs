//! Opens the database: makes a missing one, migrates an older one, puts a damaged one aside. It does not know
//! what is done with it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Error, TransactionBehavior};

use super::connection::{choose_journal, connect, connect_for_notes, data_version, fault};
use super::error::{OpenError, is_damage};
use super::file_system::is_local;
use super::files::{Files, Hold, Identity, Lock};
use super::lists;
use super::rows;
use super::run_rows;
use super::schema::{self, Found, MIGRATIONS, Migration};
use crate::model::SettingsKey;
use crate::state::authors::AuthorRows;
use crate::state::instances::Views;
use crate::state::{AuthorNote, Change, ListId, NoSealer, Remembered, StateKey, TextSealer};

/// How long others are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one try to have it alone lasts. A process that was faster keeps it open, and has made it usable.
const TRY: Duration = Duration::from_millis(100);

/// How often what is there is made usable before that is given up: another process may do something else to it between
/// our turn alone and the next look.
const ROUNDS: usize = 4;

/// How a database is opened.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) migrations: &'static [Migration],
    /// Whether the folder is on a file system of this machine.
    pub(super) is_local: fn(&Path) -> bool,
    /// What encrypts texts; none where they are not stored.
    pub(super) sealer: Option<Arc<dyn TextSealer>>,
}

impl Setup {
    /// By every process.
    pub(super) const OWN: Self = Self { migrations: MIGRATIONS, is_local, sealer: None };

    fn sealer(&self) -> Arc<dyn TextSealer> {
        self.sealer.clone().unwrap_or_else(|| Arc::new(NoSealer))
    }
}

/// The open database.
pub(super) struct Database {
    connection: Watched,
    /// For what is written without waiting for the disk.
    notes: Watched,
    sealer: Arc<dyn TextSealer>,
    files: Files,
    identity: Identity,
    /// Released after the connections are closed: fields are dropped in their order.
    _lock: Lock,
}

/// A connection, and the number of the last commit of another one that was read on it.
struct Watched {
    connection: Connection,
    seen: i64,
}

/// What came of opening.
pub(super) struct Opened {
    pub(super) database: Database,
    pub(super) key: StateKey,
    pub(super) remembered: Remembered,
    pub(super) authors: AuthorRows,
    pub(super) views: Views,
    /// What was wrong with the one that was put aside, if one was.
    pub(super) damage: Option<String>,
}

/// What is to be stored without waiting for the disk.
pub(super) struct Unstored {
    pub(super) authors: Vec<AuthorNote>,
    pub(super) views: Vec<(SettingsKey, Option<Arc<str>>)>,
    pub(super) lists: Vec<(ListId, Arc<str>)>,
    /// The key under which authors are stored.
    pub(super) key: StateKey,
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
    connection: Watched,
    notes: Watched,
    key: StateKey,
    remembered: Remembered,
    authors: AuthorRows,
    views: Views,
}

/// Opens the database in this folder, whatever has to be done before.
pub(super) fn open(folder: &Path, setup: &Setup) -> Result<Opened, OpenError> {
    let (mut damage, mut rounds) = (None, 0);
    let deadline = Instant::now() + PATIENCE;
    while rounds < ROUNDS {
        let files = Files::new(folder);
        let lock = files.lock(Hold::Shared, PATIENCE)?;
        let identity = files.identity()?;
        if let (Some(identity), Inspected::Current(current)) = (identity, inspect(&files, setup)?) {
            let Current { connection, notes, key, remembered, authors, views } = *current;
            let sealer = setup.sealer();
            let database = Database { connection, notes, sealer, files, identity, _lock: lock };
            return Ok(Opened { database, key, remembered, authors, views, damage });
        }
        drop(lock);
        match make_usable(&files, setup) {
            Err(OpenError::Locked(_)) if Instant::now() < deadline => {}
            made => {
                damage = made?.or(damage);
                rounds += 1;
            }
        }
    }
    Err(OpenError::Unmendable)
}

/// Opens the database for a command, which makes, migrates and puts aside nothing. A missing one stays missing.
pub(super) fn open_for_command(
    folder: &Path,
    setup: &Setup,
) -> Result<Option<(Connection, Lock)>, OpenError> {
    let files = Files::new(folder);
    if files.identity()?.is_none() {
        return Ok(None);
    }
    let lock = files.lock(Hold::Shared, PATIENCE)?;
    match inspect(&files, setup)? {
        Inspected::Missing => Ok(None),
        Inspected::Older(connection) => Ok(Some((connection, lock))),
        Inspected::Current(current) => Ok(Some((current.connection.connection, lock))),
        Inspected::Damaged(_) => Err(OpenError::Damaged(files.database())),
    }
}

/// Makes what is there usable, and says what the damage was if it was put aside. Nobody else has it open meanwhile.
fn make_usable(files: &Files, setup: &Setup) -> Result<Option<String>, OpenError> {
    let _lock = files.lock(Hold::Alone, TRY)?;
    // Others may have been faster: what is there is judged again.
    let damage = match inspect(files, setup)? {
        Inspected::Current(_) => return Ok(None),
        Inspected::Missing => None,
        Inspected::Damaged(damage) => Some(damage),
        Inspected::Older(mut connection) => match schema::migrate(&mut connection, setup.migrations) {
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
    choose_journal(&connection, (setup.is_local)(files.folder()))?;
    schema::migrate(&mut connection, setup.migrations)?;
    Ok(damage)
}

/// Looks at the database. One that a newer version has written is an error, and left as it is.
fn inspect(files: &Files, setup: &Setup) -> Result<Inspected, OpenError> {
    if files.identity()?.is_none() {
        return Ok(Inspected::Missing);
    }
    let path = files.database();
    let inspected = connect(&path).and_then(|connection| {
        let found = schema::look(&connection, setup.migrations)?;
        let foreign = Inspected::Damaged("it is not what this service has written".to_owned());
        match found {
            Found::Newer => return Ok(None),
            Found::Foreign => return Ok(Some(foreign)),
            Found::Older | Found::Current => {}
        }
        let is_local = (setup.is_local)(files.folder());
        choose_journal(&connection, is_local)?;
        if let Some(fault) = fault(&connection)? {
            return Ok(Some(Inspected::Damaged(fault)));
        }
        if found == Found::Older {
            return Ok(Some(Inspected::Older(connection)));
        }
        // What is committed from here on is news.
        let (connection, notes) =
            (Watched::new(connection)?, Watched::new(connect_for_notes(&path, is_local)?)?);
        let key = rows::state_key(&connection.connection)?;
        let sealer = setup.sealer();
        let remembered = rows::load(&connection.connection, &*sealer)?;
        let authors = rows::authors(&notes.connection)?;
        let views = run_rows::views(&notes.connection, &*sealer)?;
        let current = Current { connection, notes, key, remembered, authors, views };
        Ok(Some(Inspected::Current(Box::new(current))))
    });
    match inspected {
        Ok(Some(inspected)) => Ok(inspected),
        Ok(None) => Err(OpenError::Newer(path)),
        Err(error) if is_damage(&error) => Ok(Inspected::Damaged(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

impl Watched {
    fn new(connection: Connection) -> rusqlite::Result<Self> {
        Ok(Self { seen: data_version(&connection)?, connection })
    }

    /// What is loaded, if another connection may have changed it since it was loaded last.
    fn news<T>(
        &mut self,
        load: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        let version = data_version(&self.connection)?;
        if version == self.seen {
            return Ok(None);
        }
        let loaded = load(&self.connection)?;
        self.seen = version;
        Ok(Some(loaded))
    }

    /// Makes all changes, or none.
    fn write(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change(&transaction)?;
        transaction.commit()
    }

    /// The same, and what is loaded after it if another connection has changed something since it was loaded last. What
    /// the changes come to was judged on that.
    fn write_and_read<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<()>,
        load: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = data_version(&transaction)?;
        change(&transaction)?;
        let loaded = (version != self.seen).then(|| load(&transaction)).transpose()?;
        transaction.commit()?;
        self.seen = version;
        Ok(loaded)
    }
}

impl Database {
    /// All that is remembered, if it has changed since it was read last.
    pub(super) fn news(&mut self) -> Result<Option<Remembered>, Error> {
        self.connection.news(|connection| rows::load(connection, &*self.sealer))
    }

    /// The authors and what is published, if others have changed something since they were read last.
    pub(super) fn news_of_notes(&mut self) -> Result<Option<(AuthorRows, Views)>, Error> {
        self.notes
            .news(|connection| Ok((rows::authors(connection)?, run_rows::views(connection, &*self.sealer)?)))
    }

    /// Stores these changes, all or none. They are on disk when this returns. All that is remembered then, if others have
    /// changed something since it was read last.
    pub(super) fn store(&mut self, changes: &[Change]) -> Result<Option<Remembered>, Error> {
        let sealer = &*self.sealer;
        self.connection.write_and_read(
            |connection| changes.iter().try_for_each(|change| rows::apply(connection, change, sealer)),
            |connection| rows::load(connection, sealer),
        )
    }

    /// Stores these notes, all or none. They survive the process when this returns, and a power cut later.
    pub(super) fn store_notes(&mut self, notes: &Unstored) -> Result<(), Error> {
        let sealer = &*self.sealer;
        self.notes.write(|connection| {
            notes.authors.iter().try_for_each(|note| rows::note(connection, note, &notes.key))?;
            notes
                .views
                .iter()
                .try_for_each(|(name, view)| run_rows::publish(connection, name, view.as_deref(), sealer))?;
            lists::keep(connection, &notes.lists, sealer)
        })
    }

    /// What a launch has listed, if that is kept and a key opens it.
    pub(super) fn read_list(&self, list: ListId) -> Result<Option<Arc<str>>, Error> {
        lists::read(&self.notes.connection, list, &*self.sealer)
    }

    /// Whether the file that is open is still the one that its name leads to.
    pub(super) fn is_in_place(&self) -> bool {
        matches!(self.files.identity(), Ok(Some(identity)) if identity == self.identity)
    }
}
