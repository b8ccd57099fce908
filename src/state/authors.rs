//! Who made the newest state of each server: what is stored of it, and what is noted since. Of two notes on one name the
//! newer counts, whichever process made it. It does not know where they are stored.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use super::StateKey;
use crate::model::{SettingsKey, StateDigest};

/// How many notes wait at most; where they can't be stored those of further names are dropped, and nobody is known to
/// have made the states.
const MOST_UNSTORED: usize = 1 << 14;

/// Who made a state, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorship {
    /// The name of the API key.
    pub by: Arc<str>,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// What is noted of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorNote {
    /// Which one.
    pub name: SettingsKey,
    /// When. Milliseconds since 1970.
    pub at_ms: i64,
    /// Who made its state. None where it is gone, or where what was noted until then no longer counts.
    pub made: Option<Made>,
}

/// That somebody made a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which state.
    pub state: StateDigest,
    /// The name of the API key.
    pub by: Arc<str>,
}

/// What is stored of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AuthorRow {
    /// What the key of the store makes of the state's digest.
    pub(super) mark: [u8; 32],
    pub(super) author: Authorship,
}

/// All rows, by name.
pub(super) type AuthorRows = BTreeMap<SettingsKey, AuthorRow>;

/// What is stored, and what waits to be.
#[derive(Default)]
pub(super) struct AuthorBook {
    stored: AuthorRows,
    unstored: BTreeMap<SettingsKey, AuthorNote>,
}

impl AuthorNote {
    /// As a row under this key; none where nobody is known.
    pub(super) fn row(&self, key: &StateKey) -> Option<AuthorRow> {
        self.made.as_ref().map(|made| AuthorRow { mark: key.mark(&made.state), author: self.author(made) })
    }

    fn author(&self, made: &Made) -> Authorship {
        Authorship { by: Arc::clone(&made.by), at_ms: self.at_ms }
    }

    fn counts_beside(&self, row: Option<&AuthorRow>) -> bool {
        row.is_none_or(|row| row.author.at_ms <= self.at_ms)
    }
}

impl AuthorBook {
    /// Takes notes in.
    pub(super) fn note(&mut self, notes: Vec<AuthorNote>) {
        for note in notes {
            let takes = match self.unstored.get(&note.name) {
                Some(earlier) => earlier.at_ms <= note.at_ms,
                None => self.unstored.len() < MOST_UNSTORED,
            };
            if takes {
                self.unstored.insert(note.name.clone(), note);
            }
        }
    }

    /// Who made this state of this name, if that is the newest that was noted.
    pub(super) fn author_of(
        &self,
        name: &SettingsKey,
        state: &StateDigest,
        key: Option<&StateKey>,
    ) -> Option<Authorship> {
        let row = self.stored.get(name);
        match self.unstored.get(name).filter(|note| note.counts_beside(row)) {
            Some(note) => {
                note.made.as_ref().filter(|made| made.state == *state).map(|made| note.author(made))
            }
            None => {
                let is_of = |row: &&AuthorRow| key.is_some_and(|key| key.mark(state) == row.mark);
                row.filter(is_of).map(|row| row.author.clone())
            }
        }
    }

    /// Every name of which an author is known.
    pub(super) fn authors(&self) -> Vec<(SettingsKey, Authorship)> {
        let counts = |note: &&AuthorNote| note.counts_beside(self.stored.get(&note.name));
        let noted = self.unstored.values().filter(counts);
        let noted = noted.filter_map(|note| Some((&note.name, note.author(note.made.as_ref()?))));
        let is_newest = |name: &SettingsKey, row: &AuthorRow| {
            !self.unstored.get(name).is_some_and(|note| note.counts_beside(Some(row)))
        };
        let stored = self.stored.iter().filter(|(name, row)| is_newest(name, row));
        let stored = stored.map(|(name, row)| (name, row.author.clone()));
        stored.chain(noted).map(|(name, author)| (name.clone(), author)).collect()
    }

    /// Whether anything waits to be stored.
    pub(super) fn has_unstored(&self) -> bool {
        !self.unstored.is_empty()
    }

    /// What waits to be stored.
    pub(super) fn unstored(&self) -> Vec<AuthorNote> {
        self.unstored.values().cloned().collect()
    }

    /// Takes note that these are stored.
    pub(super) fn settle(&mut self, notes: &[AuthorNote], key: &StateKey) {
        for note in notes {
            if self.unstored.get(&note.name) == Some(note) {
                self.unstored.remove(&note.name);
            }
            if note.counts_beside(self.stored.get(&note.name)) {
                match note.row(key) {
                    Some(row) => drop(self.stored.insert(note.name.clone(), row)),
                    None => drop(self.stored.remove(&note.name)),
                }
            }
        }
    }

    /// Takes these rows for what is stored, and gives those that were.
    pub(super) fn replace_stored(&mut self, rows: AuthorRows) -> AuthorRows {
        mem::replace(&mut self.stored, rows)
    }
}
