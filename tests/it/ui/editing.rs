//! One person changes servers: form, raw text, names, removal, places.

use super::fixture::Fixture;

#[test]
fn the_form_and_the_raw_text_edit_one_draft() {
    Fixture::empty().play("edit");
}

#[test]
fn a_renamed_server_keeps_its_secrets() {
    Fixture::empty().play("rename");
}

#[test]
fn a_removal_can_be_undone_until_it_is_done() {
    Fixture::empty().play("remove");
}

#[test]
fn a_removal_is_sent_when_the_page_is_left() {
    Fixture::empty().play("remove-leaving");
}

#[test]
fn nothing_moves_under_the_pointer() {
    Fixture::empty().play("rows-stay");
}

#[test]
fn the_list_is_searched_filtered_and_sorted() {
    Fixture::empty().play("finding");
}

#[test]
fn what_takes_long_is_said_and_done_once() {
    Fixture::empty().play("slow");
}

#[test]
fn a_key_that_may_only_read_loses_no_draft() {
    Fixture::empty().play("reader");
}

#[test]
fn every_place_has_an_address_and_no_way_loses_a_draft() {
    Fixture::empty().play("places");
}

#[test]
fn what_is_typed_while_the_service_answers_is_kept() {
    Fixture::empty().play("typed-meanwhile");
}

#[test]
fn what_a_form_holds_and_json_cannot_is_a_draft() {
    Fixture::empty().play("half-typed");
}

#[test]
fn a_waiting_draft_gives_its_name_to_no_other() {
    Fixture::empty().play("waiting-drafts");
}

#[test]
fn who_leaves_early_finds_nothing_old_and_nothing_lost() {
    Fixture::empty().play("leaving-early");
}

#[test]
fn long_names_and_values_push_nothing_aside() {
    Fixture::empty().play("long-values");
}
