//! Creating, patching and deleting a server in OpenHands' words.

use serde_json::{Value, json};

use super::{LAYOUTS, document, on, shown, stored};
use crate::server::{READER, SECRET, SETTINGS, TestServer, item, settings_item};
use crate::site::Site;
use crate::{crypto, response::Response};

/// The server of this name in an answer that shows the settings.
#[track_caller]
fn server_in(answer: &Response, name: &str) -> Value {
    answer.json()["agent_settings"]["mcp_config"][name].take()
}

#[test]
fn a_server_is_created_patched_and_deleted_and_each_answer_shows_all() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({"other": {"command": "o", "env": {"K": "v"}}}));
        let sent = json!({"command": "x", "args": ["-y"], "env": {"A": "s"}, "timeout": 5});
        let created = server.post(settings_item("n")).json(&sent).send().expect(201);
        let expected = json!({"command": "x", "args": ["-y"], "env": {"A": "**********"}, "timeout": 5.0,
            "enabled": true});
        assert_eq!(server_in(&created, "n"), expected, "{layout}");
        assert_eq!(server_in(&created, "other")["command"], "o");
        assert_eq!(created.header("location"), Some(&*item("n")));
        let read = server.get(item("n")).send().expect(200);
        assert_eq!(created.etag(), read.etag(), "both routes know one tag");
        assert_eq!(read.json()["config"]["timeout"].to_string(), "5", "stored as sent");

        let patch = json!({"args": null, "enabled": false, "env": {"B": "t", "A": "**********"}});
        let patched = server.patch(settings_item("n")).json(&patch).send().expect(200);
        assert_eq!(patched.etag(), server.get(item("n")).send().etag());
        assert_eq!(patched.json(), server.get(SETTINGS).send().json());
        let expected = json!({"command": "x", "env": {"A": "s", "B": "t"}, "timeout": 5.0, "enabled": false});
        assert_eq!(shown(&server, "plaintext")["n"], expected);

        let deleted = server.delete(settings_item("n")).send().expect(200);
        assert_eq!(deleted.json(), server.get(SETTINGS).send().json());
        assert_eq!(deleted.header("etag"), None);
        assert_eq!(stored(&server), json!({"other": {"command": "o", "env": {"K": "v"}}}), "{layout}");
    }
}

#[test]
fn refusals_have_the_recorded_texts_and_change_nothing() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({"s": {"command": "x"}}));
        let before = server.document();
        let config = json!({"command": "y"});
        let taken = server.post(settings_item("s")).json(&config).send().expect_problem(409, "name-taken");
        assert_eq!(taken.json()["detail"], "MCP server 's' already exists");
        let guarded = server.post(settings_item("s")).if_none_match("*").json(&config).send();
        guarded.expect_problem(409, "name-taken");
        for request in [server.patch(settings_item("n")).json(&config), server.delete(settings_item("n"))] {
            let absent = request.send().expect_problem(404, "unknown-server");
            assert_eq!(absent.json()["detail"], "MCP server 'n' was not found");
        }
        for (patch, pointer) in [
            (json!({"command": null}), ""),
            (json!({"command": ""}), "/command"),
            (json!({"transport": "http"}), "/transport"),
            (json!({"timeout": "5"}), "/timeout"),
            (json!({"enabled": "no"}), "/enabled"),
            (json!({"env": {"A": 5}}), "/env/A"),
            (json!({"env": {"A": " "}}), "/env/A"),
            (json!({"auth": {"strategy": "odd"}}), "/auth/strategy"),
        ] {
            let refused = server.patch(settings_item("s")).json(&patch).send();
            let refused = refused.expect_problem(422, "invalid-config");
            assert_eq!(refused.error_pointers(), [pointer], "{layout} {patch}");
            assert_eq!(refused.json()["detail"], "Settings validation failed");
        }
        server.patch(settings_item("s")).key(READER).json(&config).send().expect(403);
        server.post(settings_item("n")).anonymous().json(&config).send().expect(401);
        server.get(settings_item("s")).send().expect_problem(405, "method-not-allowed");
        server.put(settings_item("s")).json(&config).send().expect_problem(405, "method-not-allowed");
        server.post(settings_item("n")).body("text/plain", "{}").send().expect(415);
        server.post(settings_item("n")).body("application/json", "[1]").send().expect(422);
        server.patch(format!("{}?x=1", settings_item("s"))).json(&config).send().expect(400);
        assert!(server.document() == before, "{layout}: the document changed");
    }
}

#[test]
fn no_other_members_are_taken_whatever_the_layout_could_hold() {
    for layout in LAYOUTS {
        let server = on(layout, &json!({"s": {"url": "https://h/"}}));
        let before = server.document();
        for (sent, pointer) in [
            (json!({"foo": "hidden-value"}), "/foo"),
            (json!({"type": "sse"}), "/type"),
            (json!({"tools": {"hidden-value": 1}}), "/tools"),
            (json!({"authentication": {"client_id": "hidden-value"}}), "/authentication"),
            (json!({"auth": "hidden-value"}), "/auth"),
            (json!({"auth": {"strategy": "bearer", "foo": "hidden-value"}}), "/auth/foo"),
        ] {
            let patched = server.patch(settings_item("s")).json(&sent).send();
            let mut whole = sent.clone();
            whole["url"] = json!("https://h/");
            let created = server.post(settings_item("n")).json(&whole).send();
            for refused in [patched, created] {
                let refused = refused.expect_problem(422, "invalid-config");
                assert_eq!(refused.error_pointers(), [pointer], "{layout} {sent}");
                assert!(!refused.text().contains("hidden-value"), "{}", refused.text());
            }
        }
        assert!(server.document() == before, "{layout}: the document changed");
    }
}

#[test]
fn what_is_shown_can_be_sent_back_and_nothing_is_stored() {
    let token = crypto::seal(SECRET, "s");
    let servers = json!({
        "bearer": {"url": "https://h/", "auth": token, "tools": {"a": {}}, "apiKey": "k", "timeout": 1.5},
        "oauth": {"type": "sse", "url": "https://h/", "auth": "oauth", "authentication": {"client_secret": token}},
        "stdio": {"command": "x", "env": {"A": token, "B": "clear"}, "args": [], "icon": null},
    });
    let server = on("wrapped", &servers);
    let before = server.document();
    for exposure in ["", "encrypted", "plaintext"] {
        for (name, config) in shown(&server, exposure).as_object().expect("servers") {
            let tag = server.get(item(name)).send().etag();
            let answer = server.patch(settings_item(name)).json(config).send().expect(200);
            assert_eq!(answer.etag(), tag, "{name} {exposure}");
        }
    }
    assert!(server.document() == before, "the document changed");
}

#[test]
fn a_patch_changes_what_it_names_and_keeps_the_words_of_the_file() {
    let (one, other) = (crypto::seal(SECRET, "s"), crypto::seal(SECRET, "o"));
    let server = on(
        "wrapped",
        &json!({
            "s": {"type": "shttp", "url": "https://h/a", "auth": one, "tools": {"a": {}}},
            "z": {"url": "https://h/", "headers": {"X": other}},
        }),
    );
    let patch = json!({"transport": "http", "url": "https://h/b", "auth": {"strategy": "bearer"}});
    server.patch(settings_item("s")).json(&patch).send().expect(200);
    let expected = json!({"type": "shttp", "url": "https://h/b", "auth": one, "tools": {"a": {}}});
    assert_eq!(stored(&server)["s"], expected);
    assert_eq!(stored(&server)["z"]["headers"]["X"], other);

    let patch = json!({"transport": "sse", "auth": {"strategy": "bearer", "value": "new"}});
    server.patch(settings_item("s")).json(&patch).send().expect(200);
    let now = stored(&server)["s"].take();
    assert_eq!(crypto::opened(SECRET, &now["auth"]), "new", "still a string");
    assert_ne!(now["auth"], "new", "and encrypted");
    assert_eq!((&now["transport"], now.get("type")), (&json!("sse"), None));

    let patch = json!({"auth": {"strategy": "basic", "username": "u", "password": "p"}});
    server.patch(settings_item("s")).json(&patch).send().expect(200);
    let expected = json!({"strategy": "basic", "username": "u", "password": "p"});
    assert_eq!(crypto::opened(SECRET, &stored(&server)["s"]["auth"]), expected);
}

#[test]
fn the_first_write_makes_the_document_of_its_folder() {
    let builder = TestServer::builder(Site::new()).in_openhands_folder();
    let server = builder.start();
    let answer = server.post(settings_item("s")).json(&json!({"command": "x"})).send().expect(201);
    assert_eq!(answer.json(), server.get(SETTINGS).send().json());
    assert_eq!(server.json(), document("flat", &json!({"s": {"command": "x"}})));
}

#[test]
fn no_condition_is_asked_for_here() {
    for layout in LAYOUTS {
        let site = Site::with_document(document(layout, &json!({"s": {"command": "x"}})).to_string());
        let strict = TestServer::builder(site).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true").start();
        strict.patch(item("s")).json(&json!({"icon": "i"})).send().expect(428);
        strict.patch(settings_item("s")).json(&json!({"icon": "i"})).send().expect(200);
        strict.post(settings_item("n")).json(&json!({"command": "x"})).send().expect(201);
        strict.delete(settings_item("s")).send().expect(200);
    }
}

#[test]
fn enabled_cannot_be_null_in_a_new_server() {
    let server = TestServer::start();
    for enabled in [json!(null), json!("yes"), json!(0)] {
        let create = server.post(settings_item("n")).json(&json!({"command": "x", "enabled": enabled}));
        let answer = create.send().expect_problem(422, "invalid-config");
        assert_eq!(answer.error_pointers(), ["/enabled"], "{enabled}");
    }
    server.get(item("n")).send().expect(404);
    // Other members may be null, and in a patch it means the default.
    let create = json!({"command": "x", "icon": null, "cwd": null, "enabled": false});
    server.post(settings_item("n")).json(&create).send().expect(201);
    let patched = server.patch(settings_item("n")).json(&json!({"enabled": null})).send().expect(200).json();
    assert_eq!(patched["agent_settings"]["mcp_config"]["n"], json!({"command": "x", "enabled": true}));
}
