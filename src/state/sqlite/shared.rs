//! What the callers of the store and its thread share: what is stored, what waits to be, and what both make together. It
//! does not know the database.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::opening::Unstored;
use crate::model::{SettingsKey, StateDigest};
use crate::state::authors::{AuthorBook, AuthorRows};
use crate::state::instances::{ViewBook, Views};
use crate::state::lists::{ListBook, Reader};
use crate::state::{AuthorNote, Authorship, Change, Kept, ListId, Remembered, StateKey, Trouble};

/// How long notes wait for more of them, so that many changes are one commit. With the time until others look for it
/// it is less than a second.
const GATHER: Duration = Duration::from_millis(100);

/// What callers and the thread share.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    /// What callers see: what is stored, with what waits.
    seen: watch::Sender<Option<Arc<Remembered>>>,
}

#[derive(Default)]
struct State {
    /// What the file holds, or what is there in its place; none until it is open.
    stored: Option<Remembered>,
    key: Option<StateKey>,
    /// What the thread is storing.
    under_way: Vec<Group>,
    /// What is to be stored after that, in order.
    waiting: Vec<Group>,
    authors: AuthorBook,
    views: ViewBook,
    lists: ListBook,
    /// When notes on authors and views are to be stored, if any wait.
    notes_due: Option<Instant>,
    troubles: BTreeSet<Trouble>,
    /// Whether the thread is to end.
    is_ending: bool,
}

/// Changes that are made together.
struct Group {
    changes: Vec<Change>,
    /// Who waits for them; nobody where that was answered already.
    receipt: Option<oneshot::Sender<Kept>>,
}

/// What the thread is to do next.
pub(super) struct Turn {
    /// What is to be stored, if anything is.
    pub(super) changes: Option<Vec<Change>>,
    /// Whether notes on authors are to be stored.
    pub(super) has_notes: bool,
    /// Whether this is the last one.
    pub(super) is_last: bool,
}

impl Shared {
    /// What is remembered now; none until it is known.
    pub(super) fn now(&self) -> Option<Arc<Remembered>> {
        self.seen.borrow().clone()
    }

    pub(super) fn seen(&self) -> watch::Receiver<Option<Arc<Remembered>>> {
        self.seen.subscribe()
    }

    pub(super) fn key(&self) -> Option<StateKey> {
        self.state().key.clone()
    }

    pub(super) fn troubles(&self) -> BTreeSet<Trouble> {
        self.state().troubles.clone()
    }

    /// Takes changes in: they are seen when this returns.
    pub(super) fn push(&self, changes: Vec<Change>) -> oneshot::Receiver<Kept> {
        let (receipt, stored) = oneshot::channel();
        let mut state = self.state();
        state.forget_superseded(&changes);
        state.waiting.push(Group { changes, receipt: Some(receipt) });
        self.publish(&state);
        self.wake.notify_all();
        stored
    }

    /// Takes notes in: they are seen when this returns.
    pub(super) fn note_authors(&self, notes: Vec<AuthorNote>) {
        let mut state = self.state();
        state.authors.note(notes);
        self.gather(&mut state);
    }

    /// Takes views in: they are seen when this returns.
    pub(super) fn publish_instances(&self, views: Vec<(SettingsKey, Option<String>)>) {
        let mut state = self.state();
        state.views.publish(views);
        self.gather(&mut state);
    }

    pub(super) fn published_instances(&self) -> Vec<(SettingsKey, Arc<str>)> {
        self.state().views.published()
    }

    /// Takes a list in: it is seen when this returns.
    pub(super) fn keep_list(&self, list: ListId, text: Arc<str>) {
        let mut state = self.state();
        state.lists.keep(list, text);
        self.gather(&mut state);
    }

    /// A list, or what is ready when the thread has read it.
    pub(super) fn read_list(&self, list: ListId) -> Result<Arc<str>, oneshot::Receiver<Option<Arc<str>>>> {
        let found = self.state().lists.read(list);
        if found.is_err() {
            self.wake.notify_all();
        }
        found
    }

    /// Who waits for lists.
    pub(super) fn take_readers(&self) -> Vec<Reader> {
        self.state().lists.take_readers()
    }

    fn gather(&self, state: &mut State) {
        if state.notes_due.is_none() && state.has_unstored() {
            state.notes_due = Some(Instant::now() + GATHER);
            self.wake.notify_all();
        }
    }

    /// Whether the file is open, and takes what is to be stored.
    pub(super) fn can_approve(&self) -> bool {
        let state = self.state();
        state.stored.is_some() && state.troubles.iter().all(|trouble| *trouble == Trouble::Damaged)
    }

    pub(super) fn author_of(&self, name: &SettingsKey, state: &StateDigest) -> Option<Authorship> {
        let own = self.state();
        own.authors.author_of(name, state, own.key.as_ref())
    }

    pub(super) fn authors(&self) -> Vec<(SettingsKey, Authorship)> {
        self.state().authors.authors()
    }

    /// Asks the thread to end.
    pub(super) fn end(&self) {
        self.state().is_ending = true;
        self.wake.notify_all();
    }

    /// Waits for something to store, at most until then. What could not be stored is tried again from `retry` on.
    pub(super) fn turn(&self, until: Instant, retry: Instant) -> Turn {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            let is_due = state.has_news() || (!state.waiting.is_empty() && retry <= now);
            let notes_due = state.notes_due.map(|due| due.max(retry));
            let are_notes_due = notes_due.is_some_and(|due| due <= now);
            let is_last = state.is_ending;
            if is_due || are_notes_due || is_last || state.lists.has_readers() || until <= now {
                if is_due || is_last {
                    state.under_way = mem::take(&mut state.waiting);
                }
                let groups = state.under_way.iter();
                let changes = groups.flat_map(|group| group.changes.clone()).collect();
                let changes = (!state.under_way.is_empty()).then_some(changes);
                return Turn { changes, has_notes: are_notes_due || is_last, is_last };
            }
            let next = if state.waiting.is_empty() { until } else { until.min(retry) };
            let next = notes_due.map_or(next, |due| next.min(due));
            let pause = next.saturating_duration_since(now).max(Duration::from_millis(1));
            state = self.wake.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Says what has become of what the thread was storing.
    pub(super) fn settle(&self, kept: Kept) {
        let mut state = self.state();
        let mut groups = mem::take(&mut state.under_way);
        let receipts: Vec<_> = groups.iter_mut().filter_map(|group| group.receipt.take()).collect();
        groups.append(&mut state.waiting);
        state.waiting = groups;
        self.publish(&state);
        answer(receipts, kept);
    }

    /// Says that what the thread was storing is stored. `news` is what the file holds then, if others had changed it: what
    /// these changes came to was judged on that, and not on what was known here.
    pub(super) fn settle_stored(&self, news: Option<Remembered>) {
        let mut state = self.state();
        let mut groups = mem::take(&mut state.under_way);
        match news {
            Some(news) => state.stored = Some(news),
            None => {
                let stored = state.stored.get_or_insert_default();
                groups.iter().flat_map(|group| &group.changes).for_each(|change| stored.apply(change));
            }
        }
        state.troubles.remove(&Trouble::NotStored);
        self.publish(&state);
        answer(groups.iter_mut().filter_map(|group| group.receipt.take()), Kept::Stored);
    }

    /// The notes that are to be stored, and under which key.
    pub(super) fn notes(&self) -> Option<Unstored> {
        let state = self.state();
        let key = state.key.clone()?;
        let (authors, views, lists) =
            (state.authors.unstored(), state.views.unstored(), state.lists.unstored());
        state.has_unstored().then_some(Unstored { authors, views, lists, key })
    }

    /// Says that these notes are stored.
    pub(super) fn settle_notes(&self, notes: &Unstored) {
        let mut state = self.state();
        state.authors.settle(&notes.authors, &notes.key);
        state.views.settle(&notes.views);
        state.lists.settle(&notes.lists);
        // Others may have come meanwhile.
        state.notes_due = state.has_unstored().then(|| Instant::now() + GATHER);
        if state.waiting.is_empty() {
            state.troubles.remove(&Trouble::NotStored);
        }
    }

    /// Takes these rows for what is stored of authors and views.
    pub(super) fn set_notes(&self, rows: AuthorRows, views: Views) {
        // Dropped when the lock is free again: a change may wait for it.
        let _replaced = {
            let mut state = self.state();
            (state.authors.replace_stored(rows), state.views.replace_stored(views))
        };
    }

    /// Takes what the file holds for what is stored.
    pub(super) fn set_stored(&self, stored: Remembered) {
        let mut state = self.state();
        state.stored = Some(stored);
        self.publish(&state);
    }

    /// Takes the key of the file. Without one that was known before, a random one does, for as long as there is no file.
    pub(super) fn set_key(&self, key: Option<StateKey>) {
        let mut state = self.state();
        match key {
            Some(key) => state.key = Some(key),
            None => drop(state.key.get_or_insert_with(StateKey::random)),
        }
    }

    /// Notes what is wrong; gives whether that is new.
    pub(super) fn note(&self, trouble: Trouble) -> bool {
        self.state().troubles.insert(trouble)
    }

    /// The database is open: what kept it from that is over.
    pub(super) fn clear(&self) {
        self.state().troubles.retain(|trouble| *trouble == Trouble::Damaged);
    }

    /// How many changes wait to be stored.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        let state = self.state();
        state.under_way.iter().chain(&state.waiting).map(|group| group.changes.len()).sum()
    }

    fn publish(&self, state: &State) {
        let Some(stored) = &state.stored else { return };
        let mut seen = stored.clone();
        let groups = state.under_way.iter().chain(&state.waiting);
        groups.flat_map(|group| &group.changes).for_each(|change| seen.apply_unstored(change));
        self.seen.send_replace(Some(Arc::new(seen)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who asked may have gone.
fn answer(receipts: impl IntoIterator<Item = oneshot::Sender<Kept>>, kept: Kept) {
    for receipt in receipts {
        receipt.send(kept).err();
    }
}

impl State {
    fn has_unstored(&self) -> bool {
        self.authors.has_unstored() || self.views.has_unstored() || self.lists.has_unstored()
    }

    /// Whether something waits that was not tried yet.
    fn has_news(&self) -> bool {
        self.waiting.iter().any(|group| group.receipt.is_some())
    }

    /// Drops what could not be stored and makes no difference any more, so that what waits for a full disk does not grow.
    fn forget_superseded(&mut self, newer: &[Change]) {
        let all = self.under_way.iter().chain(&self.waiting).flat_map(|group| &group.changes).chain(newer);
        let moved: BTreeSet<SettingsKey> = all.filter_map(Change::moved).flatten().cloned().collect();
        let is_moved = |change: &Change| change.run_name().is_some_and(|name| moved.contains(name));
        for group in self.waiting.iter_mut().filter(|group| group.receipt.is_none()) {
            group.changes.retain(|earlier| {
                is_moved(earlier) || !newer.iter().any(|change| change.supersedes(earlier))
            });
        }
        self.waiting.retain(|group| group.receipt.is_some() || !group.changes.is_empty());
    }
}
