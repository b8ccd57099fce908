//! What servers list, as texts by launch: kept for readers of whom the server does not run any more. It does not know what
//! the texts say.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::model::Feature;

/// Which list: of the launch of this number, and of what.
pub type ListId = (u64, Feature);

/// Lists that wait to be stored, and readers that wait for stored ones.
#[derive(Default)]
pub(super) struct ListBook {
    unstored: BTreeMap<ListId, Arc<str>>,
    readers: Vec<Reader>,
}

/// Somebody who waits for a list.
pub(super) struct Reader {
    pub(super) id: ListId,
    pub(super) answer: oneshot::Sender<Option<Arc<str>>>,
}

impl ListBook {
    pub(super) fn keep(&mut self, id: ListId, text: Arc<str>) {
        self.unstored.insert(id, text);
    }

    /// What there is of it in memory, or what is ready when it was read.
    pub(super) fn read(&mut self, id: ListId) -> Result<Arc<str>, oneshot::Receiver<Option<Arc<str>>>> {
        if let Some(text) = self.unstored.get(&id) {
            return Ok(Arc::clone(text));
        }
        let (answer, read) = oneshot::channel();
        self.readers.push(Reader { id, answer });
        Err(read)
    }

    pub(super) fn has_readers(&self) -> bool {
        !self.readers.is_empty()
    }

    pub(super) fn take_readers(&mut self) -> Vec<Reader> {
        mem::take(&mut self.readers)
    }

    pub(super) fn has_unstored(&self) -> bool {
        !self.unstored.is_empty()
    }

    pub(super) fn unstored(&self) -> Vec<(ListId, Arc<str>)> {
        self.unstored.iter().map(|(id, text)| (*id, Arc::clone(text))).collect()
    }

    /// Takes note that these are stored.
    pub(super) fn settle(&mut self, lists: &[(ListId, Arc<str>)]) {
        for (id, text) in lists {
            if self.unstored.get(id).is_some_and(|own| Arc::ptr_eq(own, text)) {
                self.unstored.remove(id);
            }
        }
    }
}
