//! From nothing to the first servers: by the form, by an import, as a copy; and out again for other clients.

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
fn a_block_with_one_bad_entry_is_imported_without_it() {
    Fixture::empty().play("import-block");
}

#[test]
fn every_sample_of_another_client_is_found_on_the_page_and_shows_no_secret() {
    Fixture::empty().play("import-samples");
}

#[test]
fn what_differs_is_replaced_or_merged_as_chosen_and_never_over_a_change_of_others() {
    Fixture::empty().play("import-choices");
}

#[test]
fn what_a_text_asks_for_is_entered_and_stored_with_its_server_only() {
    Fixture::empty().play("import-inputs");
}

#[test]
fn an_entry_is_edited_with_what_was_entered_and_left_out_once_it_is_saved() {
    Fixture::empty().play("import-edit");
}

#[test]
fn what_comes_of_an_import_is_said_wherever_the_reader_is() {
    Fixture::empty().play("import-ends");
}

#[test]
fn nothing_covers_the_fields_of_a_long_import() {
    Fixture::empty().play("import-many");
}

#[test]
fn a_file_is_read_by_its_name_and_an_error_in_it_is_shown_at_its_place() {
    Fixture::empty().play("import-file");
}

#[test]
fn servers_are_copied_and_saved_for_other_clients_without_their_secrets() {
    Fixture::empty().play("export");
}

#[test]
fn pasted_lines_become_rows_and_drafts() {
    Fixture::empty().play("paste-lines");
}

#[test]
fn a_copy_has_everything_and_its_secrets_are_not_seen() {
    Fixture::empty().play("duplicate");
}
