//! Keeps what belongs to changes in the state store: where servers came from before a change is made, all else after it.
//! It does not know what a change does to the document.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::blocking::wait_until;
use crate::model::SettingsKey;
use crate::state::{
    AuthorNote, Change, Destination, Kept, Made, OriginChange, OriginRow, Origins, Present, Remembered,
    StateStore,
};
use crate::store::{NotNoted, Note, NoteKeeper, OriginNote};

/// How long a change waits until what must be known before it is stored: the document is locked meanwhile.
const PATIENCE: Duration = Duration::from_millis(200);

/// Keeps the notes of changes in the state store.
pub struct StateKeeper(Arc<dyn StateStore>);

impl StateKeeper {
    /// In this one.
    pub fn new(state: Arc<dyn StateStore>) -> Self {
        Self(state)
    }

    /// What is remembered, with what other processes have stored by now.
    fn newest(&self) -> Result<Arc<Remembered>, NotNoted> {
        let refreshed = async {
            self.0.opened().await;
            self.0.write(Vec::new()).await
        };
        wait_until(Instant::now() + PATIENCE, refreshed);
        self.0.peek().ok_or(NotNoted)
    }
}

impl NoteKeeper for StateKeeper {
    fn prepare(&self, notes: &[Note]) -> Result<(), NotNoted> {
        let notes: Vec<&OriginNote> = origin_notes(notes).collect();
        // A server that is configured here needs a look at what others store only where something was known of its name.
        let known = self.0.peek().ok_or(NotNoted)?;
        let is_plain = |note: &&OriginNote| match note {
            OriginNote::New { name, origin: None, .. } => !known.origins.has(name),
            _ => false,
        };
        if notes.iter().all(is_plain) {
            return Ok(());
        }
        let changes = intents(&self.newest()?.origins, &notes);
        if changes.is_empty() {
            return Ok(());
        }
        if !self.0.can_approve() {
            return Err(NotNoted);
        }
        let changes = changes.into_iter().map(Change::Origin).collect();
        match wait_until(Instant::now() + PATIENCE, self.0.write(changes)) {
            Some(Kept::Stored | Kept::InMemory) => Ok(()),
            Some(Kept::Pending) | None => Err(NotNoted),
        }
    }

    fn keep(&self, notes: Vec<Note>) {
        let remembered = self.0.peek().unwrap_or_default();
        let mut changes = settlements(&remembered.origins, &notes);
        let mut authors = Vec::new();
        for note in notes {
            let (name, at, made) = match note {
                Note::Run(change) => {
                    changes.push(change);
                    continue;
                }
                Note::Author { name, state, author, at } => {
                    (name, at, Some(Made { state, by: author.name().into() }))
                }
                Note::Gone { name, at } => (name, at, None),
                Note::Origin(_) => continue,
            };
            let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
            let at_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
            authors.push(AuthorNote { name, at_ms, made });
        }
        self.0.note_authors(authors);
        if !changes.is_empty() {
            // In memory at once, and stored soon; who needs to know waits for it.
            drop(self.0.write(changes));
        }
    }
}

fn origin_notes(notes: &[Note]) -> impl Iterator<Item = &OriginNote> {
    notes.iter().filter_map(|note| match note {
        Note::Origin(note) => Some(note),
        _ => None,
    })
}

/// What becomes of one name in a batch.
struct Course {
    /// What the document has of it before the batch.
    before: Present,
    after: Option<Destination>,
    row: Option<OriginRow>,
}

/// What becomes of each name that these notes are of.
fn courses<'a>(
    origins: &Origins,
    notes: impl IntoIterator<Item = &'a OriginNote>,
) -> BTreeMap<SettingsKey, Course> {
    let mut courses: BTreeMap<SettingsKey, Course> = BTreeMap::new();
    let begun = |before: Present, name: &SettingsKey| Course {
        before,
        after: match before {
            Present::At(destination) => Some(destination),
            Present::Absent | Present::Unreadable => None,
        },
        row: origins.of(name, before).cloned(),
    };
    for note in notes {
        match note {
            OriginNote::New { name, destination, origin } => {
                let course = courses.entry(name.clone()).or_insert_with(|| begun(Present::Absent, name));
                course.after = Some(*destination);
                let row = |origin| OriginRow { origin, order: 0, destination: *destination, leaving: None };
                course.row = origin.clone().map(row);
            }
            OriginNote::Led { name, before, after } => {
                let course = courses.entry(name.clone()).or_insert_with(|| begun(*before, name));
                course.after = Some(*after);
                course.row = course.row.take().map(|row| OriginRow { destination: *after, ..row });
            }
            OriginNote::Renamed { from, to, at } => {
                let left = courses.entry(from.clone()).or_insert_with(|| begun(*at, from));
                let (after, row) = (left.after.take(), left.row.take());
                let course = courses.entry(to.clone()).or_insert_with(|| begun(Present::Absent, to));
                (course.after, course.row) = (after, row);
            }
            OriginNote::Removed { name, before } => {
                let course = courses.entry(name.clone()).or_insert_with(|| begun(*before, name));
                (course.after, course.row) = (None, None);
            }
        }
    }
    courses
}

/// What is to be stored before these are made: for each name what the whole batch comes to.
fn intents(origins: &Origins, notes: &[&OriginNote]) -> Vec<OriginChange> {
    let intent = |(name, Course { before, after, row })| {
        // What is remembered of a name that another program took away must not come back with the next server of it.
        let changes = row.is_some() || origins.has(&name);
        changes.then_some(OriginChange::Intend { name, before, after, row })
    };
    courses(origins, notes.iter().copied()).into_iter().filter_map(intent).collect()
}

/// What is to be stored once these are made. Of a name of which nothing is remembered, nothing is.
fn settlements(origins: &Origins, notes: &[Note]) -> Vec<Change> {
    let settle = |(name, Course { after, .. })| {
        origins.has(&name).then_some(Change::Origin(OriginChange::Settle { name, after }))
    };
    courses(origins, origin_notes(notes)).into_iter().filter_map(settle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registration::Origin;
    use crate::state::MemoryState;

    fn name(text: &str) -> SettingsKey {
        SettingsKey::new(text)
    }

    fn at(byte: u8) -> Destination {
        Destination([byte; 32])
    }

    fn new(text: &str, byte: u8, origin: Option<Origin>) -> Note {
        Note::Origin(OriginNote::New { name: name(text), destination: at(byte), origin })
    }

    fn led(text: &str, before: u8, after: u8) -> Note {
        let before = Present::At(at(before));
        Note::Origin(OriginNote::Led { name: name(text), before, after: at(after) })
    }

    fn renamed(from: &str, to: &str, byte: u8) -> Note {
        let at = Present::At(at(byte));
        Note::Origin(OriginNote::Renamed { from: name(from), to: name(to), at })
    }

    fn removed(text: &str, before: u8) -> Note {
        Note::Origin(OriginNote::Removed { name: name(text), before: Present::At(at(before)) })
    }

    /// The names that have an origin, of those that the document is said to have.
    fn known(state: &MemoryState, document: &[(&str, u8)]) -> Vec<String> {
        let remembered = state.peek().unwrap();
        let has =
            |(text, byte): &&(&str, u8)| remembered.origins.of(&name(text), Present::At(at(*byte))).is_some();
        document.iter().filter(has).map(|(text, _)| (*text).to_owned()).collect()
    }

    #[test]
    fn a_batch_comes_to_what_its_changes_come_to_one_after_the_other() {
        let registered = || Some(Origin::Catalog);
        for (batch, made, not_made) in [
            (vec![new("x", 1, registered())], &[("x", 1)][..], &[][..]),
            (vec![new("x", 1, registered()), led("x", 1, 2)], &[("x", 2)], &[]),
            (vec![new("x", 1, registered()), renamed("x", "y", 1), led("y", 1, 3)], &[("y", 3)], &[]),
            (vec![new("x", 1, registered()), removed("x", 1), new("x", 1, None)], &[], &[("x", 1)]),
            (vec![led("old", 7, 8)], &[("old", 8)], &[]),
            (vec![renamed("old", "x", 7)], &[("x", 7)], &[("old", 7)]),
            (vec![removed("old", 7)], &[], &[("x", 7)]),
            (vec![removed("old", 7), new("old", 7, None)], &[], &[("old", 7)]),
        ] {
            let state = Arc::new(MemoryState::default());
            let keeper = StateKeeper::new(Arc::clone(&state) as _);
            let first = vec![new("old", 7, registered())];
            keeper.prepare(&first).unwrap();
            keeper.keep(first);
            assert_eq!(known(&state, &[("old", 7)]), ["old"]);
            keeper.prepare(&batch).unwrap();
            // Where the document leads to the same place before and after it, it does not say whether it was made.
            if !matches!(batch.as_slice(), [Note::Origin(OriginNote::Removed { .. }), Note::Origin(_)]) {
                assert_eq!(known(&state, &[("old", 7)]), ["old"], "{batch:?}: it may never be made");
            }
            keeper.keep(batch.clone());
            let names: Vec<&str> = made.iter().map(|(text, _)| *text).collect();
            assert_eq!(known(&state, made), names, "{batch:?}");
            assert_eq!(known(&state, not_made), Vec::<String>::new(), "{batch:?}");
        }
    }

    #[test]
    fn a_server_that_another_program_removed_leaves_nothing_to_the_next_of_its_name() {
        let state = Arc::new(MemoryState::default());
        let keeper = StateKeeper::new(Arc::clone(&state) as _);
        let first = vec![new("x", 1, Some(Origin::Catalog))];
        keeper.prepare(&first).unwrap();
        keeper.keep(first);
        let again = vec![new("x", 1, None)];
        keeper.prepare(&again).unwrap();
        keeper.keep(again);
        assert!(known(&state, &[("x", 1)]).is_empty());
    }

    #[test]
    fn where_nothing_can_be_stored_only_a_change_of_an_origin_is_refused() {
        let keeper = StateKeeper::new(Arc::new(MemoryState::in_place_of_a_disk()));
        assert_eq!(keeper.prepare(&[new("x", 1, Some(Origin::Catalog))]), Err(NotNoted));
        for allowed in [new("x", 1, None), led("x", 1, 2), removed("x", 1), renamed("x", "y", 1)] {
            assert_eq!(keeper.prepare(&[allowed]), Ok(()));
        }
    }
}
