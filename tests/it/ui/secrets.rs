//! The page never shows a secret unasked, and never loses one.

use super::fixture::Fixture;

#[test]
fn a_stored_secret_is_kept_replaced_and_removed_unseen() {
    Fixture::empty().play("secrets");
}

#[test]
fn a_secret_is_revealed_alone_and_audited() {
    Fixture::empty().play("reveal");
}

#[test]
fn a_kept_secret_does_not_follow_to_another_destination() {
    Fixture::empty().play("destination");
}

#[test]
fn a_canary_is_never_let_out_by_the_page() {
    Fixture::empty().play("canary");
}

#[test]
fn a_revealed_secret_is_gone_with_the_session_and_with_the_secret() {
    Fixture::empty().play("revealed-until");
}

#[test]
fn nothing_that_was_typed_is_left_for_another_key_or_after_signing_out() {
    Fixture::empty().play("sign-out");
}

#[test]
fn what_looks_like_a_secret_is_hidden_in_the_list_and_warned_of_elsewhere() {
    Fixture::empty().play("findings");
}

#[test]
fn a_mask_is_never_treated_as_a_secret() {
    Fixture::empty().play("masks");
}
