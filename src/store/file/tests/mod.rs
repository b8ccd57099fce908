//! The file store against real files, real locks and a disk that fails on demand.

mod batches;
mod bench;
mod crashes;
mod durability;
mod failures;
pub(crate) mod folder_model;
mod locks;
mod overtaken;
mod read_only;
mod reads;
mod sizes;

use std::sync::Arc;

use self::bench::Bench;
use crate::store::conformance::{self, Opener};
use crate::store::file::{FileStore, FileStoreOptions};

#[test]
fn a_file_store_is_a_store() {
    conformance::holds(|| -> Opener<FileStore> {
        let bench = Arc::new(Bench::new());
        Box::new(move || bench.open())
    });
}

#[test]
fn a_file_store_keeps_notes_with_their_changes() {
    let benches = [Bench::new(), Bench::new()];
    let mut places = benches.iter();
    conformance::keeps_notes(|notes| {
        let bench = places.next().unwrap();
        FileStore::open(FileStoreOptions { notes: Some(notes), ..bench.options() }).unwrap()
    });
}
