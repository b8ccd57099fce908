//! A kept secret stays with its destination (L7).

use serde_json::{Value, json};

use crate::server::{ADMIN, TestServer, WRITER, item};

fn remote() -> Value {
    json!({"url": "https://h.example/mcp?page=1", "headers": {"X": "hidden-value"}, "description": "d"})
}

fn stdio() -> Value {
    json!({"command": "npx", "args": ["a"], "env": {"K": "hidden-value"}, "description": "d"})
}

/// Sends a write to a fresh copy of `config`; true when it went through, false when it was refused for the
/// secret at `pointer`.
#[track_caller]
fn goes_through(
    server: &TestServer,
    key: &str,
    config: &Value,
    method: &str,
    body: &Value,
    pointer: &str,
) -> bool {
    server.seed("s", config);
    let before = server.document();
    let answer = server.request(method, item("s")).key(key).json(body).send();
    let shown = format!("{method} {body} by {key}: {} {}", answer.status, answer.text());
    if answer.status == 200 {
        return true;
    }
    assert_eq!(answer.status, 422, "{shown}");
    assert_eq!(answer.problem(), "bound-secret", "{shown}");
    assert_eq!(answer.error_pointers(), [pointer], "{shown}");
    assert!(!answer.text().contains("hidden-value"), "the secret is shown: {shown}");
    assert!(server.document() == before, "the document changed: {shown}");
    false
}

#[test]
fn a_kept_secret_does_not_go_to_another_host_or_program() {
    let server = TestServer::start();
    let elsewhere = [
        "http://h.example/mcp",
        "https://evil.example/mcp",
        "https://h.example:8443/mcp",
        "https://h.example.evil.example/mcp",
        "https://h.example@evil.example/mcp",
        "wss://h.example/mcp",
    ];
    for url in elsewhere {
        for (method, body) in [
            ("PATCH", json!({"url": url})),
            ("PATCH", json!({"url": url, "headers": {"X": "[REDACTED]"}})),
            ("PUT", json!({"url": url, "headers": {"X": "[REDACTED]"}})),
        ] {
            assert!(!goes_through(&server, ADMIN, &remote(), method, &body, "/headers/X"), "{method} {body}");
        }
    }
    for body in [json!({"command": "evil"}), json!({"command": "evil", "url": null})] {
        assert!(!goes_through(&server, ADMIN, &remote(), "PATCH", &body, "/headers/X"), "{body}");
    }
    for body in
        [json!({"command": "evil"}), json!({"command": null, "args": null, "url": "https://evil.example/"})]
    {
        assert!(!goes_through(&server, ADMIN, &stdio(), "PATCH", &body, "/env/K"), "{body}");
    }
    let put = json!({"command": "evil", "env": {"K": "[REDACTED]"}});
    assert!(!goes_through(&server, ADMIN, &stdio(), "PUT", &put, "/env/K"));
}

#[test]
fn what_is_dropped_or_sent_again_is_not_kept() {
    let server = TestServer::start();
    let url = "https://other.example/mcp";
    let writes = [
        ("PATCH", json!({"url": url, "headers": {"X": null}})),
        ("PATCH", json!({"url": url, "headers": null})),
        ("PATCH", json!({"url": url, "headers": {"X": "hidden-value"}})),
        ("PATCH", json!({"url": url, "headers": {"X": "another"}})),
        ("PUT", json!({"url": url})),
        ("PUT", json!({"url": url, "headers": {"X": "hidden-value"}})),
        ("PUT", json!({"command": "new"})),
    ];
    for key in [ADMIN, WRITER] {
        for (method, body) in &writes {
            assert!(
                goes_through(&server, key, &remote(), method, body, "/headers/X"),
                "{key} {method} {body}"
            );
        }
    }
}

#[test]
fn the_same_destination_spelled_otherwise_is_the_same() {
    let server = TestServer::start();
    for url in ["https://h.example:443/mcp", "https://H.EXAMPLE/mcp", "https://h.example/other?page=2#part"] {
        let body = json!({"url": url});
        assert!(goes_through(&server, ADMIN, &remote(), "PATCH", &body, "/headers/X"), "{url}");
    }
    assert!(goes_through(&server, ADMIN, &stdio(), "PATCH", &json!({"args": ["b"]}), "/env/K"));
}

#[test]
fn without_the_right_to_see_secrets_only_harmless_members_change_beside_them() {
    let server = TestServer::start();
    let harmless = [
        json!({"description": "new"}),
        json!({"icon": "i.png"}),
        json!({"enabled": false}),
        json!({"timeout": 5}),
        json!({"sse_read_timeout": 5}),
        json!({"keep_alive": true}),
        json!({"tools": {}}),
        json!({"include_tags": ["a"]}),
        json!({"exclude_tags": ["b"]}),
    ];
    for body in harmless {
        assert!(goes_through(&server, WRITER, &stdio(), "PATCH", &body, "/env/K"), "{body}");
    }
    let harmful = [
        json!({"args": ["--send-to", "evil"]}),
        json!({"cwd": "/elsewhere"}),
        json!({"env": {"LD_PRELOAD": "evil.so"}}),
        json!({"unknown": 1}),
    ];
    for body in harmful {
        assert!(!goes_through(&server, WRITER, &stdio(), "PATCH", &body, "/env/K"), "{body}");
        assert!(goes_through(&server, ADMIN, &stdio(), "PATCH", &body, "/env/K"), "{body}");
        let mut again = body.clone();
        again["env"]["K"] = json!("hidden-value");
        assert!(goes_through(&server, WRITER, &stdio(), "PATCH", &again, "/env/K"), "{again}");
    }
    let path = json!({"url": "https://h.example/evil"});
    assert!(!goes_through(&server, WRITER, &remote(), "PATCH", &path, "/headers/X"));
}

#[test]
fn a_refusal_names_every_secret_that_would_follow() {
    let server = TestServer::start();
    server.seed("s", &json!({"url": "https://h/", "headers": {"A": "1", "B": "2", "C": "3"}, "auth": "4"}));
    let patch =
        server.patch(item("s")).json(&json!({"url": "https://other/", "headers": {"B": "again", "C": null}}));
    let answer = patch.send().expect_problem(422, "bound-secret");
    let mut pointers = answer.error_pointers();
    pointers.sort();
    assert_eq!(pointers, ["/auth", "/headers/A"]);
}
