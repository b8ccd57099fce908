//! Servers are tested from the page, before and after they are stored, and their tools are looked at and called.

use serde_json::json;

use super::fixture::Fixture;
use crate::running::OPERATOR;
use crate::server::{ADMIN, READER, REVEALER, WRITER};

/// Somebody who may run servers is among the callers.
fn stage() -> Fixture {
    let keys = json!([
        {"name": "anna", "key": OPERATOR, "scopes": ["admin", "run"]},
        {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
        {"name": "writer", "key": WRITER, "scopes": ["write"]},
        {"name": "revealer", "key": REVEALER, "scopes": ["write", "reveal"]},
        {"name": "reader", "key": READER, "scopes": ["read"]},
    ]);
    Fixture::empty().env("MCP_SETTINGS_API_KEYS", &keys.to_string())
}

#[test]
fn a_draft_that_fails_says_at_which_stage_and_one_that_works_shows_its_tools() {
    stage().play("test-draft");
}

#[test]
fn saving_tests_and_what_fails_stays_saved() {
    stage().play("test-saved");
}

#[test]
fn who_may_not_run_a_server_sees_no_test_of_it() {
    stage().play("test-scopes");
}

#[test]
fn tools_are_searched_called_and_taken_away() {
    stage().play("tools");
}

#[test]
fn tools_that_have_changed_are_held_back_and_accepted_as_they_are_shown() {
    stage().play("tools-drift");
}

#[test]
fn who_may_not_call_or_choose_tools_sees_no_control_for_it() {
    stage().play("tools-scopes");
}

#[test]
fn resources_and_prompts_are_searched_and_looked_at_where_a_server_has_them() {
    stage().play("offers");
}

#[test]
fn a_secret_that_a_server_echoes_never_reaches_the_page() {
    stage().play("tools-canary");
}

#[test]
fn axe_finds_nothing_in_tests_and_tools_in_light() {
    stage().tell("scheme", "light").play("tools-axe");
}

#[test]
fn axe_finds_nothing_in_tests_and_tools_in_dark() {
    stage().tell("scheme", "dark").play("tools-axe");
}
