//! Deciding a batch: every change in its order on the state that the earlier ones left. It touches no
//! file; the one thing outside it that it may call is the provisioner of keys.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::version::{Spare, Version, WorkingCopy};
use crate::model::Edit;
use crate::store::{Change, Current, Decision, History, Names, Provisioner};

/// What a batch came to.
pub(super) struct Decided {
    pub(super) copy: WorkingCopy,
    /// For each change whether it panicked; then nothing of it is in the copy.
    pub(super) has_panicked: Vec<bool>,
}

/// Asks every change. One that panics is left out, and the others are asked again from the start.
pub(super) fn decide(
    start: &Arc<Version>,
    mut spare: Option<Spare>,
    history: &History,
    changes: &[&Change],
    provisioner: Option<&dyn Provisioner>,
) -> Decided {
    let mut has_panicked = vec![false; changes.len()];
    loop {
        let mut pass = Pass { copy: WorkingCopy::of(start, spare.take(), history), provisioner };
        let mut is_complete = true;
        for (change, has_panicked) in changes.iter().zip(&mut has_panicked) {
            if *has_panicked {
                continue;
            }
            // A panic while deciding has touched nothing, so this pass can go on to find the others that
            // panic: two passes do, however many there are.
            let Ok(edits) = catch_unwind(AssertUnwindSafe(|| pass.ask(change))) else {
                (*has_panicked, is_complete) = (true, false);
                continue;
            };
            if catch_unwind(AssertUnwindSafe(|| pass.apply(change, &edits))).is_err() {
                (*has_panicked, is_complete) = (true, false);
                break;
            }
        }
        if is_complete {
            return Decided { copy: pass.copy, has_panicked };
        }
    }
}

struct Pass<'a> {
    copy: WorkingCopy,
    provisioner: Option<&'a dyn Provisioner>,
}

impl Pass<'_> {
    fn ask(&mut self, change: &Change) -> Vec<Edit> {
        let current = Current { snapshot: &self.copy.snapshot, history: &self.copy.history };
        let mut decision = (change.decide)(&current);
        if matches!(decision, Decision::NeedKey) {
            if let Some(provisioner) = self.provisioner {
                provisioner.provision(&self.copy.snapshot);
            }
            decision = (change.decide)(&current);
        }
        match decision {
            Decision::Edit(edits) => edits,
            Decision::Rewrite => {
                self.copy.must_write = true;
                Vec::new()
            }
            Decision::Keep | Decision::Reject | Decision::NeedKey => Vec::new(),
        }
    }

    fn apply(&mut self, change: &Change, edits: &[Edit]) {
        for edit in edits {
            debug_assert!(change.names.cover(edit), "an edit of a server that the change has not named");
            self.copy.apply(edit, change.author.as_ref());
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
            Edit::Outside { .. } | Edit::Reseal { .. } => false,
        }
    }
}
