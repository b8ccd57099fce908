//! What servers keep for other clients where the document has no member for it: texts by name. A server takes its own along
//! when it is renamed or copied, and leaves nothing when it is gone. It does not know what the texts say.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::model::SettingsKey;

/// What a server keeps for other clients, as JSON. It may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Bags(Zeroizing<String>);

/// One change of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BagChange {
    /// A server keeps this from now on, or nothing.
    Keep {
        /// Which server.
        name: SettingsKey,
        /// What.
        bags: Option<Arc<Bags>>,
    },
    /// A server keeps what another one does.
    Copy {
        /// Which one.
        from: SettingsKey,
        /// And the other.
        to: SettingsKey,
    },
    /// A server is gone that kept this. What another one of the name keeps stays.
    Forget {
        /// Which name.
        name: SettingsKey,
        /// What.
        bags: Arc<Bags>,
    },
}

/// What is kept, by the names of servers.
pub(super) type BagBook = BTreeMap<SettingsKey, Arc<Bags>>;

impl Bags {
    /// Takes a text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Nothing of it is printed.
impl fmt::Debug for Bags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Bags(…)")
    }
}

impl BagChange {
    /// Makes it. Made again, it changes nothing.
    pub(super) fn apply(&self, book: &mut BagBook) {
        match self {
            Self::Keep { name, bags: Some(bags) } => drop(book.insert(name.clone(), Arc::clone(bags))),
            Self::Keep { name, bags: None } => drop(book.remove(name)),
            Self::Copy { from, to } => match book.get(from).cloned() {
                Some(bags) => drop(book.insert(to.clone(), bags)),
                None => drop(book.remove(to)),
            },
            Self::Forget { name, bags } => {
                if book.get(name) == Some(bags) {
                    book.remove(name);
                }
            }
        }
    }
}

/// A server has another name. Made again, there is nothing to move.
pub(super) fn rename(book: &mut BagBook, from: &SettingsKey, to: &SettingsKey) {
    if let Some(bags) = book.remove(from) {
        book.insert(to.clone(), bags);
    }
}
