//! How servers run, as the page shows it: in the list and on the views of one server.

use std::sync::Arc;

use serde_json::json;

use super::fixture::Fixture;
use crate::running::{OPERATOR, STARTING, builder, is_runner, start, within};
use crate::server::{ADMIN, READER, REVEALER, WRITER};
use crate::site::Site;

/// Somebody who may run servers is among the callers.
fn stage() -> Fixture {
    with_keys(Fixture::empty())
}

fn with_keys(stage: Fixture) -> Fixture {
    let keys = json!([
        {"name": "anna", "key": OPERATOR, "scopes": ["admin", "run"]},
        {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
        {"name": "writer", "key": WRITER, "scopes": ["write"]},
        {"name": "revealer", "key": REVEALER, "scopes": ["write", "reveal"]},
        {"name": "reader", "key": READER, "scopes": ["read"]},
    ]);
    stage.env("MCP_SETTINGS_API_KEYS", &keys.to_string())
}

#[test]
fn a_server_dies_and_comes_back_and_is_tried_again_at_once() {
    stage().play("running");
}

#[test]
fn the_menu_of_a_row_checks_starts_again_and_copies() {
    stage().play("row-menu");
}

#[test]
fn what_somebody_else_changed_is_seen_and_exactly_that_is_approved() {
    stage().play("approval");
}

#[test]
fn what_is_not_seen_of_a_launch_has_a_mark_before_it_is_approved() {
    stage().play("approval-exact");
}

#[test]
fn what_a_server_writes_is_followed_and_its_history_has_its_launches() {
    stage().play("log");
}

#[test]
fn who_may_only_read_has_nothing_to_press() {
    stage().play("running-reader");
}

#[test]
fn axe_finds_nothing_on_the_views_of_a_server_in_light() {
    stage().tell("scheme", "light").play("running-axe");
}

#[test]
fn axe_finds_nothing_on_the_views_of_a_server_in_dark() {
    stage().tell("scheme", "dark").play("running-axe");
}

#[test]
fn a_page_of_a_service_that_runs_no_servers_says_so_once() {
    let site = Arc::new(Site::new());
    let runner = start(builder(Arc::clone(&site)));
    within(STARTING, "it runs the servers", || is_runner(&runner));
    with_keys(Fixture::beside(site)).play("elsewhere");
    runner.stop();
    stage().env("MCP_SETTINGS_RUN", "off").tell("off", true).play("elsewhere");
}

#[test]
fn two_hundred_servers_of_which_32_flap_leave_the_page_calm() {
    let measured = stage().env("MCP_SETTINGS_LOG", "error").play("calm");
    #[expect(clippy::print_stdout, reason = "the figures are what it is measured for")]
    {
        println!("200 servers, 32 of them flapping: {measured}");
    }
}
