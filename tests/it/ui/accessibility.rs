//! Everybody can use it: what axe-core finds, the keyboard alone, zoom and phones.

use super::fixture::Fixture;

#[test]
fn axe_finds_nothing_on_any_screen_in_light() {
    Fixture::empty().tell("scheme", "light").play("axe-screens");
}

#[test]
fn axe_finds_nothing_on_any_screen_in_dark() {
    Fixture::empty().tell("scheme", "dark").play("axe-screens");
}

#[test]
fn axe_finds_nothing_in_any_failure_in_light() {
    Fixture::empty().tell("scheme", "light").play("axe-states");
}

#[test]
fn axe_finds_nothing_in_any_failure_in_dark() {
    Fixture::empty().tell("scheme", "dark").play("axe-states");
}

#[test]
fn adding_editing_and_a_conflict_need_no_mouse() {
    Fixture::empty().play("keyboard");
}

#[test]
fn every_dialog_begins_well_and_gives_the_focus_back() {
    Fixture::empty().play("focus-dialogs");
}

#[test]
fn the_focus_never_falls_to_the_body() {
    Fixture::empty().play("focus-kept");
}

#[test]
fn what_is_chosen_is_seen_in_forced_colours() {
    Fixture::empty().play("forced-colors");
}

#[test]
fn on_a_phone_saving_is_at_hand_and_nothing_is_small() {
    Fixture::empty().play("phone");
}

#[test]
fn nothing_is_cut_off_at_200_percent_or_on_a_phone() {
    Fixture::empty().play("narrow");
}
