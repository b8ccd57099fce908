//! The states of each server that this process saw replaced, newest first, so that a repeated write
//! can be recognised by its effect (law L8). It keeps what the document held, secrets sealed; it
//! does not know what a state means.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::names::Names;
use crate::model::{SettingsKey, StoredServer};

/// How many replaced states of one name are kept.
pub(super) const STATES_PER_NAME: usize = 16;

/// How many names are kept; the one whose last change is longest ago is forgotten first.
const NAMES: usize = 4_096;

/// How much all states together may hold, by the text of the document. Bytes. A state in memory is a few
/// times that, and a writer can make large ones.
const BUDGET: usize = 4 << 20;

/// The replaced states of every name, those of deleted servers too.
///
/// A clone costs next to nothing and can be added to and dropped: a batch that fails leaves no trace.
#[derive(Clone, Debug, Default)]
pub struct History {
    settled: Arc<ReplacedStates>,
    /// What was replaced since, oldest first.
    journal: Vec<(SettingsKey, Arc<StoredServer>)>,
}

#[derive(Clone, Debug, Default)]
struct ReplacedStates {
    names: HashMap<SettingsKey, Past>,
    /// The names by their last change, for forgetting.
    order: BTreeMap<u64, SettingsKey>,
    changes: u64,
    bytes: usize,
}

#[derive(Clone, Debug, Default)]
struct Past {
    changed: u64,
    states: VecDeque<Arc<StoredServer>>,
}

impl History {
    /// The states that this name had before its present one, newest first.
    pub fn states(&self, key: &SettingsKey) -> impl Iterator<Item = &Arc<StoredServer>> {
        let recent = self.journal.iter().rev().filter(move |(own, _)| own == key).map(|(_, state)| state);
        let settled = self.settled.names.get(key).into_iter().flat_map(|past| &past.states);
        recent.chain(settled).take(STATES_PER_NAME)
    }

    /// The past of these names alone, to be kept for as long as needed: a clone would make the next batch
    /// copy everything.
    #[must_use]
    pub fn of(&self, names: &Names) -> Self {
        let Some(names) = names.servers() else { return self.clone() };
        let past = |key| {
            let states: Vec<_> =
                self.states(key).map(|state| (SettingsKey::clone(key), Arc::clone(state))).collect();
            states.into_iter().rev()
        };
        Self { settled: Arc::default(), journal: names.iter().flat_map(past).collect() }
    }

    /// Records that this state of this name is no longer the present one.
    pub fn record(&mut self, key: &SettingsKey, state: &Arc<StoredServer>) {
        self.journal.push((key.clone(), Arc::clone(state)));
    }

    /// Takes over what a clone has recorded since it was cloned. The clone is consumed, so that this is
    /// the only owner again and nothing needs to be copied.
    pub(in crate::store) fn absorb(&mut self, clone: Self) {
        let Self { settled, journal } = clone;
        drop(settled);
        self.journal.extend(journal);
        self.settle();
    }

    /// Sorts the journal in. Without it lookups would walk an ever longer journal.
    pub(in crate::store) fn settle(&mut self) {
        if self.journal.is_empty() {
            return;
        }
        let settled = Arc::make_mut(&mut self.settled);
        for (key, state) in self.journal.drain(..) {
            settled.push(key, state);
        }
    }
}

impl ReplacedStates {
    fn push(&mut self, key: SettingsKey, state: Arc<StoredServer>) {
        self.changes += 1;
        self.bytes += state.text.len();
        let past = self.names.entry(key.clone()).or_default();
        self.order.remove(&past.changed);
        past.changed = self.changes;
        past.states.push_front(state);
        if STATES_PER_NAME < past.states.len() {
            self.bytes -= past.forget_oldest();
        }
        self.order.insert(self.changes, key);
        self.keep_within_bounds();
    }

    /// Forgets the names whose last change is longest ago, then the oldest states of the last one.
    fn keep_within_bounds(&mut self) {
        while NAMES < self.names.len() || (BUDGET < self.bytes && 1 < self.names.len()) {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            let gone = self.names.remove(&oldest).unwrap_or_default();
            self.bytes -= gone.states.iter().map(|state| state.text.len()).sum::<usize>();
        }
        for past in self.names.values_mut() {
            while BUDGET < self.bytes && 1 < past.states.len() {
                self.bytes -= past.forget_oldest();
            }
            if self.bytes <= BUDGET {
                break;
            }
        }
    }
}

impl Past {
    /// Gives how many bytes that frees.
    fn forget_oldest(&mut self) -> usize {
        self.states.pop_back().map_or(0, |state| state.text.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::Object;

    fn state(text: &str) -> Arc<StoredServer> {
        Arc::new(StoredServer { text: text.into(), config: Ok(Object::new()), author: None })
    }

    fn texts(history: &History, name: &str) -> Vec<String> {
        history.states(&SettingsKey::new(name)).map(|state| state.text.to_string()).collect()
    }

    #[test]
    fn large_states_are_forgotten_before_they_fill_the_memory() {
        let large = "x".repeat(BUDGET / 4);
        let mut history = History::default();
        for name in ["a", "b"] {
            for _ in 0..10 {
                history.record(&SettingsKey::new(name), &state(&large));
                history.settle();
                assert!(history.settled.bytes <= BUDGET);
            }
        }
        assert_eq!(texts(&history, "a").len(), 0, "the name changed longest ago goes first");
        assert_eq!(texts(&history, "b").len(), 4);
        let huge = "x".repeat(2 * BUDGET);
        history.record(&SettingsKey::new("c"), &state(&huge));
        history.settle();
        assert_eq!(texts(&history, "c").len(), 1, "the last state is kept however large");
    }

    #[test]
    fn a_name_without_a_past_has_no_states() {
        assert_eq!(texts(&History::default(), "x"), [""; 0]);
    }

    #[test]
    fn what_a_dropped_clone_recorded_leaves_no_trace() {
        let mut history = History::default();
        history.record(&SettingsKey::new("x"), &state("1"));
        history.settle();
        let mut clone = history.clone();
        clone.record(&SettingsKey::new("x"), &state("2"));
        assert_eq!(texts(&clone, "x"), ["2", "1"]);
        drop(clone);
        assert_eq!(texts(&history, "x"), ["1"]);
    }

    #[test]
    fn the_past_of_a_few_names_is_theirs_alone() {
        let mut history = History::default();
        for (name, text) in [("x", "1"), ("y", "a"), ("x", "2")] {
            history.record(&SettingsKey::new(name), &state(text));
            history.settle();
        }
        history.record(&SettingsKey::new("x"), &state("3"));
        let part = history.of(&Names::these([SettingsKey::new("x")]));
        assert_eq!(texts(&part, "x"), ["3", "2", "1"]);
        assert_eq!(texts(&part, "y"), [""; 0]);
        assert_eq!(texts(&history.of(&Names::everything()), "y"), ["a"]);
    }

    #[test]
    fn a_clone_and_its_origin_can_both_have_recorded() {
        let mut history = History::default();
        let mut clone = history.clone();
        clone.record(&SettingsKey::new("x"), &state("mine"));
        history.record(&SettingsKey::new("x"), &state("other's"));
        history.settle();
        history.absorb(clone);
        assert_eq!(texts(&history, "x"), ["mine", "other's"]);
    }

    #[test]
    fn the_name_changed_longest_ago_is_forgotten_first() {
        let mut history = History::default();
        for number in 0..NAMES {
            history.record(&SettingsKey::new(&number.to_string()), &state("old"));
        }
        history.record(&SettingsKey::new("0"), &state("newer"));
        history.record(&SettingsKey::new("one more"), &state("old"));
        history.settle();
        assert_eq!(texts(&history, "0"), ["newer", "old"]);
        assert_eq!(texts(&history, "1"), [""; 0]);
        assert_eq!(texts(&history, "2"), ["old"]);
        assert_eq!(history.settled.names.len(), NAMES);
        assert_eq!(history.settled.order.len(), NAMES);
    }

    proptest! {
        #[test]
        fn the_last_sixteen_states_are_kept_newest_first(
            changes in prop::collection::vec((0..3_u8, any::<bool>()), 0..80),
        ) {
            let mut history = History::default();
            let mut all: [Vec<String>; 3] = Default::default();
            for (number, (name, settle)) in changes.iter().enumerate() {
                history.record(&SettingsKey::new(&name.to_string()), &state(&number.to_string()));
                all[usize::from(*name)].insert(0, number.to_string());
                if *settle {
                    history.settle();
                }
            }
            for (name, expected) in all.iter().enumerate() {
                let kept = &expected[..expected.len().min(STATES_PER_NAME)];
                prop_assert_eq!(texts(&history, &name.to_string()), kept);
            }
        }
    }
}
