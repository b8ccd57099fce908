//! One version of the document in all its forms: bytes, spliceable text, servers by name. The forms are
//! kept in step edit by edit, so that a commit need not parse what it has just written.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::history::History;
use super::size::exceeds;
use super::snapshot::Snapshot;
use super::tokens::TokenMemo;
use super::tombstones::Tombstones;
use crate::document::{Document, NewDocument, Unreadable};
use crate::model::{Access, Author, Edit, SettingsKey, StoredServer};

/// A version of a document, or the empty one before it exists.
pub(super) struct Version {
    /// None where there is no document.
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) document: Document,
    pub(super) snapshot: Arc<Snapshot>,
}

impl Version {
    pub(super) fn absent(new: NewDocument) -> Self {
        Self::of(None, Document::absent(new), &Tombstones::default())
    }

    /// Servers whose text is as in `previous` are taken from there.
    pub(super) fn read(bytes: &[u8], new: NewDocument, previous: &Self) -> Result<Self, Unreadable> {
        let document = Document::read(bytes, new, Some(&previous.document))?;
        Ok(Self::of(Some(bytes.to_vec()), document, &previous.snapshot.tombstones))
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

    fn of(bytes: Option<Vec<u8>>, document: Document, tombstones: &Tombstones) -> Self {
        let servers = document.servers().map(|(key, server)| (key.clone(), Arc::clone(server))).collect();
        let (layout, outside) = (document.layout().clone(), Arc::clone(document.outside()));
        let snapshot =
            Snapshot { tombstones: tombstones.beside(&servers), ..Snapshot::new(layout, servers, outside) };
        Self { bytes, document, snapshot: Arc::new(snapshot) }
    }
}

/// A copy of a version that a batch changes.
pub(super) struct WorkingCopy {
    document: Document,
    pub(super) snapshot: Snapshot,
    /// What the copy has, and what it adds.
    pub(super) history: History,
    pub(super) is_edited: bool,
    /// Whether it is to be written even if it is the version that is there.
    pub(super) must_write: bool,
}

/// What the next working copy is made of, copied ahead of time.
pub(super) struct Spare {
    version: Arc<Version>,
    document: Document,
    snapshot: Snapshot,
}

impl Spare {
    pub(super) fn of(version: &Arc<Version>) -> Self {
        let (document, snapshot) = (version.document.clone(), Snapshot::clone(&version.snapshot));
        Self { version: Arc::clone(version), document, snapshot }
    }
}

impl WorkingCopy {
    /// A copy of this version, from the spare parts if they are of it.
    pub(super) fn of(version: &Arc<Version>, spare: Option<Spare>, history: &History) -> Self {
        let spare = spare.filter(|spare| Arc::ptr_eq(&spare.version, version));
        let Spare { document, snapshot, .. } = spare.unwrap_or_else(|| Spare::of(version));
        Self { document, snapshot, history: history.clone(), is_edited: false, must_write: false }
    }

    /// Whether these edits would make the document larger than it may be.
    pub(super) fn would_exceed(&self, edits: &[Edit], largest: usize) -> bool {
        exceeds(&self.document, edits, largest)
    }

    /// Applies one edit.
    ///
    /// # Panics
    ///
    /// Where the edit breaks the contract of [`Document::apply`], which would leave it out in silence, and
    /// its author would get a success.
    pub(super) fn apply(&mut self, edit: &Edit, author: Option<&Author>) {
        assert!(self.can_apply(edit), "an edit that the document can't take");
        self.document.apply(edit, author);
        match edit {
            Edit::Put { key, .. } | Edit::Remove { key } => self.follow(key, author, None),
            Edit::Rename { from, to } => {
                self.follow(to, author, None);
                self.follow(from, author, Some(to));
            }
            Edit::Outside { .. } => self.follow_all(author),
            Edit::Reseal { .. } => self.is_edited = true,
        }
        self.snapshot.layout = self.document.layout().clone();
        self.snapshot.outside = Arc::clone(self.document.outside());
        self.snapshot.tokens = TokenMemo::default();
    }

    fn can_apply(&self, edit: &Edit) -> bool {
        let Snapshot { layout, servers, outside, .. } = &self.snapshot;
        let is_writable = layout.access == Access::Writable;
        let is_read_only = matches!(layout.access, Access::ReadOnly(_));
        match edit {
            Edit::Put { key, config } => is_writable && layout.can_hold(key, Some(config)),
            Edit::Remove { .. } => is_writable,
            Edit::Rename { from, to } => {
                let can_hold = |server: &Arc<StoredServer>| {
                    !servers.contains_key(to) && layout.can_hold(to, server.config.as_ref().ok())
                };
                is_writable && servers.get(from).is_some_and(can_hold)
            }
            Edit::Outside { member, value } => !is_read_only && outside.can_hold(member, value),
            Edit::Reseal { .. } => !is_read_only,
        }
    }

    /// Takes over from the document what an edit outside the servers has made of them: with another agent
    /// variant they can come and go.
    fn follow_all(&mut self, author: Option<&Author>) {
        self.is_edited |= !Arc::ptr_eq(&self.snapshot.outside, self.document.outside());
        if self.snapshot.layout != *self.document.layout() {
            let names = self.document.servers().map(|(key, _)| key);
            let names: BTreeSet<SettingsKey> = names.chain(self.snapshot.servers.keys()).cloned().collect();
            names.iter().for_each(|key| self.follow(key, author, None));
        }
    }

    /// Takes over from the document what has become of a server: by whom, and which name it has now.
    fn follow(&mut self, key: &SettingsKey, author: Option<&Author>, now: Option<&SettingsKey>) {
        let new = self.document.server(key);
        let old = match new {
            Some(new) => self.snapshot.servers.insert(key.clone(), Arc::clone(new)),
            None => self.snapshot.servers.remove(key),
        };
        match (&old, new) {
            (None, Some(_)) => self.snapshot.tombstones.arrived(key),
            (Some(_), None) => self.snapshot.tombstones.left(key, author, now),
            _ => {}
        }
        let is_same = match (&old, new) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        self.is_edited |= !is_same;
        if let Some(old) = old
            && new.is_none_or(|new| new.text != old.text)
        {
            self.history.record(key, &old);
        }
    }

    /// The version that an edited copy has become, and what it replaced.
    pub(super) fn finish(self) -> (Version, History) {
        let bytes = Some(self.document.render());
        let version = Version { bytes, document: self.document, snapshot: Arc::new(self.snapshot) };
        (version, self.history)
    }
}
