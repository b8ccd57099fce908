//! Masks in forms that this service does not show: kept if it is clear what they mean, else refused.

use serde_json::{Value, json};

use crate::response::Response;
use crate::server::{ADMIN, SETTINGS, TestServer, WRITER, item, settings_item};

/// Masks from end to end that say nothing but that something is hidden.
const WORDS: [&str; 6] =
    [" [REDACTED]", "[redacted]", "REDACTED", "<REDACTED>\n", "&lt;redacted&gt;", "xxxxxxxx"];

/// Masks with three dots in a row, which may as well be a guess at a head or a tail.
const DOTS: [&str; 7] =
    ["********", "***REDACTED***", "••••••••", "\"●●●\"", "tok****ret", "••••ret", "tok***"];

/// Masks of nothing that is stored.
const UNCLEAR: [&str; 3] = ["Bearer [REDACTED]", "<redacted> and more", "Bearer ********"];

fn seeded() -> TestServer {
    let server = TestServer::start();
    server.seed(
        "s",
        &json!({"command": "x", "env": {"A": "token-secret", "B": "b"}, "apiKeys": ["token-secret"]}),
    );
    server
}

/// Every write that can carry a value for the secret, sent.
fn sent(server: &TestServer, key: &str, mask: &str) -> Vec<(&'static str, Response)> {
    let env = json!({"A": mask, "B": "[REDACTED]"});
    let whole = json!({"command": "x", "env": env, "apiKeys": ["[REDACTED]"]});
    let operations = json!([{"op": "replace", "path": "/env/A", "value": mask}]);
    let in_settings = |servers: Value| json!({"agent_settings_diff": {"mcp_config": servers}});
    let requests = [
        ("PUT", server.put(item("s")).json(&whole)),
        ("PATCH", server.patch(item("s")).json(&json!({"env": {"A": mask}}))),
        ("array", server.patch(item("s")).json(&json!({"apiKeys": [mask]}))),
        ("JSON Patch", server.patch(item("s")).body("application/json-patch+json", operations.to_string())),
        ("OpenHands", server.patch(settings_item("s")).json(&json!({"env": {"A": mask}}))),
        ("settings", server.patch(SETTINGS).json(&in_settings(json!({"s": {"env": {"A": mask}}})))),
        (
            "wrapped",
            server.patch(SETTINGS).json(&in_settings(json!({"mcpServers": {"s": {"env": {"A": mask}}}}))),
        ),
    ];
    requests.map(|(what, request)| (what, request.key(key).send())).into()
}

#[test]
fn a_mask_in_another_form_keeps_the_secret_or_is_refused() {
    let server = seeded();
    let before = server.document();
    let kept = |key: &str, mask: &str| {
        for (what, answer) in sent(&server, key, mask) {
            assert_eq!(answer.status, 200, "{what} {mask:?}: {}", answer.text());
            assert!(server.document() == before, "{what} {mask:?} stored something");
        }
    };
    let refused = |key: &str, mask: &str| {
        for (what, answer) in sent(&server, key, mask) {
            let answer = answer.expect_problem(422, "unrestorable-mask");
            let pointer = &answer.error_pointers()[0];
            assert!(pointer.ends_with("/env/A") || pointer == "/apiKeys/0", "{what} {mask:?}: {pointer}");
            assert!(server.document() == before, "{what} {mask:?} stored something");
        }
    };
    for mask in WORDS {
        kept(ADMIN, mask);
        kept(WRITER, mask);
    }
    for mask in DOTS {
        kept(ADMIN, mask);
        refused(WRITER, mask);
    }
    for mask in UNCLEAR {
        refused(ADMIN, mask);
        refused(WRITER, mask);
    }
}

#[test]
fn a_mask_where_nothing_is_stored_is_refused_in_every_form() {
    let server = seeded();
    let before = server.document();
    for mask in WORDS.iter().chain(&DOTS[..4]).chain(&UNCLEAR) {
        for key in [ADMIN, WRITER] {
            for request in [
                server.put(item("new")).json(&json!({"command": "x", "env": {"A": mask}})),
                server.patch(item("s")).json(&json!({"env": {"NEW": mask}})),
                server.put(item("new")).json(&json!({"url": "https://h/", "headers": {"X": mask}})),
                server
                    .put(item("new"))
                    .json(&json!({"url": "https://h/", "auth": {"strategy": "bearer", "value": mask}})),
                server.post(settings_item("new")).json(&json!({"command": "x", "env": {"A": mask}})),
            ] {
                request.key(key).send().expect_problem(422, "unrestorable-mask");
                assert!(server.document() == before, "{mask:?} stored something");
            }
        }
    }
}

#[test]
fn a_masked_url_of_others_keeps_what_it_masks_or_is_refused() {
    let server = TestServer::start();
    server.seed("s", &json!({"url": "https://user:pass@h.example/mcp?api_key=abcdefgh&x=1"}));
    let before = server.document();
    let cases = [
        ("https://********@h.example/mcp?api_key=********&x=1", 200),
        ("https://user:********@h.example/mcp?api_key=abcdefgh&x=1", 200),
        ("https://user:redacted@h.example/mcp?api_key=ab****gh&x=1", 200),
        ("https://%E2%80%A2%E2%80%A2%E2%80%A2@h.example/mcp?api_key=abcdefgh&x=1", 200),
        ("https://other:********@h.example/mcp?api_key=abcdefgh&x=1", 422),
        ("https://user:pass@h.example/mcp?api_key=zz%5BREDACTED%5D&x=1", 422),
        ("********", 422),
    ];
    for (url, expected) in cases {
        let patch = json!({"url": url});
        for request in [server.patch(item("s")), server.patch(settings_item("s"))] {
            let answer = request.clone().json(&patch).send();
            assert_eq!(answer.status, expected, "{url}: {}", answer.text());
            let refused = request.key(WRITER).json(&patch).send().expect_problem(422, "unrestorable-mask");
            assert_eq!(refused.error_pointers(), ["/url"], "{url}");
            assert!(server.document() == before, "{url} stored something");
        }
    }
}

#[test]
fn what_a_mask_of_others_comes_to_does_not_depend_on_the_secret_without_reveal() {
    let server = TestServer::start();
    let mut answers = Vec::new();
    for secret in ["token-secret", "another-value"] {
        server.put(item("s")).json(&json!({"command": "x", "env": {"A": secret}})).send().expect_success();
        let each = WORDS.iter().chain(&DOTS).chain(&UNCLEAR).flat_map(|mask| {
            let patch = json!({"env": {"A": mask}});
            [
                server.patch(item("s")).key(WRITER).json(&patch).send(),
                server.patch(item("s")).key(WRITER).if_match("\"stale\"").json(&patch).send(),
            ]
        });
        answers.push(
            each.map(|answer| {
                (answer.status, answer.json()["errors"].clone(), answer.json()["changed"].clone())
            })
            .collect::<Vec<_>>(),
        );
    }
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_secret_that_looks_like_a_mask_can_be_kept_and_sent_by_who_sees_it() {
    let server = TestServer::start();
    server.seed("s", &json!({"command": "x", "env": {"A": "pass***word"}}));
    assert_eq!(server.plaintext("s")["env"]["A"], "pass***word");
    let before = server.document();
    for value in ["pass***word", "[REDACTED]", "pa***rd"] {
        server.patch(item("s")).json(&json!({"env": {"A": value}})).send().expect(200);
        assert!(server.document() == before, "{value}");
    }
    server.patch(item("s")).json(&json!({"env": {"A": "other***word"}})).send().expect(200);
    assert_eq!(server.plaintext("s")["env"]["A"], "other***word");
}
