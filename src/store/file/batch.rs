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
    /// For each change whether it is in the copy.
    pub(super) verdicts: Vec<Verdict>,
}

/// Whether a change is in the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// What it wants is.
    Taken,
    /// It panicked; nothing of it is.
    Panicked,
    /// It would have made the document too large; nothing of it is.
    TooLarge,
}

/// What a change wants.
#[derive(Default)]
struct Wish {
    edits: Vec<Edit>,
    must_write: bool,
    is_too_large: bool,
}

/// Asks every change. One that panics is left out, and the others are asked again from the start.
pub(super) fn decide(
    start: &Arc<Version>,
    mut spare: Option<Spare>,
    history: &History,
    changes: &[&Change],
    provisioner: Option<&dyn Provisioner>,
    largest: usize,
) -> Decided {
    let mut verdicts = vec![Verdict::Taken; changes.len()];
    loop {
        let mut pass = Pass { copy: WorkingCopy::of(start, spare.take(), history), provisioner, largest };
        let mut is_complete = true;
        for (change, verdict) in changes.iter().zip(&mut verdicts) {
            if *verdict == Verdict::Panicked {
                continue;
            }
            // A panic while deciding has touched nothing, so this pass can go on to find the others that
            // panic: two passes do, however many there are.
            let Ok(wish) = catch_unwind(AssertUnwindSafe(|| pass.ask(change))) else {
                (*verdict, is_complete) = (Verdict::Panicked, false);
                continue;
            };
            *verdict = if wish.is_too_large { Verdict::TooLarge } else { Verdict::Taken };
            if wish.is_too_large {
                continue;
            }
            if catch_unwind(AssertUnwindSafe(|| pass.apply(change, &wish))).is_err() {
                (*verdict, is_complete) = (Verdict::Panicked, false);
                break;
            }
        }
        if is_complete {
            return Decided { copy: pass.copy, verdicts };
        }
    }
}

struct Pass<'a> {
    copy: WorkingCopy,
    provisioner: Option<&'a dyn Provisioner>,
    largest: usize,
}

impl Pass<'_> {
    fn ask(&mut self, change: &Change) -> Wish {
        let current = Current { snapshot: &self.copy.snapshot, history: &self.copy.history };
        let mut decision = (change.decide)(&current);
        if matches!(decision, Decision::NeedKey) {
            if let Some(provisioner) = self.provisioner {
                provisioner.provision(&self.copy.snapshot);
            }
            decision = (change.decide)(&current);
        }
        let is_too_large = self.copy.would_exceed(decision.judged(), self.largest);
        match decision {
            Decision::Edit(edits) => Wish { edits, must_write: false, is_too_large },
            Decision::Rewrite { edits, .. } => Wish { edits, must_write: true, is_too_large },
            Decision::Keep | Decision::Reject | Decision::NeedKey => Wish::default(),
        }
    }

    fn apply(&mut self, change: &Change, wish: &Wish) {
        self.copy.must_write |= wish.must_write;
        for edit in &wish.edits {
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
