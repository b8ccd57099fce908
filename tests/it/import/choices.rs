//! What becomes of each server of a text: added, left alone, or what was chosen; all of it in one commit, or none.

use mcp_settings::api::ImportResult;
use serde_json::{Value, json};

use crate::client_texts::{import, list, of, text, try_import};
use crate::server::{READER, SERVERS, TestServer, eventually, item};
use crate::site::Site;

fn servers() -> Value {
    json!({
        "new": {"command": "n"},
        "same": {"command": "s", "args": ["-v"], "env": {"TOKEN": "stored-secret"}},
        "other": {"command": "o", "args": ["--new"], "env": {"TOKEN": "sent-secret", "ADDED": "a"}},
    })
}

/// A service that has one of them as it is in the text, and one that is not.
fn server() -> TestServer {
    let server = TestServer::start();
    server.seed("same", &servers()["same"]);
    let other =
        json!({"command": "o", "args": ["--old"], "env": {"TOKEN": "stored-secret"}, "description": "d"});
    server.seed("other", &other);
    server
}

#[test]
fn what_is_new_is_added_the_same_is_left_alone_and_for_another_a_choice_is_needed() {
    let server = server();
    let (before, body) = (server.document(), json!({"text": text(&servers())}));
    let tried = try_import(&server, &body).send().expect(200);
    tried.read::<ImportResult>();
    assert!(server.document() == before, "a dry run stores nothing");
    let words = |name| {
        let own = of(&tried, name);
        json!([own["stored"], own["action"], own["needs_choice"], own["stored_as"]])
    };
    assert_eq!(words("new"), json!(["new", "add", false, "new"]));
    assert_eq!(words("same"), json!(["same", null, false, null]));
    assert_eq!(words("other"), json!(["differs", null, true, null]));
    let other = of(&tried, "other");
    assert_eq!(other["etag"], server.get(item("other")).send().etag());
    let difference = list(&other["difference"])
        .iter()
        .map(|own| json!([own["pointer"], own["change"], own["before"], own["after"]]));
    assert_eq!(
        difference.collect::<Value>(),
        json!([
            ["/args", "changed", ["--old"], ["--new"]],
            ["/env/ADDED", "added", null, "[REDACTED]"],
            ["/env/TOKEN", "changed", "[REDACTED]", "[REDACTED]"],
            ["/description", "removed", "d", null],
        ])
    );
    assert_eq!(other["errors"][0]["pointer"], "/choices/other");
    let refused = import(&server, &body).send().expect_problem(409, "choice-needed");
    assert_eq!(refused.error_pointers(), ["/choices/other"]);
    assert!(server.document() == before, "nothing of it is stored");

    let body = json!({"text": text(&servers()), "choices": {"other": {"action": "skip"}}});
    let imported = import(&server, &body).send().expect(200);
    assert_eq!(of(&imported, "other")["action"], "skip");
    assert_eq!(of(&imported, "new")["etag_after"], server.get(item("new")).send().etag());
    assert_eq!(server.names(), ["new", "other", "same"]);
    // Once more, and nothing changes.
    let after = server.document();
    import(&server, &body).send().expect(200);
    assert!(server.document() == after);
}

#[test]
fn each_choice_does_what_its_write_does() {
    let stored =
        json!({"command": "o", "args": ["--old"], "env": {"TOKEN": "stored-secret"}, "description": "d"});
    let sent = json!({"command": "o", "args": ["--new"], "env": {"TOKEN": "sent-secret", "ADDED": "a"}});
    let merged = json!({
        "command": "o", "args": ["--new"], "env": {"TOKEN": "sent-secret", "ADDED": "a"}, "description": "d",
    });
    for (choice, own, other) in [
        (json!({"action": "replace"}), &sent, None),
        (json!({"action": "merge"}), &merged, None),
        (json!({"action": "rename", "name": "other-2"}), &stored, Some(("other-2", &sent))),
        (json!({"action": "skip"}), &stored, None),
    ] {
        let server = server();
        let mut choice = choice;
        choice["if_match"] = json!(server.get(item("other")).send().etag());
        let only = json!({"other": servers()["other"]});
        let body = json!({"text": text(&only), "choices": {"other": choice}});
        let tried = try_import(&server, &body).send().expect(200);
        let imported = import(&server, &body).send().expect(200);
        assert_eq!(of(&tried, "other"), of(&imported, "other"), "{choice}");
        assert_eq!(of(&imported, "other")["action"], choice["action"]);
        assert_eq!(&server.plaintext("other"), own, "{choice}");
        if let Some((name, config)) = other {
            assert_eq!(&server.plaintext(name), config);
            assert_eq!(of(&imported, "other")["stored_as"], name);
        }
    }
}

#[test]
fn one_stale_tag_changes_nothing() {
    let server = server();
    let tried = try_import(&server, &json!({"text": text(&servers())})).send().expect(200);
    let choice = |name: &str| json!({"action": "replace", "if_match": of(&tried, name)["etag"]});
    let choices = json!({"other": choice("other"), "same": choice("same")});
    let body = json!({"text": text(&servers()), "choices": choices});
    // Somebody changes one of them before the import is made.
    server.patch(item("same")).json(&json!({"description": "theirs"})).send().expect(200);
    let before = server.document();
    let refused = import(&server, &body).send().expect_problem(412, "precondition-failed");
    assert_eq!(refused.error_pointers(), ["/choices/same/if_match"]);
    assert!(server.document() == before, "nothing of it is stored");
    let again = try_import(&server, &body).send().expect(200);
    assert_eq!(of(&again, "same")["errors"][0]["pointer"], "/choices/same/if_match");
    // And where it was deleted.
    server.delete(item("same")).send().expect(204);
    import(&server, &body).send().expect_problem(412, "precondition-failed");
}

#[test]
fn no_name_is_given_twice_and_none_that_is_taken() {
    let server = server();
    let before = server.document();
    for (choices, status, slug, pointer) in [
        (json!({"new": {"action": "rename", "name": "same"}}), 409, "choice-needed", "/choices/new/name"),
        (json!({"other": {"action": "add"}}), 409, "choice-needed", "/choices/other"),
        (
            json!({"new": {"action": "rename", "name": "x"}, "other": {"action": "rename", "name": "x"}}),
            422,
            "import-refused",
            "/choices/other",
        ),
        (json!({"other": {"action": "rename", "name": "new"}}), 422, "import-refused", "/choices/other"),
    ] {
        let mut choices = choices;
        if choices.get("other").is_none() {
            choices["other"] = json!({"action": "skip"});
        }
        let body = json!({"text": text(&servers()), "choices": choices});
        let refused = import(&server, &body).send().expect_problem(status, slug);
        assert_eq!(refused.error_pointers(), [pointer], "{choices}");
        assert!(server.document() == before, "{choices}");
    }
}

#[test]
fn where_conditions_are_required_a_choice_needs_one_and_what_is_new_does_not() {
    let builder = TestServer::builder(Site::new()).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true");
    let server = builder.start();
    let body = |command: &str, choice: Value| json!({"text": text(&json!({"a": {"command": command}})), "choices": {"a": choice}});
    import(&server, &body("x", json!({}))).send().expect(200);
    let tag = server.get(item("a")).send().etag();
    let replace = json!({"action": "replace"});
    import(&server, &body("y", replace)).send().expect_problem(428, "precondition-required");
    let guarded = json!({"action": "replace", "if_match": tag});
    import(&server, &body("y", guarded)).send().expect(200);
    assert_eq!(server.plaintext("a")["command"], "y");
}

#[test]
fn a_server_that_cannot_be_stored_keeps_all_of_them_from_it() {
    let server = TestServer::start();
    let odd = text(&json!({"a": {"command": "x"}, "b": {"url": "https://${HOST}/mcp"}}));
    let tried = try_import(&server, &json!({"text": odd})).send().expect(200);
    assert_eq!(of(&tried, "b")["errors"][0]["pointer"], "/servers/1/config/url", "{}", tried.text());
    let refused = import(&server, &json!({"text": odd})).send().expect_problem(422, "invalid-config");
    assert_eq!(refused.error_pointers(), ["/servers/1/config/url"]);
    assert_eq!(server.get(SERVERS).send().expect(200).json()["servers"], json!([]));
}

#[test]
fn servers_that_are_imported_are_audited_each_by_its_name_and_tags() {
    let server = TestServer::builder(Site::new()).argument("--log-format").argument("json").start();
    let body = json!({"text": text(&json!({"a": {"command": "x"}, "b": {"command": "y"}}))});
    try_import(&server, &body).key(READER).send().expect_problem(403, "insufficient-scope");
    try_import(&server, &body).send().expect(200);
    import(&server, &body).send().expect(200);
    eventually("all is audited", || server.audited().len() >= 4);
    let events = server.audited();
    let said: Vec<Value> = events
        .iter()
        .map(|event| json!([event["action"], event["server"], event["servers"], event["status"]]))
        .collect();
    let own = server.get(item("a")).send().etag();
    assert_eq!(
        said,
        [
            json!(["import", null, null, 403]),
            json!(["import", null, "\"a\", \"b\"", 200]),
            json!(["import", "a", null, 200]),
            json!(["import", "b", null, 200]),
        ]
    );
    assert!(events[2].to_string().contains(own.trim_matches('"')), "{}", events[2]);
}
