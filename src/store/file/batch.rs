//! Deciding a batch: every change in its order on the state that the earlier ones left. It touches no
//! file; the one thing outside it that it may call is the provisioner of keys.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::version::{Draft, Version};
use crate::model::Edit;
use crate::store::{Change, Current, Decision, History, Names, Provisioner};

/// What a batch came to.
pub(super) struct Decided {
    pub(super) draft: Draft,
    /// For each change whether it panicked; then nothing of it is in the draft.
    pub(super) has_panicked: Vec<bool>,
}

/// Asks every change. One that panics is left out, and the others are asked again from the start.
pub(super) fn decide(
    start: &Version,
    history: &History,
    changes: &[&Change],
    provisioner: Option<&dyn Provisioner>,
) -> Decided {
    let mut has_panicked = vec![false; changes.len()];
    loop {
        let mut pass = Pass { draft: Draft::of(start, history), provisioner };
        let panics_before = has_panicked.iter().filter(|panicked| **panicked).count();
        for (change, has_panicked) in changes.iter().zip(&mut has_panicked) {
            if *has_panicked {
                continue;
            }
            // A panic while deciding has touched nothing, so this pass can go on to find the others that
            // panic: two passes do, however many there are.
            let Ok(edits) = catch_unwind(AssertUnwindSafe(|| pass.ask(change))) else {
                *has_panicked = true;
                continue;
            };
            if catch_unwind(AssertUnwindSafe(|| pass.apply(change, &edits))).is_err() {
                *has_panicked = true;
                break;
            }
        }
        if has_panicked.iter().filter(|panicked| **panicked).count() == panics_before {
            return Decided { draft: pass.draft, has_panicked };
        }
    }
}

struct Pass<'a> {
    draft: Draft,
    provisioner: Option<&'a dyn Provisioner>,
}

impl Pass<'_> {
    fn ask(&self, change: &Change) -> Vec<Edit> {
        let current = Current { snapshot: &self.draft.snapshot, history: &self.draft.history };
        let mut decision = (change.decide)(&current);
        if matches!(decision, Decision::NeedKey) {
            if let Some(provisioner) = self.provisioner {
                provisioner.provision(&self.draft.snapshot);
            }
            decision = (change.decide)(&current);
        }
        match decision {
            Decision::Edit(edits) => edits,
            Decision::Keep | Decision::Reject | Decision::NeedKey => Vec::new(),
        }
    }

    fn apply(&mut self, change: &Change, edits: &[Edit]) {
        for edit in edits {
            debug_assert!(change.names.cover(edit), "an edit of a server that the change has not named");
            self.draft.apply(edit, change.author.as_ref());
        }
    }
}

impl Names {
    /// Whether these are all the names that the edit touches.
    fn cover(&self, edit: &Edit) -> bool {
        let Self::These(names) = self else { return true };
        match edit {
            Edit::Put { key, .. } | Edit::Remove { key } => names.contains(key),
            Edit::Rename { from, to } => names.contains(from) && names.contains(to),
            Edit::Reseal { .. } => false,
        }
    }
}
