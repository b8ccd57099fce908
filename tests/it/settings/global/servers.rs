//! Servers within a patch of everything: the rules are those of a write of their own.

use std::thread;

use serde_json::{Value, json};

use super::super::LAYOUTS;
use super::{agent, on, patch, text_of};
use crate::server::{SERVERS, SETTINGS, WRITER, item};

/// The stored servers.
fn stored(server: &crate::server::TestServer) -> Value {
    let mut map = server.json()["agent_settings"]["mcp_config"].take();
    if map.get("mcpServers").is_some() { map["mcpServers"].take() } else { map }
}

#[test]
fn servers_are_made_changed_and_removed_in_one_commit_and_the_others_stay() {
    for layout in LAYOUTS {
        let server = on(layout);
        let kept = server.get(item("s")).send().etag();
        let own = stored(&server)["s"].to_string();
        let answer = patch(
            &server,
            &agent(json!({
                "mcp_config": {"new": {"url": "https://n/", "headers": {"A": "secret", "B": null}}, "t": null, "none": null},
                "llm": {"model": "n"},
            })),
        )
        .expect(200);
        assert_eq!(answer.header("deprecation"), Some("@1795219200"));
        assert_eq!(answer.header("link"), Some("</api/settings/mcp-servers>; rel=\"successor-version\""));
        assert_eq!(answer.json(), server.get(SETTINGS).send().json());
        let now = stored(&server);
        assert_eq!(now.as_object().unwrap().keys().collect::<Vec<_>>(), ["new", "s"]);
        assert_eq!(now["s"].to_string(), own);
        assert_eq!(server.get(item("s")).send().etag(), kept);
        assert_eq!(server.plaintext("new"), json!({"url": "https://n/", "headers": {"A": "secret"}}));
        assert!(text_of(&server).contains(r#""model" : "n""#));
        let other = patch(&server, &json!({"misc_settings_diff": {}})).expect(200);
        assert_eq!((other.header("deprecation"), other.header("link")), (None, None));
    }
}

#[test]
fn the_older_layout_takes_servers_where_it_has_them_too() {
    let server = on("wrapped");
    let diff = |map: Value| agent(json!({"mcp_config": {"mcpServers": map}}));
    patch(
        &server,
        &diff(json!({"s": {"my_note": "kept", "env": {"B": "b"}}, "n": {"command": "c", "cwd": null}})),
    )
    .expect(200);
    assert_eq!(server.plaintext("s")["env"], json!({"A": "plain-s", "B": "b"}));
    assert_eq!(stored(&server)["s"]["my_note"], "kept");
    assert_eq!(server.plaintext("n"), json!({"command": "c"}));
    assert_eq!(server.json()["agent_settings"]["mcp_config"]["other"], json!([1.0]));
    let before = text_of(&server);
    for (map, slug, pointer) in [
        (json!({"mcpServers": null}), "unnamed-loss", "/mcpServers"),
        (json!({"mcpServers": 5}), "invalid-config", "/mcpServers"),
        (json!({"mcpServers": {"s": 5}}), "invalid-config", "/mcpServers/s"),
        (json!({"mcpServers": {}, "other": null}), "invalid-config", "/other"),
        (json!({"mcpServers": {"s": {"env": {"A": 1}}}}), "invalid-config", "/mcpServers/s/env/A"),
    ] {
        let answer = patch(&server, &agent(json!({"mcp_config": &map}))).expect_problem(422, slug);
        let pointer = format!("/agent_settings_diff/mcp_config{pointer}");
        assert_eq!(answer.error_pointers().first(), Some(&pointer), "{map}");
    }
    assert_eq!(text_of(&server), before);
    patch(&server, &diff(json!({}))).expect(200);
    assert_eq!(text_of(&server), before);
}

#[test]
fn one_server_that_cannot_be_taken_takes_all_with_it() {
    for layout in LAYOUTS {
        let server = on(layout);
        let before = text_of(&server);
        for (map, slug, pointer) in [
            (json!({"t": {"description": "d"}, "s": {"timeout": "x"}}), "invalid-config", "/s/timeout"),
            (json!({"t": {"description": "d"}, "n": {}}), "invalid-config", "/n"),
            (json!({"bad name": {"command": "x"}}), "invalid-config", "/bad name"),
            (json!({"s": {"command": "y"}}), "bound-secret", "/s/env/A"),
            (json!({"t": {"headers": {"X": "**********"}}}), "unrestorable-mask", "/t/headers/X"),
            (json!({"n": {"command": "x", "env": {"A": "**********"}}}), "unrestorable-mask", "/n/env/A"),
            (json!({"s": []}), "invalid-config", "/s"),
            (json!([]), "invalid-config", ""),
        ] {
            let body = json!({"agent_settings_diff": {"mcp_config": map, "llm": {"model": "n"}}, "active_profile": null});
            let answer = patch(&server, &body).expect_problem(422, slug);
            let pointer = format!("/agent_settings_diff/mcp_config{pointer}");
            assert_eq!(answer.error_pointers(), [pointer], "{layout} {body}");
            assert_eq!(text_of(&server), before, "{layout} {body}");
        }
    }
}

#[test]
fn without_reveal_no_secret_can_be_moved() {
    for layout in LAYOUTS {
        let server = on(layout);
        let before = text_of(&server);
        let send =
            |map: Value| server.patch(SETTINGS).key(WRITER).json(&agent(json!({"mcp_config": map}))).send();
        for map in [json!({"s": {"args": ["-v"]}}), json!({"s": {"env": {"B": "b"}}})] {
            send(map).expect_problem(422, "bound-secret");
        }
        assert_eq!(text_of(&server), before);
        // Nothing distinguishes a right guess from a wrong one.
        for guess in ["plain-s", "wrong"] {
            send(json!({"s": {"env": {"A": guess}}})).expect(200);
        }
        send(json!({"s": {"description": "d"}})).expect(200);
    }
}

#[test]
fn patches_of_everything_and_of_single_servers_lose_nothing_to_each_other() {
    const ROUNDS: usize = 25;
    for layout in LAYOUTS {
        let server = on(layout);
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    let body = json!({
                        "agent_settings_diff": {"mcp_config": {(format!("g{round}")): {"command": "g"}}, "llm": {"model": format!("m{round}")}},
                        "misc_settings_diff": {(format!("k{round}")): round},
                    });
                    patch(&server, &body).expect(200);
                }
            });
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    server.put(item(&format!("p{round}"))).json(&json!({"command": "p"})).send().expect(201);
                    let tag = server.get(item("t")).send().etag();
                    let change = json!({"description": round.to_string()});
                    server.patch(item("t")).if_match(tag).json(&change).send().expect(200);
                }
            });
        });
        let listed = server.get(SERVERS).send().expect(200).json()["servers"].as_array().unwrap().len();
        assert_eq!(listed, 2 + 2 * ROUNDS, "{layout}");
        let stored = server.json();
        assert_eq!(stored["misc_settings"].as_object().unwrap().len(), 1 + ROUNDS);
        assert_eq!(stored["agent_settings"]["llm"]["model"], format!("m{}", ROUNDS - 1));
        assert_eq!(server.plaintext("t")["description"], (ROUNDS - 1).to_string());
    }
}
