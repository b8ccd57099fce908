//! Who may patch what, under which keys, and what the audit says.

use serde_json::json;

use super::super::LAYOUTS;
use super::{agent, on, patch, text, text_of};
use crate::server::{READER, REVEALER, SETTINGS, TestServer, WRITER, eventually};
use crate::site::Site;

#[test]
fn servers_need_write_and_all_else_needs_admin() {
    let server = on("flat");
    let before = text_of(&server);
    let servers = agent(json!({"mcp_config": {"t": {"description": "d"}}}));
    for (key, body, required) in [
        (READER, &servers, "write"),
        (WRITER, &agent(json!({"llm": {"model": "n"}})), "admin"),
        (REVEALER, &agent(json!({"llm": {"model": "n"}})), "admin"),
        (REVEALER, &agent(json!({"mcp_config": {"t": {"description": "d"}}, "tools": []})), "admin"),
        (WRITER, &json!({"conversation_settings_diff": {"max_iterations": 1}}), "admin"),
        (WRITER, &json!({"misc_settings_diff": {}}), "admin"),
        (WRITER, &json!({"active_profile": null}), "admin"),
        (WRITER, &json!({"active_profile": "p"}), "admin"),
    ] {
        let answer = server.patch(SETTINGS).key(key).json(body).send();
        let answer = answer.expect_problem(403, "insufficient-scope");
        assert_eq!(answer.json()["required_scope"], required, "{body}");
    }
    assert_eq!(text_of(&server), before);
    server.patch(SETTINGS).key(WRITER).json(&servers).send().expect(200);
    assert_ne!(text_of(&server), before);
    server.patch(SETTINGS).anonymous().json(&servers).send().expect_problem(401, "unauthorized");
}

#[test]
fn conditions_and_queries_are_refused_not_ignored() {
    let server = on("flat");
    let before = text_of(&server);
    let body = json!({"misc_settings_diff": {"a": 1}});
    for (name, value) in [("If-Match", "\"a\""), ("If-Match", "*"), ("If-None-Match", "*")] {
        let answer = server.patch(SETTINGS).header(name, value).json(&body).send();
        assert_eq!(answer.expect_problem(400, "invalid-header").json()["header"], name);
    }
    server.patch(format!("{SETTINGS}?a=1")).json(&body).send().expect_problem(400, "invalid-query");
    assert_eq!(text_of(&server), before);
    let strict = TestServer::builder(Site::with_document(text("flat")))
        .env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true")
        .start();
    patch(&strict, &body).expect(200);
}

#[test]
fn a_key_that_opens_nothing_seals_nothing_and_loses_nothing() {
    for layout in LAYOUTS {
        let server = TestServer::builder(Site::with_document(text(layout))).secret("another secret").start();
        let before = text_of(&server);
        for body in [
            agent(json!({"llm": {"api_key": "new"}})),
            agent(json!({"agent_context": {"secrets": {"N": "new"}}})),
            agent(json!({"mcp_config": {"s": {"env": {"B": "new"}}}})),
        ] {
            patch(&server, &body).expect_problem(409, "wrong-key");
            assert_eq!(text_of(&server), before, "{layout} {body}");
        }
        let answer = server.get(SETTINGS).send().expect(200).json();
        assert_eq!(answer["agent_settings"]["llm"]["api_key"], "**********");
        assert_eq!(answer["llm_api_key_is_set"], true);
        let refused = server.get(SETTINGS).expose("plaintext").send();
        let refused = refused.expect_problem(409, "secret-unreadable");
        assert!(refused.error_pointers().contains(&"/agent_settings/llm/api_key".to_owned()));
        // What needs no key can be done, and what can't be opened stays as it is.
        patch(&server, &agent(json!({"llm": {"model": "n", "api_key": "**********"}}))).expect(200);
        assert_eq!(text_of(&server), before.replace(r#""m\u0031""#, r#""n""#));
        patch(&server, &agent(json!({"llm": {"api_key": null}}))).expect(200);
        assert!(server.json()["agent_settings"]["llm"].get("api_key").is_none());
    }
}

#[test]
fn without_a_key_nothing_is_stored_in_the_clear() {
    let server =
        TestServer::builder(Site::with_document(text("flat"))).without_env("MCP_SETTINGS_SECRET_KEY").start();
    let before = text_of(&server);
    patch(&server, &agent(json!({"llm": {"api_key": "new"}}))).expect_problem(409, "key-missing");
    assert_eq!(text_of(&server), before);
    patch(&server, &agent(json!({"llm": {"model": "n"}}))).expect(200);
    // Our own document gets a key of its own.
    let own = TestServer::builder(Site::new()).without_env("MCP_SETTINGS_SECRET_KEY").start();
    patch(&own, &agent(json!({"llm": {"model": "m", "api_key": "new"}}))).expect(200);
    assert!(!text_of(&own).contains("new"));
    let plain = own.get(SETTINGS).expose("plaintext").send().expect(200).json();
    assert_eq!(plain["agent_settings"]["llm"]["api_key"], "new");
}

#[test]
fn a_document_that_cannot_be_patched_says_why_and_stays() {
    let body = json!({"misc_settings_diff": {"a": 1}});
    for (document, status, slug) in [
        (r#"{"agent_settings":{"llm":{"a":1,"a":2}}}"#, 409, "malformed-settings"),
        (r#"{"misc_settings":[]}"#, 409, "malformed-settings"),
        (r#"{"schema_version":7}"#, 409, "document-read-only"),
        (r#"{"agent_settings":{"agent_kind":"other"}}"#, 409, "document-read-only"),
        ("{", 409, "document-unreadable"),
    ] {
        let server = TestServer::builder(Site::with_document(document)).start();
        patch(&server, &body).expect_problem(status, slug);
        assert_eq!(text_of(&server), document);
    }
}

#[test]
fn patches_are_audited_with_the_servers_that_they_name_and_no_values() {
    let server = on("flat");
    let body = agent(
        json!({"mcp_config": {"t": {"description": "canary"}, "gone": null}, "llm": {"model": "canary"}}),
    );
    patch(&server, &body).expect(200);
    server.patch(SETTINGS).key(WRITER).json(&body).send().expect(403);
    let is_audited = |parts: &[&str]| {
        let log = server.log();
        let mut lines = log.lines().filter(|line| line.contains("patch-settings"));
        lines.any(|line| parts.iter().all(|part| line.contains(part)))
    };
    eventually("both are audited", || {
        is_audited(&["status=200", r#" server="t""#, "tag.before", "tag.after"])
            && is_audited(&["status=200", r#" servers="\"gone\"""#])
            && is_audited(&["status=403", r#" servers="\"gone\", \"t\"""#])
    });
    assert!(!server.log().contains("canary"));
}

#[test]
fn no_refusal_repeats_what_was_sent() {
    let secret = "canary-4711";
    for layout in LAYOUTS {
        let server = on(layout);
        let before = text_of(&server);
        let json_type = "application/json";
        let sent = agent(json!({"llm": {"api_key": secret}})).to_string();
        let twice = sent.replace("\"api_key\"", &format!("\"api_key\":\"{secret}\",\"api_key\""));
        let requests = [
            server.patch(SETTINGS).body(json_type, &sent[..sent.len() - 1]),
            server.patch(SETTINGS).body(json_type, format!("[{sent}]")),
            server.patch(SETTINGS).body(json_type, twice),
            server.patch(SETTINGS).body("text/plain", &sent),
            server.patch(SETTINGS).key(READER).body(json_type, &sent),
            server.patch(SETTINGS).key(WRITER).body(json_type, &sent),
            server.patch(SETTINGS).if_match("\"x\"").body(json_type, &sent),
            server.patch(SETTINGS).json(&agent(json!({"llm": {"api_key": [secret]}}))),
            server.patch(SETTINGS).json(&agent(json!({"llm": secret}))),
            server.patch(SETTINGS).json(&agent(json!(secret))),
            server.patch(SETTINGS).json(&agent(json!({"agent_kind": secret}))),
            server.patch(SETTINGS).json(&agent(json!({"mcp_config": secret}))),
            server.patch(SETTINGS).json(&agent(json!({"mcp_config": {"s": {"env": {"A": [secret]}}}}))),
            server.patch(SETTINGS).json(&agent(json!({"mcp_config": {"s": {"apiKey": secret}}}))),
            server.patch(SETTINGS).json(&json!({"active_profile": secret})),
            server.patch(SETTINGS).json(&json!({"conversation_settings_diff": {"max_iterations": secret}})),
        ];
        for request in requests {
            let answer = request.send();
            assert!((400..502).contains(&answer.status), "{layout}: a wrong request went through");
            answer.problem();
            let text = format!("{}{}", answer.head_text(), answer.text());
            assert!(!text.contains("canary"), "{layout}: {text}");
        }
        assert_eq!(text_of(&server), before, "{layout}");
        assert!(!server.log().contains("canary"), "{layout}");
    }
}
