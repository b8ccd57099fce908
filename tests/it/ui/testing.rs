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
