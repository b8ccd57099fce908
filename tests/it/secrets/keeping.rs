//! Absent, null, empty, masked and set are five different things (L3): what each does to a stored secret.

use serde_json::{Value, json};

use super::every_secret;
use crate::crypto;
use crate::server::{SECRET, TestServer, WRITER, item};
use crate::wire::Request;

fn stored(server: &TestServer, name: &str) -> Value {
    server.json()["agent_settings"]["mcp_config"]["mcpServers"][name].clone()
}

fn seeded() -> TestServer {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x", "env": {"KEPT": "kept", "OTHER": "other"}, "token": "top"}));
    server
}

#[test]
fn each_of_the_five_states_does_its_own_thing() {
    let with = |env: Value| json!({"command": "x", "env": env, "token": "[REDACTED]"});
    let put = |server: &TestServer, env: Value| server.put(item("a")).json(&with(env));
    let patch = |server: &TestServer, env: Value| server.patch(item("a")).json(&json!({"env": env}));
    type Write<'a> = &'a dyn Fn(&TestServer, Value) -> Request;
    let cases: [(&str, Write<'_>, Value, Value); 10] = [
        (
            "PUT masked",
            &put,
            json!({"KEPT": "[REDACTED]", "OTHER": "new"}),
            json!({"KEPT": "kept", "OTHER": "new"}),
        ),
        ("PUT absent", &put, json!({"OTHER": "new"}), json!({"OTHER": "new"})),
        ("PUT empty", &put, json!({"KEPT": "", "OTHER": "new"}), json!({"KEPT": "", "OTHER": "new"})),
        ("PUT set", &put, json!({"KEPT": "set", "OTHER": "new"}), json!({"KEPT": "set", "OTHER": "new"})),
        (
            "PUT as stored",
            &put,
            json!({"KEPT": "kept", "OTHER": "new"}),
            json!({"KEPT": "kept", "OTHER": "new"}),
        ),
        (
            "PATCH masked",
            &patch,
            json!({"KEPT": "[REDACTED]", "OTHER": "new"}),
            json!({"KEPT": "kept", "OTHER": "new"}),
        ),
        ("PATCH absent", &patch, json!({"OTHER": "new"}), json!({"KEPT": "kept", "OTHER": "new"})),
        ("PATCH null", &patch, json!({"KEPT": null, "OTHER": "new"}), json!({"OTHER": "new"})),
        ("PATCH empty", &patch, json!({"KEPT": "", "OTHER": "new"}), json!({"KEPT": "", "OTHER": "new"})),
        ("PATCH set", &patch, json!({"KEPT": "set", "OTHER": "new"}), json!({"KEPT": "set", "OTHER": "new"})),
    ];
    for (what, write, sent, expected) in cases {
        let server = seeded();
        let before = stored(&server, "a");
        let answer = write(&server, sent).send();
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        assert_eq!(server.plaintext("a")["env"], expected, "{what}");
        let after = stored(&server, "a");
        assert_eq!(after["token"], before["token"], "{what}: an untouched secret was sealed again");
        if expected["KEPT"] == "kept" {
            assert_eq!(after["env"]["KEPT"], before["env"]["KEPT"], "{what}: a kept secret was sealed again");
        }
    }
}

#[test]
fn null_deep_inside_a_put_is_refused() {
    let server = seeded();
    let before = server.document();
    let put = server.put(item("a")).json(&json!({"command": "x", "env": {"KEPT": null}}));
    let answer = put.send().expect_problem(422, "invalid-config");
    assert_eq!(answer.error_pointers(), ["/env/KEPT"]);
    assert!(server.document() == before);
}

#[test]
fn every_mask_that_anyone_shows_keeps_the_secret() {
    for mask in ["[REDACTED]", "<redacted>", "**********", "************************"] {
        let server = seeded();
        let before = server.document();
        let config = json!({"command": "x", "env": {"KEPT": mask, "OTHER": mask}, "token": mask});
        server.put(item("a")).json(&config).send().expect(200);
        assert!(server.document() == before, "{mask} changed the document");
    }
}

#[test]
fn a_mask_with_nothing_behind_it_is_refused_with_its_place() {
    let server = seeded();
    let before = server.document();
    let cases = [
        (server.put(item("new")).json(&json!({"command": "x", "env": {"A": "[REDACTED]"}})), "/env/A"),
        (server.patch(item("a")).json(&json!({"env": {"NEW": "<redacted>"}})), "/env/NEW"),
        (server.patch(item("a")).json(&json!({"headers": {"a/b": "**********"}})), "/headers/a~1b"),
        (server.patch(item("a")).json(&json!({"other_token": "[REDACTED]"})), "/other_token"),
        (server.put(item("new")).json(&json!({"url": "https://h/?api_key=**********"})), "/url"),
    ];
    for (request, pointer) in cases {
        let answer = request.send().expect_problem(422, "unrestorable-mask");
        assert_eq!(answer.error_pointers(), [pointer]);
        assert!(server.document() == before, "{pointer}: the document changed");
    }
}

#[test]
fn what_was_read_can_be_written_back() {
    let server = TestServer::start();
    for (name, config) in every_secret() {
        let tag = server.seed(name, &config);
        let before = server.document();
        for mode in ["", "encrypted", "plaintext"] {
            let read = server.get(item(name)).expose(mode).send().expect(200).json()["config"].clone();
            let written = server.put(item(name)).if_match(&tag).json(&read).send();
            assert_eq!(written.status, 200, "{name} {mode:?}: {}", written.text());
            assert_eq!(written.etag(), tag, "{name} {mode:?}");
            assert!(server.document() == before, "{name} {mode:?}: a round trip changed bytes");
        }
        server.patch(item(name)).json(&json!({})).send().expect(200);
        assert!(server.document() == before, "{name}: an empty patch changed bytes");
    }
}

#[test]
fn a_mask_in_an_array_needs_the_array_it_was_read_from() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x", "tokens": ["one", "two"], "keys": [{"id": 1, "v": "deep"}]}));
    let before = server.document();
    let put = |tokens: Value, keys: Value| {
        server.put(item("a")).json(&json!({"command": "x", "tokens": tokens, "keys": keys})).send()
    };
    let mask = "[REDACTED]";
    let keys = server.get(item("a")).send().json()["config"]["keys"].clone();
    put(json!([mask, mask]), keys.clone()).expect(200);
    assert!(server.document() == before);
    put(json!([mask]), keys.clone()).expect_problem(422, "unrestorable-mask");
    put(json!([mask, mask, mask]), keys).expect_problem(422, "unrestorable-mask");
    assert!(server.document() == before);
}

#[test]
fn a_token_is_taken_only_from_who_may_open_it() {
    let server = seeded();
    server.seed("b", &json!({"command": "x", "env": {"THEIRS": "not for the writer"}}));
    let own = stored(&server, "a")["env"]["KEPT"].clone();
    let other = stored(&server, "b")["env"]["THEIRS"].clone();
    let fresh = json!(crypto::seal(SECRET, "kept"));
    let made_up = json!(crypto::seal(SECRET, "made up"));
    let foreign = json!(crypto::seal("another secret", "kept"));
    let broken = json!("gAAAAAnot-a-real-token");
    let put = |key: &str, token: &Value| {
        let config =
            json!({"command": "x", "env": {"KEPT": token, "OTHER": "[REDACTED]"}, "token": "[REDACTED]"});
        server.put(item("a")).key(key).json(&config)
    };
    let before = server.document();
    put(WRITER, &own).send().expect(200);
    put(crate::server::REVEALER, &fresh).send().expect(200);
    assert!(server.document() == before, "the stored secret, encrypted, changed the document");
    // From a writer another token of the stored secret is a guess: it must not be distinguishable from one of another secret.
    for token in [&fresh, &other, &made_up, &foreign, &broken] {
        put(WRITER, token).send().expect_problem(422, "foreign-token");
        assert!(server.document() == before);
    }
    for token in [&foreign, &broken] {
        put(crate::server::ADMIN, token).send().expect_problem(422, "foreign-token");
        assert!(server.document() == before);
    }
    put(crate::server::REVEALER, &other).send().expect(200);
    assert_eq!(server.plaintext("a")["env"]["KEPT"], "not for the writer");
}
