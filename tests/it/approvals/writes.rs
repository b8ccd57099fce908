//! What a write by a caller who may run servers approves: what was sent whole and in clear, or was approved before.

use serde_json::json;

use super::{ALL, BOTH, RUNNER, approve, place, put, shown, start, word};
use crate::server::{ADMIN, SETTINGS, WRITER, item, settings_item};

#[test]
fn a_whole_configuration_in_clear_is_approved_and_a_writers_is_not() {
    let server = start();
    let whole = json!({"command": "x", "args": ["a"], "env": {"TOKEN": "s3cret"}});
    let answer = server.put(item("a")).key(BOTH).json(&whole).send().expect(201);
    assert!(!answer.text().contains("approv"), "{}", answer.text());
    assert_eq!(word(&server, "a"), "approved");
    assert_eq!(shown(&server, "a")["last"]["by"], "both");
    put(&server, "b", WRITER, &whole);
    assert_eq!(word(&server, "b"), "no-approval");
    put(&server, "b", BOTH, &json!({"command": "y"}));
    assert_eq!(word(&server, "b"), "approved");
    put(&server, "b", WRITER, &json!({"command": "z"}));
    assert_eq!(word(&server, "b"), "launch-changed");
}

#[test]
fn a_kept_mask_of_what_was_not_approved_approves_nothing() {
    {
        let (server, key) = (start(), ALL);
        put(&server, "a", WRITER, &json!({"command": "x", "env": {"TOKEN": "planted"}}));
        put(&server, "a", key, &json!({"command": "x", "args": ["new"], "env": {"TOKEN": "[REDACTED]"}}));
        assert_eq!(word(&server, "a"), "no-approval");
        let url = json!({"url": "https://u:planted@h.example/?a=1"});
        put(&server, "b", WRITER, &url);
        let masked = server.get(item("b")).send().expect(200).json()["config"]["url"].clone();
        assert_ne!(masked, url["url"]);
        put(&server, "b", key, &json!({"url": masked, "headers": {"A": "new"}}));
        assert_eq!(word(&server, "b"), "no-approval");
    }
    // An encrypted value that is sent back is no text in clear.
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "x", "env": {"TOKEN": "planted"}}));
    let sealed = server.get(item("a")).expose("encrypted").send().expect(200).json()["config"].clone();
    let mut sent = sealed;
    sent["args"] = json!(["new"]);
    put(&server, "a", ALL, &sent);
    assert_eq!(word(&server, "a"), "no-approval");
}

#[test]
fn a_kept_mask_of_what_was_approved_stays_approved() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "x", "env": {"TOKEN": "t"}}));
    approve(&server, "a");
    put(&server, "a", ALL, &json!({"command": "x", "args": ["new"], "env": {"TOKEN": "[REDACTED]"}}));
    assert_eq!(word(&server, "a"), "approved");
    put(&server, "a", ADMIN, &json!({"command": "x", "args": ["newer"], "env": {"TOKEN": "[REDACTED]"}}));
    put(&server, "a", ALL, &json!({"command": "x", "args": ["newest"], "env": {"TOKEN": "[REDACTED]"}}));
    assert_eq!(word(&server, "a"), "launch-changed", "what it was applied to was not approved");
}

#[test]
fn a_patch_approves_what_was_approved_and_nothing_that_it_leaves_alone() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "evil", "args": ["x"]}));
    let patch = |key: &str, patch: &serde_json::Value| {
        server.patch(item("a")).key(key).json(patch).send().expect(200);
        word(&server, "a")
    };
    assert_eq!(patch(BOTH, &json!({"args": ["y"]})), "no-approval");
    assert_eq!(patch(BOTH, &json!({"enabled": false})), "no-approval");
    assert_eq!(patch(BOTH, &json!({"enabled": true, "description": "d"})), "no-approval");
    let operations = json!([{"op": "replace", "path": "/args/0", "value": "z"}]);
    let json_patch = |key: &str| {
        let body = operations.to_string();
        server.patch(item("a")).key(key).body("application/json-patch+json", body).send().expect(200);
        word(&server, "a")
    };
    assert_eq!(json_patch(BOTH), "no-approval");
    let whole = json!([{"op": "add", "path": "/command", "value": "evil"}, {"op": "add", "path": "/args", "value": []}]);
    server
        .patch(item("a"))
        .key(BOTH)
        .body("application/json-patch+json", whole.to_string())
        .send()
        .expect(200);
    assert_eq!(word(&server, "a"), "no-approval");
    assert_eq!(patch(BOTH, &json!({"command": "good", "args": ["all of it"]})), "approved");
    assert_eq!(patch(WRITER, &json!({"enabled": false})), "approved", "it is no other launch");
    assert_eq!(json_patch(BOTH), "approved");
    assert_eq!(patch(WRITER, &json!({"args": ["evil"]})), "launch-changed");
    assert_eq!(patch(BOTH, &json!({"description": "e"})), "launch-changed");
    assert_eq!(patch(BOTH, &json!({"command": "good"})), "launch-changed", "that changes nothing");
    assert_eq!(patch(BOTH, &json!({"cwd": "/srv"})), "launch-changed");
}

#[test]
fn a_rename_by_anybody_takes_the_approval_along_and_a_copy_has_it_of_its_source() {
    let server = start();
    put(&server, "a", BOTH, &json!({"command": "x"}));
    let give = |from: &str, what: &str, to: &str, key: &str| {
        let target = format!("{}/{what}", item(from));
        server.post(target).key(key).json(&json!({"to": to})).send().expect_success();
    };
    give("a", "rename", "b", WRITER);
    assert_eq!(word(&server, "b"), "approved");
    give("b", "copy", "c", WRITER);
    assert_eq!(word(&server, "c"), "no-approval");
    give("b", "copy", "d", BOTH);
    assert_eq!(word(&server, "d"), "approved");
    give("c", "copy", "e", BOTH);
    assert_eq!(word(&server, "e"), "no-approval", "its source is not approved");
    // A name that came free has nothing of what went.
    put(&server, "a", WRITER, &json!({"command": "x"}));
    assert_eq!(word(&server, "a"), "no-approval");
    server
        .post(format!("{}/mcp/b/rename", SETTINGS))
        .key(WRITER)
        .json(&json!({"to": "f"}))
        .send()
        .expect(200);
    assert_eq!(word(&server, "f"), "approved");
}

#[test]
fn what_who_may_run_servers_deletes_is_not_approved_when_it_is_made_again() {
    let server = start();
    let config = json!({"command": "x"});
    for (name, path) in [("a", item("a")), ("b", settings_item("b"))] {
        put(&server, name, BOTH, &config);
        assert_eq!(word(&server, name), "approved");
        server.delete(path).key(BOTH).send().expect_success();
        put(&server, name, WRITER, &config);
        assert_eq!(word(&server, name), "no-approval", "{name}");
        put(&server, name, ALL, &config);
        // What changes nothing approves nothing.
        assert_eq!(word(&server, name), "no-approval", "{name}");
    }
    put(&server, "c", BOTH, &config);
    let patch = json!({"agent_settings_diff": {"mcp_config": {"mcpServers": {"c": null}}}});
    server.patch(SETTINGS).key(BOTH).json(&patch).send().expect(200);
    put(&server, "c", WRITER, &config);
    assert_eq!(word(&server, "c"), "no-approval");
}

#[test]
fn routes_of_openhands_approve_by_the_same_rules() {
    let server = start();
    server.post(settings_item("a")).key(WRITER).json(&json!({"command": "x"})).send().expect(201);
    assert_eq!(word(&server, "a"), "no-approval");
    server.patch(settings_item("a")).key(BOTH).json(&json!({"args": ["y"]})).send().expect(200);
    assert_eq!(word(&server, "a"), "no-approval");
    server
        .post(settings_item("b"))
        .key(BOTH)
        .json(&json!({"command": "x", "env": {"A": "s"}}))
        .send()
        .expect(201);
    assert_eq!(word(&server, "b"), "approved");
    server.patch(settings_item("b")).key(ADMIN).json(&json!({"args": ["y"]})).send().expect(200);
    assert_eq!(word(&server, "b"), "launch-changed");
    let patch = json!({"agent_settings_diff": {"mcp_config": {"mcpServers": {"c": {"command": "x"}}}}});
    server.patch(SETTINGS).key(WRITER).json(&patch).send().expect(200);
    assert_eq!(word(&server, "c"), "no-approval");
}

#[test]
fn a_dry_run_and_a_refused_write_approve_nothing() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "x"}));
    let dry = format!("{}?dry_run=true", item("a"));
    server.put(&dry).key(BOTH).json(&json!({"command": "x", "args": ["y"]})).send().expect(200);
    server.put(item("a")).key(BOTH).if_match("\"stale\"").json(&json!({"command": "y"})).send().expect(412);
    server.put(item("a")).key(BOTH).json(&json!({"command": ""})).send().expect(422);
    assert_eq!(word(&server, "a"), "no-approval");
    put(&server, "b", BOTH, &json!({"command": "x"}));
    server.delete(format!("{}?dry_run=true", item("b"))).key(BOTH).send().expect(204);
    assert_eq!(word(&server, "b"), "approved");
}

#[test]
fn an_answer_to_a_write_says_nothing_of_approvals() {
    let server = start();
    put(&server, "a", WRITER, &json!({"command": "x", "env": {"T": "t"}}));
    approve(&server, "a");
    for key in [ADMIN, ALL] {
        let patched = server.patch(item("a")).key(key).json(&json!({"args": [key]})).send().expect(200);
        let text = format!("{}{}", patched.head_text(), patched.text());
        assert!(!text.contains("approv") && !text.contains("launch"), "{text}");
    }
    server.get(place("a")).key(RUNNER).send().expect(200);
}
