//! What only another client understands is kept for it, in documents that have a member for it and in those that have none:
//! through edits of anybody, renamed and copied with its server, and gone with it.

use serde_json::{Value, json};

use super::CLOSED;
use crate::client_texts::{exported, file, import, list, of, text, try_import};
use crate::server::{ADMIN, SECRET, TestServer, WRITER, eventually, item, settings_item};
use crate::site::Site;

const OPEN: &str = "{}";

/// An entry of Cline with members that nothing of ours means.
fn entry() -> Value {
    json!({
        "command": "x", "env": {"TOKEN": "canary-token"}, "disabled": false, "timeout": 60,
        "autoApprove": ["read", "canary-approved"], "registryId": 17,
    })
}

fn body(name: &str, entry: &Value) -> Value {
    json!({"text": text(&json!({name: entry})), "format": "cline"})
}

fn start(document: &str) -> TestServer {
    TestServer::builder(Site::with_document(document)).start()
}

/// What an export for the client has of a server beside what every client has.
#[track_caller]
fn kept(server: &TestServer, name: &str) -> Value {
    let file = file(&exported(server, "cline", name, "plaintext"));
    let entry = &file["mcpServers"][name];
    json!([entry["autoApprove"], entry["registryId"]])
}

fn all() -> Value {
    json!([["read", "canary-approved"], 17])
}

fn nothing() -> Value {
    json!([null, null])
}

#[test]
fn it_is_kept_through_edits_renamed_and_copied_with_its_server_and_gone_with_it() {
    for document in [OPEN, CLOSED] {
        let server = start(document);
        let tried = try_import(&server, &body("a", &entry())).send().expect(200);
        assert_eq!(of(&tried, "a")["kept"], json!(["autoApprove", "registryId"]));
        let says_so = list(&tried.json()["notes"]).iter().any(|note| {
            note["about"].as_str().is_some_and(|about| about.contains("kept beside the settings"))
        });
        assert_eq!(says_so, document == CLOSED);
        import(&server, &body("a", &entry())).send().expect(200);
        assert_eq!(kept(&server, "a"), all(), "{document}");
        let stored = server.text();
        assert_eq!(stored.contains("autoApprove"), document == OPEN);
        assert!(!stored.contains("canary"), "it is encrypted");

        server.patch(item("a")).json(&json!({"description": "d"})).send().expect(200);
        server.patch(item("a")).key(WRITER).json(&json!({"enabled": false})).send().expect(200);
        server
            .patch(item("a"))
            .json(&json!({"command": "y", "env": {"TOKEN": "sent again"}}))
            .send()
            .expect(200);
        assert_eq!(kept(&server, "a"), all(), "{document}: edited");
        // By another program.
        let text = server.text();
        server.site().write(text.replace("\"y\"", "\"z\""));
        assert_eq!(server.plaintext("a")["command"], "z");
        assert_eq!(kept(&server, "a"), all(), "{document}: edited by another program");

        let renamed = server.post(format!("{}/rename", item("a"))).json(&json!({"to": "b"})).send();
        renamed.expect(200);
        let copied = server.post(format!("{}/copy", item("b"))).json(&json!({"to": "c"})).send();
        copied.expect(201);
        server.seed("a", &json!({"command": "new"}));
        let of_each = ["a", "b", "c"].map(|name| kept(&server, name));
        assert_eq!(of_each, [nothing(), all(), all()], "{document}: renamed and copied");
        server.delete(item("b")).send().expect(204);
        server.delete(settings_item("c")).send().expect(200);
        for name in ["b", "c"] {
            server.seed(name, &json!({"command": "new"}));
            assert_eq!(kept(&server, name), nothing(), "{document}: deleted and made again");
        }
    }
}

#[test]
fn a_put_replaces_it_where_it_is_in_the_document_and_a_mask_keeps_it() {
    let server = start(OPEN);
    import(&server, &body("a", &entry())).send().expect(200);
    let shown = server.get(item("a")).send().expect(200).json()["config"].clone();
    let masked = json!({"autoApprove": ["[REDACTED]", "[REDACTED]"], "registryId": "[REDACTED]"});
    assert_eq!(shown["extensions"], json!({"cline": masked}));
    server.put(item("a")).json(&shown).send().expect(200);
    assert_eq!(kept(&server, "a"), all());
    server.put(item("a")).json(&json!({"command": "x"})).send().expect(200);
    assert_eq!(kept(&server, "a"), nothing());
    // A document without a member for it refuses it as before.
    let server = start(CLOSED);
    let put = server.put(item("a")).json(&json!({"command": "x", "extensions": {}})).send();
    assert_eq!(put.expect_problem(422, "invalid-config").error_pointers(), ["/extensions"]);
}

#[test]
fn importing_again_replaces_merges_or_leaves_it() {
    for document in [OPEN, CLOSED] {
        let server = start(document);
        import(&server, &body("a", &entry())).send().expect(200);
        assert_eq!(of(&try_import(&server, &body("a", &entry())).send().expect(200), "a")["stored"], "same");
        let mut other = entry();
        other["registryId"] = json!(18);
        let tried = try_import(&server, &body("a", &other)).send().expect(200);
        assert_eq!(of(&tried, "a")["stored"], "differs", "{document}");
        assert_eq!(list(&of(&tried, "a")["difference"]).len(), 1, "{}", tried.text());
        import(&server, &body("a", &other)).send().expect_problem(409, "choice-needed");
        let mut choosing = body("a", &other);
        choosing["choices"] = json!({"a": {"action": "merge"}});
        import(&server, &choosing).send().expect(200);
        assert_eq!(kept(&server, "a"), json!([["read", "canary-approved"], 18]), "{document}");
        // For another client: a merge keeps both, and to replace is to replace.
        for (action, expected) in
            [("merge", json!([["read", "canary-approved"], 18])), ("replace", nothing())]
        {
            let of_cursor = json!({"a": {"command": "w", "env": {"TOKEN": "t"}, "envFile": ".env"}});
            let choices = json!({"a": {"action": action}});
            let body = json!({"text": text(&of_cursor), "format": "cursor", "choices": choices});
            if action == "replace" {
                server.patch(item("a")).json(&json!({"description": "d"})).send().expect(200);
            }
            import(&server, &body).send().expect(200);
            assert_eq!(kept(&server, "a"), expected, "{document}: {action}");
            let text = exported(&server, "cursor", "a", "plaintext")["text"].clone();
            assert!(text.as_str().is_some_and(|text| text.contains("envFile")), "{document}: {text}");
        }
    }
}

#[test]
fn beside_a_closed_document_it_is_encrypted_and_outlives_the_service_and_not_its_server() {
    let server = start(CLOSED);
    import(&server, &body("a", &entry())).send().expect(200);
    let site = server.site();
    server.stop();
    let holds = |text: &str| {
        let database = std::fs::read(site.state().join("state.db")).expect("it is there");
        database.windows(text.len()).any(|window| window == text.as_bytes())
    };
    assert!(!holds("canary-approved") && !holds("autoApprove"));
    let server = TestServer::builder(std::sync::Arc::clone(&site)).start();
    assert_eq!(kept(&server, "a"), all());
    // Another program removes the server: what it kept goes within a minute, or with the next server of its name.
    let text = server.text();
    site.write(CLOSED);
    assert_eq!(server.names(), Vec::<String>::new());
    server.seed("a", &json!({"command": "new"}));
    assert_eq!(kept(&server, "a"), nothing());
    site.write(text);
    eventually("the server is back", || server.plaintext("a")["command"] == "x");
    assert_eq!(kept(&server, "a"), nothing());
    import(&server, &body("b", &entry())).key(ADMIN).send().expect(200);
    server.stop();
    let rotated = TestServer::builder(std::sync::Arc::clone(&site))
        .env("MCP_SETTINGS_SECRET_KEY", "another-secret-key-0123456789abcdef")
        .env("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", json!([SECRET]).to_string())
        .start();
    assert_eq!(kept(&rotated, "b"), all(), "an older key opens it");
}
