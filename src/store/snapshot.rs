//! Everything that a store held at one moment, and what follows of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::tokens::TokenMemo;
use super::tombstones::Tombstones;
use crate::model::{Access, Layout, Outside, PlaceReason, ReadOnlyReason, SettingsKey, StoredServer};

/// Everything that a store held at one moment. Immutable once published.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the document's versions mean.
    pub layout: Layout,
    /// Every server under its name.
    pub servers: BTreeMap<SettingsKey, Arc<StoredServer>>,
    /// Everything else that the document says.
    pub outside: Arc<Outside>,
    /// How names left that are not there any more.
    pub tombstones: Tombstones,
    /// Why nothing can be written at the document's place, where that is known.
    pub place: Option<PlaceReason>,
    pub(super) tokens: TokenMemo,
}

impl Snapshot {
    /// A state of which nothing else is known: no name has left it, and it may be written as its layout says.
    pub fn new(
        layout: Layout,
        servers: BTreeMap<SettingsKey, Arc<StoredServer>>,
        outside: Arc<Outside>,
    ) -> Self {
        let tombstones = Tombstones::default();
        Self { layout, servers, outside, tombstones, place: None, tokens: TokenMemo::default() }
    }

    /// How the servers may be used: what the document means, and what its place allows.
    pub fn access(&self) -> Access {
        match (&self.layout.access, self.place) {
            (Access::Writable, Some(reason)) => Access::ReadOnly(ReadOnlyReason::Place(reason)),
            (access, _) => access.clone(),
        }
    }

    /// Why nothing of the document may be written, servers or not.
    pub fn read_only(&self) -> Option<ReadOnlyReason> {
        match &self.layout.access {
            Access::ReadOnly(reason) => Some(*reason),
            Access::Writable | Access::NoCollection => self.place.map(ReadOnlyReason::Place),
        }
    }
}
