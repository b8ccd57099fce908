//! The page follows the store: restarts, hidden tabs, lost networks, and a crowd of writers.

use super::fixture::Fixture;
use crate::test_budget::number;

#[test]
fn a_restarted_service_costs_no_draft() {
    Fixture::empty().play("restarted");
}

#[test]
fn a_reload_costs_no_draft_but_one_with_a_typed_secret() {
    Fixture::empty().play("reloaded");
}

#[test]
fn a_link_signs_in_for_reloads_tabs_and_restarts_until_it_is_signed_out() {
    Fixture::empty().play("signed-in");
}

#[test]
fn a_link_allows_no_more_than_the_key_that_it_came_from() {
    let keys = r#"[{"name":"reader","key":"reader-key-0123456789","scopes":["read"]}]"#;
    let document =
        serde_json::json!({"agent_settings": {"mcp_config": {"mcpServers": {"one": {"command": "x"}}}}});
    Fixture::with_document(&document).env("MCP_SETTINGS_API_KEYS", keys).play("link-of-reader");
}

#[test]
fn a_page_that_is_older_than_the_service_says_so() {
    Fixture::empty().play("updated");
}

#[test]
fn a_hidden_or_offline_page_catches_up() {
    Fixture::empty().play("hidden");
}

#[test]
fn two_pages_end_at_the_store_of_twenty_writers() {
    let seconds = number("STREAM_SECONDS", 15_u32);
    let seed = number("SEED", 1_u32);
    let stage = Fixture::empty().env("MCP_SETTINGS_LOG", "error");
    let measured = stage.tell("seconds", seconds).tell("seed", seed).play("soak");
    #[expect(clippy::print_stdout, reason = "the figures are what `make soak` is run for")]
    {
        println!("two pages, twenty writers, {seconds} s: {measured}");
    }
}

#[test]
fn a_change_that_no_page_saw_has_its_author_and_another_programs_has_none() {
    Fixture::empty().play("last-change");
}
