//! The list of servers: what it shows of each, and what is done from it.

use super::fixture::Fixture;

#[test]
fn no_name_and_no_target_is_cut_where_there_is_room() {
    Fixture::empty().play("columns");
}
