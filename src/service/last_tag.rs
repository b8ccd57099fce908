//! The tag of the state that was judged last. Of many writers to one server all but one fail; told by its
//! identity, a state is opened and digested for the first of them only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{Dialect, Layout, Sealing, SettingsKey, StoredServer};
use crate::projection::EntityTag;
use crate::secrets::KeyRing;

/// One remembered tag.
#[derive(Default)]
pub(super) struct LastTag(Mutex<Option<Known>>);

/// Everything that a tag depends on, and the tag.
struct Known {
    key: SettingsKey,
    server: Arc<StoredServer>,
    ring: Arc<KeyRing>,
    reading: (Dialect, Sealing),
    tag: EntityTag,
}

impl LastTag {
    /// The tag of this state, if it is the remembered one; else it is worked out and remembered.
    pub(super) fn of(
        &self,
        key: &SettingsKey,
        server: &Arc<StoredServer>,
        ring: &Arc<KeyRing>,
        layout: &Layout,
        work_out: impl FnOnce() -> EntityTag,
    ) -> EntityTag {
        let reading = (layout.dialect, layout.sealing);
        let is_of = |known: &&Known| {
            Arc::ptr_eq(&known.server, server)
                && Arc::ptr_eq(&known.ring, ring)
                && known.reading == reading
                && known.key == *key
        };
        if let Some(known) = self.known().as_ref().filter(is_of) {
            return known.tag.clone();
        }
        let tag = work_out();
        let (key, server, ring) = (key.clone(), Arc::clone(server), Arc::clone(ring));
        *self.known() = Some(Known { key, server, ring, reading, tag: tag.clone() });
        tag
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        let (last, count) = (LastTag::default(), Cell::new(0));
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
            let tag = last.of(key, server, ring, layout, work_out);
            assert_eq!(count.get(), expected);
            assert_eq!(tag, server_tag(ring.etag_key(), key, "{}"));
        }
    }
}
