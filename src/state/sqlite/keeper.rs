//! The thread of the store, the only one that calls SQLite: it opens the database, stores what waits in one transaction,
//! and looks what other processes have stored. It does not know what the changes mean.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Error, ErrorCode};

use super::error::{OpenError, is_damage};
use super::opening::{self, Database, Opened, Setup};
use super::shared::Shared;
use crate::state::authors::AuthorRows;
use crate::state::instances::Views;
use crate::state::lists::Reader;
use crate::state::{Kept, Remembered, Trouble};

/// How often other processes' changes are looked for.
const TICK: Duration = Duration::from_millis(500);

/// How long until what could not be opened is tried again.
const REOPEN: Duration = Duration::from_secs(10);

/// The longest time until what could not be stored is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What the thread works with.
pub(super) struct Keeper {
    folder: PathBuf,
    setup: Setup,
    shared: Arc<Shared>,
    database: Option<Database>,
    /// When an open that failed, or a commit that failed, is tried again.
    retry: Instant,
    pause: Duration,
    /// When a database that was given up is opened again at the earliest: one that can be opened and not used must
    /// not keep the thread busy.
    reopen: Instant,
}

impl Keeper {
    pub(super) fn new(folder: &Path, setup: Setup, shared: Arc<Shared>) -> Self {
        let folder = folder.to_owned();
        let now = Instant::now();
        Self { folder, setup, shared, database: None, retry: now, pause: TICK, reopen: now }
    }

    /// Works until the store is closed.
    pub(super) fn run(mut self) {
        loop {
            if self.database.is_none() && self.retry <= Instant::now() {
                self.open();
            }
            let turn = self.shared.turn(Instant::now() + TICK, self.retry);
            match (&mut self.database, turn.changes) {
                (None, None) => {}
                (None, Some(_)) => self.shared.settle(Kept::InMemory),
                (Some(database), None) if database.is_in_place() => self.look(),
                (Some(_), None) => self.give_up("the database was removed or replaced while it was open"),
                (Some(database), Some(changes)) => match database.store(&changes) {
                    Ok(news) => {
                        self.pause = TICK;
                        self.shared.settle_stored(news);
                        self.look();
                    }
                    Err(error) => self.fail(&error),
                },
            }
            if turn.has_notes {
                self.store_notes();
            }
            self.read_lists();
            if turn.is_last {
                return;
            }
        }
    }

    fn open(&mut self) {
        match opening::open(&self.folder, &self.setup) {
            Ok(Opened { database, key, remembered, authors, views, damage }) => {
                self.database = Some(database);
                self.shared.clear();
                if let Some(damage) = damage {
                    self.shared.note(Trouble::Damaged);
                    tracing::error!(
                        damage,
                        "the state of the service was damaged: it was put aside as `state.db.broken-…`, and a new one was begun"
                    );
                }
                self.shared.set_key(Some(key));
                self.shared.set_notes(authors, views);
                self.shared.set_stored(remembered);
            }
            Err(error) => {
                self.retry = Instant::now() + REOPEN;
                let trouble = match error {
                    OpenError::Newer(_) => Trouble::Newer,
                    _ => Trouble::Unusable,
                };
                if self.shared.note(trouble) {
                    tracing::warn!("the state of the service is kept in memory only: {error}");
                }
                self.shared.set_key(None);
                self.shared.set_notes(AuthorRows::default(), Views::default());
                self.shared.set_stored(Remembered::default());
            }
        }
    }

    /// Takes over what other processes have stored.
    fn look(&mut self) {
        let Some(database) = &mut self.database else { return };
        let shared = &self.shared;
        let taken = database.news().map(|news| news.into_iter().for_each(|news| shared.set_stored(news)));
        let taken = taken.and_then(|()| {
            let news = database.news_of_notes();
            news.map(|news| news.into_iter().for_each(|(authors, views)| shared.set_notes(authors, views)))
        });
        match taken {
            Ok(()) => {}
            Err(error) if is_busy(&error) => {}
            Err(error) => self.give_up(&error.to_string()),
        }
    }

    /// Stores who made states. Where that can't be done it is tried again, as all else is.
    fn store_notes(&mut self) {
        let Some(database) = &mut self.database else { return };
        let Some(notes) = self.shared.notes() else { return };
        match database.store_notes(&notes) {
            Ok(()) => {
                self.pause = TICK;
                self.shared.settle_notes(&notes);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Answers who waits for lists. One that can't be read is answered as one that is not there.
    fn read_lists(&mut self) {
        let mut fault = None;
        for Reader { id, answer } in self.shared.take_readers() {
            let list = self.database.as_ref().map(|database| database.read_list(id)).transpose();
            let list = list.unwrap_or_else(|error| {
                fault = Some(error);
                None
            });
            answer.send(list.flatten()).ok();
        }
        match fault {
            Some(error) if is_damage(&error) => self.give_up(&error.to_string()),
            _ => {}
        }
    }

    /// What was to be stored is not, and will be tried again. The trouble is noted before that is answered.
    fn fail(&mut self, error: &Error) {
        if is_damage(error) {
            return self.give_up(&error.to_string());
        }
        self.retry = Instant::now() + self.pause;
        self.pause = (2 * self.pause).min(LONGEST_PAUSE);
        if self.shared.note(Trouble::NotStored) {
            tracing::warn!("could not store the state of the service, and goes on trying: {error}");
        }
        self.shared.settle(Kept::Pending);
    }

    /// What the file held is in doubt, so that it counts for nothing until the file is opened again.
    fn give_up(&mut self, reason: &str) {
        tracing::error!(reason, "the state of the service cannot be used any more, and is opened again");
        self.shared.settle(Kept::Pending);
        self.database = None;
        self.shared.set_notes(AuthorRows::default(), Views::default());
        self.retry = self.reopen.max(Instant::now());
        self.reopen = self.retry + REOPEN;
        self.shared.set_stored(Remembered::default());
    }
}

fn is_busy(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
