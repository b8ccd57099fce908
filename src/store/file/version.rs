//! One version of the document in all its forms: bytes, spliceable text, servers by name. The forms are
//! kept in step edit by edit, so that a commit need not parse what it has just written.

use std::sync::Arc;

use crate::document::{Document, NewDocument, Unreadable};
use crate::model::{Access, Author, Edit};
use crate::store::{History, Snapshot};

/// A version that stands or stood in the file, or the empty one where there is no file.
pub(super) struct Version {
    /// None where there is no file.
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) document: Document,
    pub(super) snapshot: Arc<Snapshot>,
}

impl Version {
    pub(super) fn absent(new: NewDocument) -> Self {
        Self::of(None, Document::absent(new))
    }

    /// Servers whose text is as in `previous` are taken from there.
    pub(super) fn read(bytes: Vec<u8>, new: NewDocument, previous: &Self) -> Result<Self, Unreadable> {
        let document = Document::read(&bytes, new, Some(&previous.document))?;
        Ok(Self::of(Some(bytes), document))
    }

    /// Records the states that `before` held and this version does not.
    pub(super) fn record_replaced(&self, before: &Self, history: &mut History) {
        for (key, old) in &before.snapshot.servers {
            let new = self.snapshot.servers.get(key);
            if new.is_none_or(|new| !Arc::ptr_eq(old, new) && old.text != new.text) {
                history.record(key, old);
            }
        }
    }

    fn of(bytes: Option<Vec<u8>>, document: Document) -> Self {
        let snapshot = Snapshot {
            layout: document.layout().clone(),
            servers: document.servers().map(|(key, server)| (key.clone(), Arc::clone(server))).collect(),
            outside_tokens: Arc::clone(document.outside_tokens()),
        };
        Self { bytes, document, snapshot: Arc::new(snapshot) }
    }
}

/// A copy of a version that a batch changes.
pub(super) struct Draft {
    document: Document,
    pub(super) snapshot: Snapshot,
    pub(super) history: History,
    pub(super) is_edited: bool,
}

impl Draft {
    pub(super) fn of(version: &Version, history: &History) -> Self {
        Self {
            document: version.document.clone(),
            snapshot: Snapshot::clone(&version.snapshot),
            history: history.clone(),
            is_edited: false,
        }
    }

    /// Applies one edit.
    ///
    /// # Panics
    ///
    /// Where the edit breaks its contract: on a document that may not be written, or a rename of a server
    /// that is not there or to a name that is taken. The document would be spoilt by it.
    pub(super) fn apply(&mut self, edit: &Edit, author: Option<&Author>) {
        assert!(self.snapshot.layout.access == Access::Writable, "an edit of a document that may not be written");
        let servers = &mut self.snapshot.servers;
        if let Edit::Rename { from, to } = edit {
            assert!(servers.contains_key(from), "a rename of a server that is not there");
            assert!(!servers.contains_key(to), "a rename to a name that is taken");
        }
        self.document.apply(edit, author);
        self.is_edited = true;
        let (key, new) = match edit {
            Edit::Put { key, .. } => (key, self.document.server(key)),
            Edit::Remove { key } => (key, None),
            Edit::Rename { from, to } => {
                if let Some(server) = self.document.server(to) {
                    servers.insert(to.clone(), Arc::clone(server));
                }
                (from, None)
            }
        };
        let old = match new {
            Some(new) => servers.insert(key.clone(), Arc::clone(new)),
            None => servers.remove(key),
        };
        if let Some(old) = old
            && new.is_none_or(|new| new.text != old.text)
        {
            self.history.record(key, &old);
        }
        self.snapshot.layout = self.document.layout().clone();
        self.snapshot.outside_tokens = Arc::clone(self.document.outside_tokens());
    }

    /// The document's new text.
    pub(super) fn render(&self) -> Vec<u8> {
        self.document.render()
    }

    /// The version that these bytes are, and what it replaced.
    pub(super) fn finish(self, bytes: Option<Vec<u8>>) -> (Version, History) {
        let version = Version { bytes, document: self.document, snapshot: Arc::new(self.snapshot) };
        (version, self.history)
    }
}
