//! What is outside the servers: merged, kept byte by byte, sealed, and refused where something would be lost.

use serde_json::{Value, json};

use super::super::LAYOUTS;
use super::{agent, on, patch, text_of};
use crate::crypto;
use crate::server::{SECRET, SERVERS, SETTINGS, TestServer, item};
use crate::site::Site;

#[test]
fn only_what_changes_is_written() {
    for layout in LAYOUTS {
        let server = on(layout);
        let mut expected = text_of(&server);
        for (body, old, new) in [
            (agent(json!({"llm": {"temperature": 2}})), "1.50", "2"),
            (agent(json!({"llm": {"temperature": null}})), r#", "temperature":2"#, ""),
            (
                agent(json!({"agent_context": {"disabled_skills": ["a"]}})),
                r#""disabled_skills":[]"#,
                r#""disabled_skills":["a"]"#,
            ),
            (
                json!({"conversation_settings_diff": {"security_analyzer": null}}),
                r#""security_analyzer":"llm""#,
                r#""security_analyzer":null"#,
            ),
            (
                json!({"misc_settings_diff": {"ui": {"a": null}, "n": null}}),
                r#"{"ui":{"a":1,"b":[2]}}"#,
                r#"{"ui":{"b":[2]},"n":null}"#,
            ),
            (json!({"active_profile": null}), r#""active_profile":"p""#, r#""active_profile":null"#),
        ] {
            patch(&server, &body).expect(200);
            assert!(expected.contains(old), "{old}");
            expected = expected.replacen(old, new, 1);
            assert_eq!(text_of(&server), expected, "{layout} {body}");
        }
        patch(&server, &json!({"active_meta_profile": null})).expect(200);
        let stored = server.json();
        assert_eq!(stored["active_meta_profile"], Value::Null);
        assert_eq!(stored["agent_settings"]["active_meta_profile"], Value::Null);
        assert_eq!(stored["agent_settings"]["enable_classify_and_switch_llm_tool"], json!(false));
    }
}

#[test]
fn what_changes_nothing_stores_nothing() {
    for layout in LAYOUTS {
        let server = on(layout);
        let (before, tag) = (text_of(&server), server.get(item("s")).send().etag());
        let redacted = server.get(SETTINGS).send().expect(200).json();
        for exposure in ["", "encrypted", "plaintext"] {
            let shown = server.get(SETTINGS).expose(exposure).send().expect(200).json();
            let body = json!({
                "agent_settings_diff": shown["agent_settings"],
                "conversation_settings_diff": shown["conversation_settings"],
                "misc_settings_diff": shown["misc_settings"],
            });
            let answer = patch(&server, &body).expect(200);
            assert_eq!(answer.json(), redacted, "{layout} {exposure}");
            assert_eq!(text_of(&server), before, "{layout} {exposure}");
        }
        for body in [
            agent(json!({})),
            agent(json!({"llm": {"api_key": "**********", "absent": null}})),
            agent(json!({"llm": {"api_key": "plain-k"}, "agent_context": {"secrets": {"T": "[REDACTED]"}}})),
            json!({"active_agent_profile_id": null}),
            json!({"misc_settings_diff": {}, "conversation_settings_diff": null, "unknown": 1}),
        ] {
            patch(&server, &body).expect(200);
            assert_eq!(text_of(&server), before, "{layout} {body}");
        }
        assert_eq!(server.get(item("s")).send().etag(), tag);
    }
}

#[test]
fn a_new_secret_is_sealed_and_shown_to_nobody_who_does_not_ask() {
    for layout in LAYOUTS {
        let server = on(layout);
        let body = agent(json!({
            "llm": {"api_key": "canary-1", "aws_session_token": "canary-2"},
            "meta_profile_llms": {"fast": {"model": "m", "api_key": "canary-3"}},
            "verification": {"critic_api_key": "canary-4"},
            "agent_context": {"secrets": {"N": "canary-5", "O": {"kind": "StaticSecret", "value": "canary-6"}}},
        }));
        let answer = patch(&server, &body).expect(200);
        assert_eq!(answer.json(), server.get(SETTINGS).send().json());
        let encrypted = server.get(SETTINGS).expose("encrypted").send().expect(200);
        for text in [answer.text(), encrypted.text(), text_of(&server), server.log()] {
            assert!(!text.contains("canary"), "{layout}: {text}");
        }
        let stored = server.json();
        let opened = crypto::opened(SECRET, &stored);
        let plain = server.get(SETTINGS).expose("plaintext").send().expect(200).json();
        for pointer in [
            "/llm/api_key",
            "/llm/aws_session_token",
            "/meta_profile_llms/fast/api_key",
            "/verification/critic_api_key",
            "/agent_context/secrets/N",
            "/agent_context/secrets/O/value",
        ] {
            let pointer = format!("/agent_settings{pointer}");
            let sent = body["agent_settings_diff"].pointer(&pointer["/agent_settings".len()..]);
            assert_eq!(opened.pointer(&pointer), sent, "{pointer}");
            assert_eq!(plain.pointer(&pointer), sent, "{pointer}");
            assert_eq!(answer.json().pointer(&pointer), Some(&json!("**********")), "{pointer}");
        }
        assert_eq!(plain["agent_settings"]["agent_context"]["secrets"]["T"], "plain-t");
    }
}

#[test]
fn what_cannot_be_meant_or_taken_is_refused_and_stores_nothing() {
    let foreign = crypto::seal("another secret", "x");
    for layout in LAYOUTS {
        let server = on(layout);
        let before = text_of(&server);
        for (body, status, slug, pointers) in [
            (agent(json!({"llm": null})), 422, "unnamed-loss", "/agent_settings_diff/llm"),
            (
                agent(json!({"agent_context": null})),
                422,
                "unnamed-loss",
                "/agent_settings_diff/agent_context",
            ),
            (agent(json!({"mcp_config": null})), 422, "unnamed-loss", "/agent_settings_diff/mcp_config"),
            (agent(json!({"agent_kind": "other"})), 422, "invalid-config", "/agent_settings_diff/agent_kind"),
            (
                agent(json!({"schema_version": 3})),
                422,
                "invalid-config",
                "/agent_settings_diff/schema_version",
            ),
            (agent(json!({"llm": {"model": 5}})), 422, "invalid-config", "/agent_settings_diff/llm/model"),
            (
                agent(json!({"llm": {"api_key": ["k"]}})),
                422,
                "invalid-config",
                "/agent_settings_diff/llm/api_key",
            ),
            (
                agent(json!({"llm": {"aws_session_token": "**********"}})),
                422,
                "unrestorable-mask",
                "/agent_settings_diff/llm/aws_session_token",
            ),
            (
                agent(json!({"llm": {"api_key": foreign}})),
                422,
                "foreign-token",
                "/agent_settings_diff/llm/api_key",
            ),
            (
                json!({"conversation_settings_diff": {"max_iterations": null}}),
                422,
                "invalid-config",
                "/conversation_settings_diff/max_iterations",
            ),
            (json!({"misc_settings_diff": [1]}), 422, "invalid-config", "/misc_settings_diff"),
            (json!({"active_profile": 5}), 422, "invalid-config", "/active_profile"),
        ] {
            let answer = patch(&server, &body).expect_problem(status, slug);
            assert_eq!(
                answer.error_pointers().first().map(String::as_str),
                Some(pointers),
                "{layout} {body}"
            );
        }
        for (body, detail) in [
            (json!({}), "At least one of agent_settings_diff"),
            (json!({"agent_settings": {"llm": {}}}), "At least one of agent_settings_diff"),
        ] {
            let answer = patch(&server, &body).expect_problem(400, "malformed-body");
            assert!(answer.json()["detail"].as_str().unwrap().starts_with(detail));
        }
        for name in ["active_profile", "active_agent_profile_id", "active_meta_profile"] {
            let answer = patch(&server, &json!({name: "p"})).expect_problem(501, "not-implemented");
            assert!(answer.json()["detail"].as_str().unwrap().contains(name));
        }
        let deep = (0..70).fold(json!(1), |inner, _| json!({"a": inner}));
        patch(&server, &json!({"misc_settings_diff": deep})).expect_problem(422, "malformed-body");
        assert_eq!(text_of(&server), before, "{layout}");
    }
}

#[test]
fn a_merge_keeps_the_limits_that_its_parts_keep() {
    let server = on("wrapped");
    let nested = |depth: usize, inner: Value| (0..depth).fold(inner, |inner, _| json!({"a": inner}));
    patch(&server, &json!({"misc_settings_diff": nested(50, json!({}))})).expect(200);
    let before = text_of(&server);
    patch(&server, &json!({"misc_settings_diff": nested(61, json!(1))})).expect(200);
    patch(&server, &json!({"misc_settings_diff": nested(61, json!({"b": 1}))})).expect(200);
    assert_ne!(text_of(&server), before);
    let half = "x".repeat(600_000);
    patch(&server, &json!({"misc_settings_diff": {"one": half}})).expect(200);
    let before = text_of(&server);
    patch(&server, &json!({"misc_settings_diff": {"one": "", "two": half}})).expect(200);
    assert_ne!(text_of(&server), before);
}

#[test]
fn another_agent_kind_costs_nothing() {
    for layout in LAYOUTS {
        let server = on(layout);
        let before = text_of(&server);
        let tag = server.get(item("s")).send().etag();
        if layout == "flat" {
            // The agent-server refuses a newest file with an ACP agent and `llm`.
            let refused = patch(&server, &agent(json!({"agent_kind": "acp"})));
            assert_eq!(refused.expect(422).json()["errors"][0]["pointer"], "/agent_settings_diff/llm");
            assert_eq!(text_of(&server), before);
            let named = json!({"agent_kind": "acp", "llm": null});
            patch(&server, &agent(named)).expect(200);
            let kept = server.get(SERVERS).send().expect(200).json()["servers"].as_array().unwrap().len();
            assert_eq!(kept, 2);
            let back = json!({"agent_kind": "openhands", "llm": {"model": "m"}});
            patch(&server, &agent(back)).expect(200);
            assert_eq!(server.get(item("s")).send().etag(), tag);
            continue;
        }
        let answer = patch(&server, &agent(json!({"agent_kind": "acp"}))).expect(200);
        assert_eq!(answer.json(), server.get(SETTINGS).send().json());
        assert_eq!(text_of(&server), before.replace("\"openhands\"", "\"acp\""));
        let listed = server.get(SERVERS).send().expect(200).json()["servers"].as_array().unwrap().len();
        assert_eq!(listed, 0, "an older ACP document has no servers to show");
        let server_diff = agent(json!({"mcp_config": {"s": {"description": "d"}}}));
        patch(&server, &server_diff).expect_problem(409, "no-mcp-servers");
        let answer = patch(&server, &agent(json!({"agent_kind": "openhands"}))).expect(200);
        assert_eq!(answer.json(), server.get(SETTINGS).send().json());
        assert_eq!(text_of(&server), before);
        assert_eq!(server.get(item("s")).send().etag(), tag);
    }
}

#[test]
fn a_new_document_is_begun_in_the_layout_of_its_place() {
    let body = json!({
        "agent_settings_diff": {"llm": {"model": "m", "api_key": "k"}, "mcp_config": {"s": {"command": "x"}}},
        "misc_settings_diff": {"a": 1},
    });
    for is_openhands in [false, true] {
        let builder = TestServer::builder(Site::new());
        let server = if is_openhands { builder.in_openhands_folder() } else { builder }.start();
        let answer = patch(&server, &body).expect(200);
        assert_eq!(answer.json(), server.get(SETTINGS).send().json());
        let mut stored = crypto::opened(SECRET, &server.json());
        let map = stored["agent_settings"]["mcp_config"].take();
        let version = stored["agent_settings"]["schema_version"].as_u64();
        let server_at = if is_openhands { &map["s"] } else { &map["mcpServers"]["s"] };
        assert_eq!(version, is_openhands.then_some(9));
        assert_eq!(server_at["command"], "x");
        assert_eq!(stored["agent_settings"]["llm"], json!({"model": "m", "api_key": "k"}));
        assert_eq!(stored["agent_settings"]["agent_kind"], "openhands");
        assert_eq!(stored["misc_settings"], json!({"a": 1}));
    }
    let server = TestServer::start();
    patch(&server, &json!({"active_profile": null, "agent_settings_diff": {}})).expect(200);
    assert!(server.document().is_none(), "what changes nothing begins no document");
    let kept = TestServer::builder(Site::with_document(r#"{"other": 1}"#)).start();
    patch(&kept, &json!({"misc_settings_diff": {"a": 1}})).expect(200);
    assert_eq!(text_of(&kept), r#"{"other": 1, "misc_settings": {"a": 1}}"#);
    patch(&kept, &body).expect(200);
    assert_eq!(kept.json()["other"], 1);
    assert_eq!(kept.json()["agent_settings"]["agent_kind"], "openhands");
}

#[test]
fn files_of_the_released_server_change_only_where_the_patch_says() {
    for (fixture, old, new) in [
        ("settings/v1.58.0.json", "\"max_iterations\": 500", "\"max_iterations\": 7"),
        ("settings/per-server.json", "\"max_iterations\": 500", "\"max_iterations\": 7"),
    ] {
        let server = TestServer::on_fixture(fixture);
        let before = text_of(&server);
        let names = |server: &TestServer| server.get(SERVERS).send().expect(200).json();
        let listed = names(&server);
        let shown = server.get(SETTINGS).send().expect(200).json();
        // Nulls of the agent's settings would remove; the others are values there.
        let body = json!({
            "conversation_settings_diff": shown["conversation_settings"],
            "misc_settings_diff": shown["misc_settings"],
        });
        patch(&server, &body).expect(200);
        assert_eq!(text_of(&server), before, "{fixture}");
        patch(&server, &json!({"conversation_settings_diff": {"max_iterations": 7}})).expect(200);
        assert_eq!(text_of(&server), before.replace(old, new), "{fixture}");
        assert_ne!(text_of(&server), before, "{fixture}");
        patch(&server, &agent(json!({"llm": {"api_key": "canary"}}))).expect(200);
        assert_eq!(names(&server), listed);
        let stored = crypto::opened(SECRET, &server.json());
        assert_eq!(stored["agent_settings"]["llm"]["api_key"], "canary");
        assert!(!text_of(&server).contains("canary"), "{fixture}");
    }
}
