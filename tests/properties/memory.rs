//! A store in memory: a document's text and nothing else. It decides and splices as the file store does and
//! refuses to know disks, locks and batches.

use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use mcp_settings::document::{Document, NewDocument};
use mcp_settings::store::{
    Change, Commit, Current, Decision, History, Names, Snapshot, Store, StoreError, Tombstones,
};
use tokio::sync::watch;

/// One document in memory.
pub(crate) struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Clone)]
struct State {
    document: Document,
    history: History,
    /// How many changes a disk would have had to take.
    writes: usize,
}

impl MemoryStore {
    pub(crate) fn of(text: &str) -> Self {
        let document = Document::read(text.as_bytes(), NewDocument::Own, None)
            .unwrap_or_else(|reason| panic!("the generated document is unreadable: {reason}\n{text}"));
        Self { state: Mutex::new(State { document, history: History::default(), writes: 0 }) }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.with(|state| state.document.render())).expect("a document is UTF-8")
    }

    /// Another store that goes on from here, in which nothing has been written yet.
    pub(crate) fn fork(&self) -> Self {
        Self { state: Mutex::new(self.with(|state| State { writes: 0, ..state.clone() })) }
    }

    /// How many changes were written, those that say nothing new among them.
    pub(crate) fn writes(&self) -> usize {
        self.with(|state| state.writes)
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn snapshot(document: &Document) -> Snapshot {
    Snapshot {
        layout: document.layout().clone(),
        servers: document.servers().map(|(key, server)| (key.clone(), Arc::clone(server))).collect(),
        outside: Arc::clone(document.outside()),
        tombstones: Tombstones::default(),
        place: None,
    }
}

impl Store for MemoryStore {
    fn peek(&self) -> Option<Result<Arc<Snapshot>, StoreError>> {
        None
    }

    fn read(&self) -> Result<Arc<Snapshot>, StoreError> {
        Ok(Arc::new(self.with(|state| snapshot(&state.document))))
    }

    fn examine(
        &self,
        names: &Names,
        look: &mut dyn FnMut(&Current<'_>) -> Decision,
    ) -> Result<(), StoreError> {
        let (snapshot, history) =
            self.with(|State { document, history, .. }| (snapshot(document), history.of(names)));
        look(&Current { snapshot: &snapshot, history: &history });
        Ok(())
    }

    fn commit(&self, change: Change) -> Commit {
        self.with(|State { document, history, writes }| {
            let before = snapshot(document);
            let decision = (change.decide)(&Current { snapshot: &before, history });
            *writes += usize::from(matches!(decision, Decision::Edit(_) | Decision::Rewrite { .. }));
            if let Decision::Edit(edits) | Decision::Rewrite { edits, .. } = decision {
                for edit in &edits {
                    document.apply(edit, change.author.as_ref());
                }
                let after = snapshot(document);
                for (key, old) in &before.servers {
                    if after.servers.get(key).is_none_or(|new| new.text != old.text) {
                        history.record(key, old);
                    }
                }
            }
        });
        Box::pin(ready(Ok(())))
    }

    fn changes(&self) -> watch::Receiver<Result<Arc<Snapshot>, StoreError>> {
        watch::channel(self.read()).1
    }

    fn close(&self, _deadline: Instant) {}
}
