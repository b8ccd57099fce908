//! From nothing to the first servers.

use super::stage::Stage;

#[test]
fn the_printed_link_signs_in_and_leaves_no_code_behind() {
    Stage::empty().play("first-run");
}

#[test]
fn a_local_server_is_added_by_the_form() {
    Stage::empty().play("add-local");
}

#[test]
fn a_remote_server_is_added_with_every_kind_of_authentication() {
    Stage::empty().play("add-remote");
}
