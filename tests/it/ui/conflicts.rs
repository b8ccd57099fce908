//! Several edit one server at once, and nothing is lost unseen.

use super::fixture::Fixture;

#[test]
fn changes_of_two_people_and_a_script_are_merged() {
    Fixture::empty().play("conflict-merged");
}

#[test]
fn of_overlapping_changes_each_is_chosen() {
    Fixture::empty().play("conflict-chosen");
}

#[test]
fn overwriting_is_an_explained_step() {
    Fixture::empty().play("conflict-overwritten");
}

#[test]
fn an_editor_follows_a_removal_elsewhere() {
    Fixture::empty().play("removed-elsewhere");
}
