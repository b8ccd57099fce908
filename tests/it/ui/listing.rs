//! The list of servers: what it shows of each, and what is done from it.

use super::fixture::Fixture;

#[test]
fn no_name_and_no_target_is_cut_where_there_is_room() {
    Fixture::empty().play("columns");
}

#[test]
fn the_bar_says_who_the_reader_is_to_the_service() {
    Fixture::empty().play("account");
}
