//! What a change may touch. It does not know what becomes of it.

use std::collections::BTreeSet;

use crate::model::{Edit, SettingsKey};

/// What a change may touch: an edit of anything else is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The servers; all where there is no list.
    servers: Option<BTreeSet<SettingsKey>>,
    /// Whether also what is outside the servers.
    has_outside: bool,
}

impl Names {
    /// These servers.
    pub fn these(servers: impl IntoIterator<Item = SettingsKey>) -> Self {
        Self { servers: Some(servers.into_iter().collect()), has_outside: false }
    }

    /// All servers, and what is outside them.
    pub fn everything() -> Self {
        Self { servers: None, has_outside: true }
    }

    /// These, and what is outside the servers.
    #[must_use]
    pub fn and_outside(self) -> Self {
        Self { has_outside: true, ..self }
    }

    /// The servers by name; `None` where all are meant.
    pub fn servers(&self) -> Option<&BTreeSet<SettingsKey>> {
        self.servers.as_ref()
    }

    /// Whether an edit touches nothing else.
    pub fn allow(&self, edit: &Edit) -> bool {
        let holds = |key| self.servers.as_ref().is_none_or(|servers| servers.contains(key));
        match edit {
            Edit::Put { key, .. } | Edit::Remove { key } => holds(key),
            Edit::Rename { from, to } => holds(from) && holds(to),
            Edit::Outside { .. } | Edit::Reseal { .. } => self.has_outside,
        }
    }
}
