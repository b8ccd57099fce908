//! How a file store is opened.

use std::path::PathBuf;
use std::sync::Arc;

use super::failpoints::{Failpoints, NoFailpoints};
use crate::document::NewDocument;
use crate::metrics::StoreMetrics;
use crate::store::{LARGEST, NoteKeeper, Provisioner};

/// How a file store is opened.
pub struct FileStoreOptions {
    /// The document; a link is followed.
    pub path: PathBuf,
    /// What a document looks like that this store creates.
    pub new: NewDocument,
    /// How many bytes the document may have after a change. One that is larger is read up to twice as many.
    pub largest: usize,
    /// How many changes may wait.
    pub queue_bound: usize,
    /// Who makes a key when a change needs one.
    pub provisioner: Option<Arc<dyn Provisioner>>,
    /// Who keeps what is to be remembered of changes.
    pub notes: Option<Arc<dyn NoteKeeper>>,
    /// Takes the measures of commits.
    pub metrics: StoreMetrics,
    /// Interventions between the store and the disk.
    pub failpoints: Arc<dyn Failpoints>,
}

impl FileStoreOptions {
    /// The options of production, for this document.
    pub fn new(path: impl Into<PathBuf>, new: NewDocument) -> Self {
        let (path, largest, failpoints) = (path.into(), LARGEST, Arc::new(NoFailpoints));
        let metrics = StoreMetrics::default();
        Self { path, new, largest, queue_bound: 1_024, provisioner: None, notes: None, metrics, failpoints }
    }
}
