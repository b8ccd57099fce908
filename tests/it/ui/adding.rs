//! From nothing to the first servers: by the form, by pasting, as a copy.

use super::fixture::Fixture;

#[test]
fn the_printed_link_signs_in_and_leaves_no_code_behind() {
    Fixture::empty().play("first-run");
}

#[test]
fn a_local_server_is_added_by_the_form() {
    Fixture::empty().play("add-local");
}

#[test]
fn a_remote_server_is_added_with_every_kind_of_authentication() {
    Fixture::empty().play("add-remote");
}

#[test]
fn a_pasted_block_with_one_bad_entry_gives_the_good_ones() {
    Fixture::empty().play("paste-block");
}

#[test]
fn pasted_lines_become_rows_and_drafts() {
    Fixture::empty().play("paste-lines");
}

#[test]
fn a_copy_has_everything_and_its_secrets_are_not_seen() {
    Fixture::empty().play("duplicate");
}
