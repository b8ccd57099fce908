//! Deciding a batch: every change in its order on the state that the earlier ones left. It touches no
//! disk; what it may call outside is the provisioner of keys, and who notes what must be known before a change is made.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::size::exceeds;
use super::version::{Spare, Version, WorkingCopy};
use super::{
    Answer, Batch, Change, Committed, Current, Decision, Facts, Head, History, Note, NoteKeeper, Provisioner,
    Snapshot, StoreError,
};
use crate::document::Document;
use crate::model::Edit;

/// What a batch came to.
pub(super) struct Decided {
    pub(super) copy: WorkingCopy,
    /// For each change what has become of it.
    pub(super) verdicts: Verdicts,
    /// What is to be remembered of those that are in the copy.
    pub(super) notes: Vec<Note>,
    /// How many changes are to be written, whether they change anything or not.
    pub(super) writes: usize,
}

/// For each change of a batch what has become of it.
pub(super) struct Verdicts(Vec<Verdict>);

enum Verdict {
    /// What it wants is in the copy.
    Taken(Answer),
    /// It was refused; nothing of it is in the copy.
    Refused(StoreError),
    /// It has a defect, or could not be noted; nothing of it is in the copy.
    LeftOut(StoreError),
}

impl Verdicts {
    /// What each change is answered when this has become of the whole batch.
    pub(super) fn answers(
        self,
        outcome: &Result<(Arc<Snapshot>, Head), StoreError>,
    ) -> Vec<Result<Committed, StoreError>> {
        let answer = |verdict| match (verdict, outcome) {
            (Verdict::Taken(answer), Ok((snapshot, head))) => {
                Ok(Committed { snapshot: Arc::clone(snapshot), head: *head, answer })
            }
            (Verdict::LeftOut(error), _) => Err(error),
            (Verdict::Refused(error), Ok(_)) => Err(error),
            // A refusal was decided on a state of this batch, and so is only as durable as that.
            (Verdict::Taken(_) | Verdict::Refused(_), Err(error)) => Err(error.clone()),
        };
        self.0.into_iter().map(answer).collect()
    }
}

/// Who is asked while a batch is decided.
#[derive(Clone, Copy, Default)]
pub(super) struct Askable<'a> {
    pub(super) provisioner: Option<&'a dyn Provisioner>,
    pub(super) notes: Option<&'a dyn NoteKeeper>,
}

/// Asks every change. One that panics is left out, and so are those of which what must be known before can't be noted;
/// the others are asked again from the start.
pub(super) fn decide(
    start: &Arc<Version>,
    mut spare: Option<Spare>,
    history: &History,
    changes: &[&Change],
    askable: Askable<'_>,
    largest: usize,
) -> Decided {
    let batch = Batch::default();
    let mut left_out: Vec<Option<StoreError>> = vec![None; changes.len()];
    loop {
        let copy = WorkingCopy::of(start, spare.take(), history);
        let mut pass = Pass {
            copy,
            batch: &batch,
            provisioner: askable.provisioner,
            largest,
            notes: Vec::new(),
            writes: 0,
            is_broken: false,
        };
        let mut verdicts = Vec::with_capacity(changes.len());
        let mut is_complete = true;
        let mut noted = vec![false; changes.len()];
        for ((change, left_out), is_noted) in changes.iter().zip(&mut left_out).zip(&mut noted) {
            if let Some(error) = left_out {
                verdicts.push(Verdict::LeftOut(error.clone()));
                continue;
            }
            let known = pass.notes.len();
            match catch_unwind(AssertUnwindSafe(|| pass.take(change))) {
                Ok(verdict) => verdicts.push(verdict),
                Err(_) => {
                    *left_out = Some(StoreError::panicked());
                    is_complete = false;
                }
            }
            if pass.is_broken {
                break;
            }
            *is_noted = pass.notes.iter().skip(known).any(|note| matches!(note, Note::Origin(_)));
        }
        let prepare = || askable.notes.map_or(Ok(()), |keeper| keeper.prepare(&pass.notes));
        if is_complete
            && noted.contains(&true)
            && let Err(reason) = prepare()
        {
            let refused = left_out.iter_mut().zip(&noted).filter(|(_, is_noted)| **is_noted);
            refused.for_each(|(left_out, _)| *left_out = Some(StoreError::not_noted(reason)));
            is_complete = false;
        }
        if is_complete {
            let Pass { copy, notes, writes, .. } = pass;
            return Decided { copy, verdicts: Verdicts(verdicts), notes, writes };
        }
    }
}

struct Pass<'a> {
    copy: WorkingCopy,
    batch: &'a Batch,
    provisioner: Option<&'a dyn Provisioner>,
    largest: usize,
    notes: Vec<Note>,
    writes: usize,
    /// Whether an edit is under way, or panicked. A panic while deciding has touched nothing, so that the pass can
    /// go on to find the others that panic: two passes do, however many there are.
    is_broken: bool,
}

impl Pass<'_> {
    fn take(&mut self, change: &Change) -> Verdict {
        let history = || self.copy.history.clone();
        let decision = change.ask(&self.copy.snapshot, history, self.batch, self.provisioner);
        let decision = match decision {
            Ok(decision) => decision,
            Err(error) => return Verdict::Refused(error),
        };
        if self.copy.would_exceed(decision.edits().1, self.largest) {
            return Verdict::Refused(StoreError::too_large(self.largest));
        }
        match decision {
            Decision::Edit { edits, notes, answer } => self.apply(change, &edits, notes, answer),
            Decision::Rewrite { edits, notes, answer, .. } => {
                self.copy.must_write = true;
                self.apply(change, &edits, notes, answer)
            }
            Decision::Keep(answer) | Decision::NeedKey(answer) => Verdict::Taken(answer),
            Decision::NeedPast => Verdict::Refused(StoreError::not_decided()),
        }
    }

    fn apply(&mut self, change: &Change, edits: &[Edit], notes: Vec<Note>, answer: Answer) -> Verdict {
        self.is_broken = true;
        edits.iter().for_each(|edit| self.copy.apply(edit, change.author.as_ref()));
        self.is_broken = false;
        self.writes += 1;
        self.notes.extend(notes);
        Verdict::Taken(answer)
    }
}

impl Change {
    /// What the change would be answered on this state; nothing is made of it.
    pub(super) fn examine(
        &self,
        (snapshot, head): (Arc<Snapshot>, Head),
        document: &Document,
        history: impl Fn() -> History,
        largest: usize,
    ) -> Result<Committed, StoreError> {
        let decision = self.ask(&snapshot, history, &Batch::default(), None)?;
        if exceeds(document, decision.edits().1, largest) {
            return Err(StoreError::too_large(largest));
        }
        Ok(Committed { snapshot, head, answer: decision.into_answer() })
    }

    /// Has the change decide on this state; again, once each, with a key where it needs one and with the states before.
    ///
    /// # Errors
    ///
    /// Where it wants to edit what it has not named, or asks for the earlier states for ever.
    fn ask(
        &self,
        snapshot: &Snapshot,
        history: impl Fn() -> History,
        batch: &Batch,
        provisioner: Option<&dyn Provisioner>,
    ) -> Result<Decision, StoreError> {
        let (mut past, mut is_key_provided) = (None, false);
        loop {
            let decision = (self.decide)(&Current::new(snapshot, past.as_ref(), batch));
            match decision {
                Decision::NeedKey(_) if !is_key_provided => {
                    if let Some(provisioner) = provisioner {
                        provisioner.provision(&Facts::of(snapshot, batch));
                    }
                    batch.forget();
                    is_key_provided = true;
                }
                Decision::NeedPast if past.is_none() => past = Some(history()),
                Decision::NeedPast => return Err(StoreError::not_decided()),
                decision => {
                    let (edits, judged) = decision.edits();
                    let is_named = edits.iter().chain(judged).all(|edit| self.names.allow(edit));
                    return if is_named { Ok(decision) } else { Err(StoreError::not_named()) };
                }
            }
        }
    }
}
