//! The list of servers: what it shows of each, and what is done from it.

use std::fs;

use serde_json::{Map, Value, json};

use super::fixture::Fixture;
use crate::site::Site;

#[test]
fn no_name_and_no_target_is_cut_where_there_is_room() {
    let servers = json!({
        "a-server-with-quite-a-long-name.of-the-team@example": {
            "command": "npx", "args": [
                "--yes", "@example/a-package-with-a-long-name", "--root=/srv/projects/of/the/team", "--and-another",
                "-y", "--one-more", "--and-one-more=for-a-second-line",
            ],
            "icon": "🐦", "description": "Finds birds",
        },
        "remote": {
            "url": "https://a-long-host-name.department.example.com:8443/mcp",
            "headers": {"X-Key": "k", "X-Other": "o"}, "icon": "https://icons.example/remote.png",
        },
        "right-to-left": {"command": "x", "description": "خادم"},
    });
    Fixture::with_document(&own(&servers)).play("columns");
}

#[test]
fn the_bar_says_who_the_reader_is_to_the_service() {
    Fixture::empty().play("account");
}

#[test]
fn servers_that_were_not_configured_here_say_where_they_came_from() {
    let site = Site::new();
    let file = site.home().join("lightspeed-stack.yaml");
    let listed = "mcp_servers:\n  - {name: from-the-file, url: 'https://file.example/mcp?token=s3cret'}\n  - {name: hidden, url: 'https://h.example'}\n";
    fs::write(&file, listed).expect("our own folder");
    let file = file.to_string_lossy().into_owned();
    Fixture::on(site).env("MCP_SETTINGS_STATIC_SERVERS", &file).play("origins");
}

#[test]
fn several_servers_are_turned_on_off_and_removed_at_once() {
    Fixture::empty().play("bulk");
}

#[test]
fn one_of_five_hundred_is_found_and_opened_by_the_keyboard() {
    let server = |number: u32| {
        let config = json!({
            "command": "npx", "args": ["-y", format!("@example/package-{number}")], "env": {"TOKEN": "s3cret"},
            "description": format!("What number {number} is for"), "enabled": !number.is_multiple_of(3),
        });
        (format!("server-{number}"), config)
    };
    let servers: Map<String, Value> = (1..=500).map(server).collect();
    let measured = Fixture::with_document(&own(&servers.into())).play("five-hundred");
    #[expect(clippy::print_stdout, reason = "the figures are what it is measured for")]
    {
        println!("typing into the search of 500 servers: {measured}");
    }
}

#[test]
fn messages_cover_no_field_that_is_typed_into_and_no_bar() {
    Fixture::empty().play("messages");
}

/// A document as ours writes it.
fn own(servers: &Value) -> Value {
    json!({"agent_settings": {"agent_kind": "openhands", "mcp_config": {"mcpServers": servers}}})
}
