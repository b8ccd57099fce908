//! What the settings show: each server as an `MCPServer` whatever the layout, and all that is around the servers.

use serde_json::{Value, json};

use super::{LAYOUTS, on, shown};
use crate::server::{ADMIN, READER, REVEALER, SERVERS, SETTINGS, TestServer, WRITER, item, settings_item};
use crate::site::{Site, fixture};

#[test]
fn a_server_is_shown_alike_whatever_the_layout_says() {
    let wrapped = on(
        "wrapped",
        &json!({
            "s": {"type": "shttp", "url": "https://h/", "auth": "t", "timeout": 30, "more": {"apiKey": "k"}},
            "o": {"url": "https://h/", "auth": "oauth", "authentication": {"client_id": "c", "client_secret": "s"}},
        }),
    );
    let flat = on(
        "flat",
        &json!({
            "s": {"url": "https://h/", "transport": "http", "timeout": 30.0,
                "auth": {"strategy": "bearer", "value": "t"}},
            "o": {"url": "https://h/", "auth": {"strategy": "oauth2",
                "authentication": {"type": "oauth", "client_id": "c", "client_secret": "s"}}},
        }),
    );
    for exposure in ["", "plaintext"] {
        assert_eq!(shown(&wrapped, exposure), shown(&flat, exposure), "{exposure}");
    }
    let expected = json!({"url": "https://h/", "transport": "http", "timeout": 30.0,
        "auth": {"strategy": "bearer", "value": "**********"}, "enabled": true});
    assert_eq!(shown(&wrapped, "")["s"], expected);
    let text = flat.get(SETTINGS).send().text();
    let places: Vec<_> = ["\"url\"", "\"transport\"", "\"timeout\":30.0", "\"auth\"", "\"enabled\""]
        .iter()
        .map(|part| text.rfind(part))
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {text}");
}

#[test]
fn an_old_file_shows_what_the_released_server_makes_of_it() {
    for name in ["flat-v4", "legacy-wrapped-v3", "written-by-pr3235", "v5-agent_settings_mcp_oauth", "v9-acp"]
    {
        let server = TestServer::on_fixture(&format!("migrations/{name}.in.json"));
        let before = server.document();
        let ours = shown(&server, "plaintext");
        let made = fixture(&format!("migrations/{name}.out.get.json"));
        let made: Value = serde_json::from_slice(&made).expect("fixtures are JSON");
        let mut compared = 0;
        for (key, theirs) in made["mcp_config_plaintext"].as_object().expect("servers") {
            let mut theirs = theirs.clone();
            match key.as_str() {
                // It moves what we leave in place: `Authorization`, `api_key`, an address that is no more.
                "api_key" | "authz_basic" | "authz_bearer" | "authz_encrypted" | "linear" | "shttp_1" => {
                    continue;
                }
                // And tokens from a member that is unknown to us.
                "oauth_str" => drop(theirs["auth"].as_object_mut().expect("an object").remove("state")),
                // It drops `disabled` when it migrates; to us it is not enabled.
                "unknown" => theirs["enabled"] = json!(false),
                _ => {}
            }
            assert_eq!(ours[key], theirs, "{name} {key}");
            compared += 1;
        }
        assert!(compared > 0, "{name}");
        assert!(server.document() == before, "reading changed the file");
    }
}

#[test]
fn what_is_around_the_servers_is_shown() {
    let file: Value = serde_json::from_slice(&fixture("settings/v1.58.0.json")).expect("fixtures are JSON");
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let answer = server.get(SETTINGS).send().expect(200).json();
    let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&answer["agent_settings"]), names(&file["agent_settings"]));
    assert_eq!(answer["conversation_settings"], file["conversation_settings"]);
    assert_eq!(answer["misc_settings"], file["misc_settings"]);
    let model = &answer["agent_settings"]["llm"];
    assert_eq!(model["model"], file["agent_settings"]["llm"]["model"]);
    assert_eq!(answer["llm_api_key_is_set"], json!(!file["agent_settings"]["llm"]["api_key"].is_null()));
    let encrypted = server.get(SETTINGS).expose("encrypted").send().expect(200).json();
    assert_eq!(encrypted["agent_settings"], file["agent_settings"], "the encrypted view is what is stored");
}

#[test]
fn a_fresh_folder_shows_what_a_new_document_would_say() {
    let own = TestServer::start();
    let openhands = TestServer::builder(Site::new()).in_openhands_folder().start();
    let around = json!({"conversation_settings": {}, "llm_api_key_is_set": false, "active_profile": null,
        "active_agent_profile_id": null, "active_meta_profile": null, "misc_settings": {}});
    for (server, agent) in [
        (&own, json!({"agent_kind": "openhands", "mcp_config": {}})),
        (&openhands, json!({"schema_version": 9, "agent_kind": "openhands", "mcp_config": {}})),
    ] {
        let mut expected = around.clone();
        expected["agent_settings"] = agent;
        assert_eq!(server.get(SETTINGS).send().expect(200).json(), expected);
        assert_eq!(server.document(), None, "reading made a document");
    }
}

#[test]
fn the_key_decides_what_is_shown() {
    let servers = json!({"s": {"command": "x", "env": {"A": "hidden-value"}}});
    for layout in LAYOUTS {
        let server = on(layout, &servers);
        for (key, exposure, status) in [
            (READER, "", 200),
            (WRITER, "", 200),
            (READER, "plaintext", 403),
            (WRITER, "encrypted", 403),
            (REVEALER, "plaintext", 200),
            (ADMIN, "true", 200),
            ("none of ours", "", 401),
        ] {
            let answer = server.get(SETTINGS).key(key).expose(exposure).send().expect(status);
            let is_exposed = status == 200 && !exposure.is_empty();
            assert_eq!(answer.text().contains("hidden-value"), is_exposed, "{key} {exposure}");
            if status == 200 {
                let expected = if is_exposed { "no-store" } else { "private, no-cache" };
                assert_eq!(answer.header("cache-control"), Some(expected));
            }
        }
        server.get(SETTINGS).expose("all").send().expect_problem(400, "invalid-header");
        server.request("HEAD", SETTINGS).send().expect(200);
    }
}

#[test]
fn a_read_after_a_write_elsewhere_shows_it() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({}));
        assert_eq!(shown(&server, ""), json!({}));
        server.seed("s", &json!({"command": "x", "env": {"A": "s"}}));
        let expected = json!({"s": {"command": "x", "env": {"A": "**********"}, "enabled": true}});
        assert_eq!(shown(&server, ""), expected);
        server.delete(item("s")).send().expect(204);
        assert_eq!(shown(&server, ""), json!({}));
    }
}

#[test]
fn schemas_that_are_not_ours_are_not_answered() {
    let server = TestServer::start();
    for name in ["agent-schema", "conversation-schema"] {
        server.get(format!("{SETTINGS}/{name}")).send().expect_problem(501, "not-implemented");
        server.get(format!("{SETTINGS}/{name}")).anonymous().send().expect_problem(401, "unauthorized");
    }
    server.get(format!("{SETTINGS}/schema")).send().expect_problem(404, "not-found");
    server.get(format!("{SETTINGS}/")).send().expect(307);
    server.get(SERVERS).send().expect(200);
}

#[test]
fn credentials_of_an_older_file_are_kept_and_masked_and_not_shown_among_all_settings() {
    let old = json!({"url": "https://h.example/", "api_key": "canary-key", "oauth_credentials": {"mcp-oauth-token": {"a": "canary-token"}}});
    let document = json!({"agent_settings": {"schema_version": 4, "agent_kind": "openhands", "mcp_config": {"mcpServers": {"old": old}}}});
    let server = TestServer::builder(Site::with_document(document.to_string())).start();
    let all = server.get(SETTINGS).send().expect(200);
    assert_eq!(
        all.json()["agent_settings"]["mcp_config"]["old"],
        json!({"url": "https://h.example/", "enabled": true})
    );
    let one = server.get(item("old")).send().expect(200);
    assert_eq!(one.json()["config"]["api_key"], "[REDACTED]");
    assert!(!all.text().contains("canary") && !one.text().contains("canary"), "{}", one.text());
    server.patch(settings_item("old")).json(&json!({"description": "d"})).send().expect(200);
    let kept = &server.json()["agent_settings"]["mcp_config"]["mcpServers"]["old"];
    assert_eq!((&kept["api_key"], &kept["oauth_credentials"]), (&old["api_key"], &old["oauth_credentials"]));
}

#[test]
fn a_write_to_a_file_that_makes_no_sense_says_what_is_wrong_and_where() {
    let server = TestServer::builder(Site::with_document("{\n\"agent_settings\": [,]\n}")).start();
    let writes = [
        server.post(settings_item("n")).json(&json!({"command": "x"})),
        server.patch(settings_item("n")).json(&json!({"command": "x"})),
        server.delete(settings_item("n")),
        server.patch(SETTINGS).json(&json!({"misc_settings_diff": {"a": 1}})),
    ];
    for write in writes {
        let answer = write.send().expect_problem(409, "document-unreadable");
        let detail = answer.json()["detail"].as_str().expect("a problem has one").to_owned();
        assert!(detail.contains("line 2") && detail.contains("left as it is"), "{detail}");
    }
}
