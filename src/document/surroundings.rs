//! The text of a document around its servers: two pieces, and what they say. Shared by all versions that differ in
//! servers only.

use std::sync::Arc;

use crate::model::Outside;

/// Everything of a document but the members of its server map. Cheap to clone.
#[derive(Clone)]
pub(super) struct Surroundings {
    /// The text up to the map's `{`, that included; the whole text where there is no map.
    head: Arc<str>,
    /// The text from the map's `}` on.
    tail: Arc<str>,
    outside: Arc<Outside>,
}

impl Surroundings {
    /// Takes the two pieces. Where they are those of `previous`, they are shared with it.
    pub(super) fn new(head: &str, tail: &str, previous: Option<&Self>) -> Self {
        match previous {
            Some(same) if *same.head == *head && *same.tail == *tail => same.clone(),
            _ => {
                let outside = Arc::new(Outside::read(&[head, tail].concat()));
                Self { head: head.into(), tail: tail.into(), outside }
            }
        }
    }

    pub(super) fn head(&self) -> &str {
        &self.head
    }

    pub(super) fn tail(&self) -> &str {
        &self.tail
    }

    /// The whole text, the map of servers empty.
    pub(super) fn text(&self) -> String {
        [self.head(), self.tail()].concat()
    }

    pub(super) fn outside(&self) -> &Arc<Outside> {
        &self.outside
    }
}
