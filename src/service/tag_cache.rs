//! The state that was judged last. Of many writers to one server all but one fail, and all on one state: it
//! is opened and digested for the first of them only, and what they are held against is theirs together.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::model::{Layout, SettingsKey, StoredServer};
use crate::projection::EntityTag;
use crate::secrets::KeyRing;
use crate::store::Current;

/// One remembered state.
#[derive(Default)]
pub(super) struct TagCache(Mutex<Option<Arc<CachedState>>>);

/// A state of a server, with all that its tag depends on. It holds no plaintext.
pub(super) struct CachedState {
    pub(super) key: SettingsKey,
    pub(super) server: Arc<StoredServer>,
    pub(super) ring: Arc<KeyRing>,
    pub(super) layout: Layout,
    pub(super) tag: EntityTag,
    past: OnceLock<Box<[Arc<StoredServer>]>>,
}

impl TagCache {
    /// This state, if it is the remembered one; else its tag is worked out and it is remembered.
    pub(super) fn of(
        &self,
        key: &SettingsKey,
        server: &Arc<StoredServer>,
        ring: &Arc<KeyRing>,
        layout: &Layout,
        work_out: impl FnOnce() -> EntityTag,
    ) -> Arc<CachedState> {
        let is_of = |known: &&Arc<CachedState>| {
            Arc::ptr_eq(&known.server, server)
                && Arc::ptr_eq(&known.ring, ring)
                && known.layout == *layout
                && known.key == *key
        };
        if let Some(known) = self.known().as_ref().filter(is_of) {
            return Arc::clone(known);
        }
        let judged = Arc::new(CachedState {
            key: key.clone(),
            server: Arc::clone(server),
            ring: Arc::clone(ring),
            layout: layout.clone(),
            tag: work_out(),
            past: OnceLock::new(),
        });
        *self.known() = Some(Arc::clone(&judged));
        judged
    }

    fn known(&self) -> MutexGuard<'_, Option<Arc<CachedState>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedState {
    /// Takes the states before this one along, if they are there. Whether they are now.
    pub(super) fn take_past(&self, current: &Current<'_>) -> bool {
        if self.past.get().is_none()
            && let Some(past) = current.past(&self.key)
        {
            self.past.get_or_init(|| past);
        }
        self.past.get().is_some()
    }

    /// The states before this one, newest first, as far as they were taken along.
    pub(super) fn past(&self) -> &[Arc<StoredServer>] {
        self.past.get().map_or(&[], |past| past)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::document::{Document, NewDocument};
    use crate::json::Object;
    use crate::projection::server_tag;
    use crate::secrets::{EtagKey, SecretKey};

    #[test]
    fn a_tag_is_worked_out_again_as_soon_as_anything_that_it_depends_on_is_another() {
        let server = || Arc::new(StoredServer { text: "{}".into(), config: Ok(Object::new()), author: None });
        let ring = || {
            let keys = [SecretKey::new("a secret").unwrap()];
            Arc::new(KeyRing::new(&keys, None, &EtagKey::random()))
        };
        let (one, other) = (SettingsKey::new("one"), SettingsKey::new("other"));
        let layout = |new| Document::absent(new).layout().clone();
        let (own, openhands) = (layout(NewDocument::Own), layout(NewDocument::OpenHands));
        let (server, another, ring, new_ring) = (server(), server(), ring(), ring());
        let (last, count) = (TagCache::default(), Cell::new(0));
        for (key, server, ring, layout, expected) in [
            (&one, &server, &ring, &own, 1),
            (&one, &server, &ring, &own, 1),
            (&other, &server, &ring, &own, 2),
            (&other, &another, &ring, &own, 3),
            (&other, &another, &new_ring, &own, 4),
            (&other, &another, &new_ring, &openhands, 5),
            (&other, &another, &new_ring, &openhands, 5),
            (&one, &server, &ring, &own, 6),
        ] {
            let work_out = || {
                count.set(count.get() + 1);
                server_tag(ring.etag_key(), key, "{}")
            };
            let tag = &last.of(key, server, ring, layout, work_out).tag;
            assert_eq!(count.get(), expected);
            assert_eq!(*tag, server_tag(ring.etag_key(), key, "{}"));
        }
    }
}
