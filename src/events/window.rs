//! The newest events, numbered, for readers that were disconnected. Readers hold a position and nothing else, so
//! that a slow one costs no memory: it falls out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::model::SettingsKey;

use super::event::{Condition, Event, Kind, Opened, Recent};
use super::position::Position;

/// How many events are kept.
pub(super) const MOST: usize = 1_024;

/// An event in the stream.
#[derive(Debug)]
pub struct Entry {
    /// Its number; the first is 1.
    pub n: u64,
    /// What happened.
    pub event: Event,
    /// What holds after all events that were seen together with it.
    after: Arc<Condition>,
}

/// The events that are kept.
pub(super) struct Window {
    epoch: String,
    newest: u64,
    entries: VecDeque<Arc<Entry>>,
    /// What held before the oldest entry.
    before: Arc<Condition>,
    /// The last change of each server that is there, where it was seen.
    recent: BTreeMap<SettingsKey, Recent>,
}

/// The position is not in the window: no event ever had it, or it is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfWindow;

impl Window {
    /// Nothing has happened yet.
    pub(super) fn new(epoch: String, before: Condition) -> Self {
        let before = Arc::new(before);
        Self { epoch, newest: 0, entries: VecDeque::new(), before, recent: BTreeMap::new() }
    }

    /// Takes what was seen together, and what holds after it.
    pub(super) fn extend(&mut self, events: Vec<Event>, after: Condition) {
        let after = Arc::new(after);
        for event in events {
            if let Event::Server(change) = &event {
                let recent = Recent { at_ms: change.at_ms, by: change.by.as_deref().map(Into::into) };
                match change.kind {
                    Kind::Removed => drop(self.recent.remove(&change.name)),
                    Kind::Created | Kind::Changed => drop(self.recent.insert(change.name.clone(), recent)),
                }
            }
            self.newest += 1;
            let entry = Entry { n: self.newest, event, after: Arc::clone(&after) };
            self.entries.push_back(Arc::new(entry));
            if MOST < self.entries.len()
                && let Some(oldest) = self.entries.pop_front()
            {
                self.before = Arc::clone(&oldest.after);
            }
        }
    }

    /// Where a reader begins, and what it receives first: at its position, or else at the newest.
    pub(super) fn open(&self, position: Option<&Position>) -> Result<(u64, Opened), OutOfWindow> {
        let n = match position {
            None => self.newest,
            Some(position) if position.epoch == self.epoch => position.n,
            Some(_) => return Err(OutOfWindow),
        };
        let condition = match self.index_after(n)?.checked_sub(1) {
            None => &self.before,
            Some(at) => self.entries.get(at).map_or(&self.before, |entry| &entry.after),
        };
        let Condition { tag, access, trouble } = Condition::clone(condition);
        Ok((n, Opened { tag, access, trouble, recent: self.recent.clone() }))
    }

    /// The event after this position, if it has happened.
    pub(super) fn after(&self, n: u64) -> Result<Option<Arc<Entry>>, OutOfWindow> {
        Ok(self.entries.get(self.index_after(n)?).cloned())
    }

    /// The index of the entry behind a position; that of none for the newest.
    fn index_after(&self, n: u64) -> Result<usize, OutOfWindow> {
        let missed = self.newest.checked_sub(n).and_then(|missed| usize::try_from(missed).ok());
        missed.and_then(|missed| self.entries.len().checked_sub(missed)).ok_or(OutOfWindow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Access;
    use crate::projection::{EntityTag, public_tag};
    use crate::service::Differing;

    const EPOCH: &str = "0123456789abcdef";

    fn tag(number: usize) -> EntityTag {
        public_tag(number.to_string().as_bytes())
    }

    fn condition_after(number: usize) -> Condition {
        Condition { tag: tag(number), access: Access::Writable, trouble: None }
    }

    /// A window that has seen so many steps of two events each; step k leaves the tag k.
    fn window(steps: usize) -> Window {
        let mut window = Window::new(EPOCH.to_owned(), condition_after(0));
        for step in 1..=steps {
            let event = || Event::Access(Ok(Access::Writable));
            window.extend(vec![event(), event()], condition_after(step));
        }
        window
    }

    fn at(n: u64) -> Option<Position> {
        Some(Position { epoch: EPOCH.to_owned(), n })
    }

    fn opened(window: &Window, position: Option<Position>) -> Result<(u64, EntityTag), OutOfWindow> {
        window.open(position.as_ref()).map(|(n, opened)| (n, opened.tag))
    }

    #[test]
    fn a_reader_begins_where_it_was_or_at_the_newest() {
        let window = window(3);
        for (position, expected) in [
            (None, Ok((6, tag(3)))),
            (at(6), Ok((6, tag(3)))),
            // Of two events that were seen together the first leads to what the second leads to.
            (at(5), Ok((5, tag(3)))),
            (at(4), Ok((4, tag(2)))),
            (at(0), Ok((0, tag(0)))),
            (at(7), Err(OutOfWindow)),
            (at(u64::MAX), Err(OutOfWindow)),
            (Some(Position { epoch: EPOCH.replace('0', "1"), n: 6 }), Err(OutOfWindow)),
        ] {
            assert_eq!(opened(&window, position.clone()), expected, "{position:?}");
        }
    }

    #[test]
    fn exactly_what_was_missed_is_returned() {
        let window = window(3);
        for from in 0..=6 {
            let mut numbers = Vec::new();
            while let Some(entry) = window.after(numbers.last().copied().unwrap_or(from)).unwrap() {
                numbers.push(entry.n);
            }
            assert_eq!(numbers, (from + 1..=6).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_too_old_has_fallen_out() {
        let steps = MOST / 2 + 3;
        let window = window(steps);
        assert_eq!(window.entries.len(), MOST);
        assert_eq!(window.after(5).err(), Some(OutOfWindow));
        assert_eq!(opened(&window, at(5)), Err(OutOfWindow));
        assert_eq!(opened(&window, at(6)), Ok((6, tag(3))));
        assert_eq!(window.after(6).unwrap().map(|entry| entry.n), Some(7));
        assert_eq!(opened(&window, None), Ok((2 * steps as u64, tag(steps))));
    }

    #[test]
    fn the_last_change_of_each_existing_server_comes_first() {
        let mut window = window(0);
        for (name, kind, at_ms) in [("a", Kind::Created, 1), ("b", Kind::Created, 2), ("a", Kind::Changed, 3)]
        {
            window.extend(vec![change(name, kind, at_ms)], condition_after(0));
        }
        window.extend(vec![change("b", Kind::Removed, 4)], condition_after(0));
        let (_, opened) = window.open(None).unwrap();
        assert_eq!(opened.recent, [(SettingsKey::new("a"), Recent { at_ms: 3, by: None })].into());
    }

    fn change(name: &str, kind: Kind, at_ms: u64) -> Event {
        Event::Server(Box::new(super::super::event::ServerChange {
            name: SettingsKey::new(name),
            kind,
            old: None,
            new: None,
            members: Differing::default(),
            by: None,
            at_ms,
            renamed_from: None,
            renamed_to: None,
            collection: tag(0),
            more: 0,
        }))
    }
}
