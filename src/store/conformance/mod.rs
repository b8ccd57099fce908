//! What every [`Store`] must do, as claims that are run over it. Compiled always and public, because the
//! stores that come later live in other rooms and crates, and their tests need the same claims. It knows
//! the trait only: nothing here is about files.

mod actions;
mod changes;
mod states;

use std::sync::Arc;
use std::thread;

use super::{NoteKeeper, Store};

/// Opens one more store on one and the same place, as another process would.
pub type Opener<S> = Box<dyn Fn() -> S + Send + Sync>;

/// A claim, its name and what checks it.
pub type Claim<S> = (&'static str, fn(&Opener<S>));

/// Checks all claims, each on a new and empty place.
///
/// # Panics
///
/// Where a claim does not hold; its name is printed by the thread that panics.
pub fn holds<S: Store>(new_place: impl Fn() -> Opener<S>) {
    for (name, check) in claims::<S>() {
        let place = new_place();
        let outcome = thread::scope(|scope| {
            let thread = thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, || check(&place));
            thread.map(|thread| thread.join())
        });
        assert!(matches!(outcome, Ok(Ok(()))), "the store does not hold that {name}");
    }
}

/// All claims.
pub fn claims<S: Store>() -> Vec<Claim<S>> {
    vec![
        ("a new place is empty", states::a_new_place_is_empty),
        ("a put is read back by every store on the place", states::a_put_is_read_back),
        ("the edits of one change are made together", states::edits_are_made_together),
        ("the edits of one change are never seen apart", states::edits_are_never_seen_apart),
        ("a change that keeps the state changes nothing", states::nothing_is_changed),
        ("changes run in the order in which they came", changes::changes_run_in_order),
        ("no two decisions are made on one state", changes::decisions_are_exclusive),
        ("of many guarded writers exactly one wins", changes::one_guarded_writer_wins),
        ("a change that panics fails alone", changes::a_panic_is_its_own),
        ("a change past its deadline is never run", changes::a_late_change_is_not_run),
        ("a change that needs a key is asked twice and no more", changes::a_missing_key_is_asked_for_once),
        ("a change that needs the past is given it, and asked once more", changes::the_past_is_given_once),
        ("an edit of what the change has not named is refused", changes::what_is_not_named_is_refused),
        ("a commit returns the state that it made, and the answer", changes::a_commit_returns_its_state),
        ("nothing blocks the runtime that calls it", changes::the_runtime_is_not_blocked),
        ("what was committed is published", states::commits_are_published),
        ("a snapshot never changes", states::snapshots_are_immutable),
        ("replaced states are remembered, newest first", states::replaced_states_are_remembered),
        ("a look shows the newest state and its past, and changes nothing", states::looking_changes_nothing),
        ("the author of a state is kept with it", states::authors_are_kept),
        ("a tombstone says who took a name away, and which name its server has", states::tombstones_are_kept),
        ("what is outside the servers is set beside them", states::outside_is_set_beside_servers),
        ("a change of a section is seen by every store on the place", states::a_section_is_seen_by_all),
        ("a closed store takes no changes", changes::a_closed_store_takes_nothing),
    ]
}

/// Checks, on new and empty places, that the notes of changes are kept exactly if the changes are made, and that a change
/// is not made of which what must be known before can't be noted.
///
/// # Panics
///
/// Where that is not so.
pub fn keeps_notes<S: Store>(mut open: impl FnMut(Arc<dyn NoteKeeper>) -> S) {
    changes::notes_are_kept_with_their_changes(&mut open);
    changes::what_must_be_known_before_is_noted_or_refused(&mut open);
}
