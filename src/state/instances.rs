//! What other processes are shown of the instances that one of them runs: a text for each name, as it was published last.
//! It does not know what the texts say.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use crate::model::SettingsKey;

/// What is stored, by name.
pub(super) type Views = BTreeMap<SettingsKey, Arc<str>>;

/// What is published, and what of it waits to be stored.
#[derive(Default)]
pub(super) struct ViewBook {
    stored: Views,
    /// None where a view is to go.
    unstored: BTreeMap<SettingsKey, Option<Arc<str>>>,
}

impl ViewBook {
    pub(super) fn publish(&mut self, views: Vec<(SettingsKey, Option<String>)>) {
        self.unstored.extend(views.into_iter().map(|(name, view)| (name, view.map(Arc::from))));
    }

    /// All views.
    pub(super) fn published(&self) -> Vec<(SettingsKey, Arc<str>)> {
        let mut all = self.stored.clone();
        for (name, view) in &self.unstored {
            match view {
                Some(view) => drop(all.insert(name.clone(), Arc::clone(view))),
                None => drop(all.remove(name)),
            }
        }
        all.into_iter().collect()
    }

    pub(super) fn has_unstored(&self) -> bool {
        !self.unstored.is_empty()
    }

    pub(super) fn unstored(&self) -> Vec<(SettingsKey, Option<Arc<str>>)> {
        self.unstored.iter().map(|(name, view)| (name.clone(), view.clone())).collect()
    }

    /// Takes note that these are stored.
    pub(super) fn settle(&mut self, views: &[(SettingsKey, Option<Arc<str>>)]) {
        for (name, view) in views {
            if self.unstored.get(name) == Some(view) {
                self.unstored.remove(name);
            }
            match view {
                Some(view) => drop(self.stored.insert(name.clone(), Arc::clone(view))),
                None => drop(self.stored.remove(name)),
            }
        }
    }

    /// Takes these rows for what is stored, and gives those that were.
    pub(super) fn replace_stored(&mut self, rows: Views) -> Views {
        mem::replace(&mut self.stored, rows)
    }
}
