//! What clients can't send or start is refused, with the place and what would be right, and only where a write
//! changes it.

use serde_json::{Value, json};

use crate::server::{ADMIN, TestServer, WRITER, item, settings_item};
use crate::site::Site;

fn cases() -> Vec<(Value, &'static str, &'static str)> {
    let headers = |headers: Value| json!({"url": "https://h.example/", "headers": headers});
    let auth = |auth: Value| json!({"url": "https://h.example/", "auth": auth});
    vec![
        (json!({"command": "  "}), "/command", "must not be blank"),
        (json!({"command": "C:\temp\new"}), "/command", "in JSON a backslash is written"),
        (json!({"command": "x", "cwd": "C:\temp"}), "/cwd", "in JSON a backslash is written"),
        (json!({"command": "x", "env": {"": "v"}}), "/env/", "not the name of a variable"),
        (json!({"command": "x", "env": {"A=B": "v"}}), "/env/A=B", "not the name of a variable"),
        (headers(json!({"": "v"})), "/headers/", "not the name of a header"),
        (headers(json!({"X Y": "v"})), "/headers/X Y", "not the name of a header"),
        (headers(json!({"A:": "v"})), "/headers/A:", "not the name of a header"),
        (headers(json!({"X": "a\r\nY: b"})), "/headers/X", "must be one line"),
        (headers(json!({"X": "ü"})), "/headers/X", "must be printable ASCII"),
        (auth(json!({"strategy": "bearer", "value": "a\nb"})), "/auth/value", "must be one line"),
        (
            auth(json!({"strategy": "api_key", "value": "v", "header_name": "A B"})),
            "/auth/header_name",
            "not the name of a header",
        ),
        (
            auth(json!({"strategy": "header", "headers": {"X:": "v"}})),
            "/auth/headers/X:",
            "not the name of a header",
        ),
        (json!({"url": "x.example/mcp"}), "/url", "did you mean https://x.example/mcp"),
        (json!({"url": "localhost:3000/mcp"}), "/url", "did you mean http://localhost:3000/mcp"),
        (json!({"url": "u:p@x.example/mcp?token=t"}), "/url", "did you mean https://x.example/mcp"),
        (json!({"url": "/mcp"}), "/url", "must begin with https://"),
    ]
}

#[test]
fn what_cannot_be_sent_or_started_is_refused_on_both_surfaces() {
    let open = TestServer::start();
    let closed = TestServer::builder(Site::new()).in_openhands_folder().start();
    for (config, pointer, reason) in cases() {
        for server in [&open, &closed] {
            for key in [ADMIN, WRITER] {
                let ours = server.put(item("new")).key(key).json(&config).send();
                let ours = ours.expect_problem(422, "invalid-config");
                assert_eq!(ours.error_pointers(), [pointer], "{config}");
                let message = ours.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
                assert!(message.contains(reason), "{config}: {}", ours.text());
                let theirs = server.post(settings_item("new")).key(key).json(&config).send();
                assert_eq!(
                    theirs.expect_problem(422, "invalid-config").error_pointers(),
                    [pointer],
                    "{config}"
                );
            }
        }
    }
    assert!(open.get(item("new")).send().status == 404 && closed.get(item("new")).send().status == 404);
}

#[test]
fn two_headers_whose_names_differ_in_case_are_refused() {
    let server = TestServer::start();
    let config = json!({"url": "https://h.example/", "headers": {"X-Token": "a", "x-token": "b"}});
    let refused = server.put(item("new")).json(&config).send().expect_problem(422, "invalid-config");
    assert_eq!(refused.error_pointers(), ["/headers/X-Token", "/headers/x-token"]);
    server.seed("s", &json!({"url": "https://h.example/", "headers": {"X-Token": "a"}}));
    let patch = server.patch(item("s")).json(&json!({"headers": {"x-token": "b"}})).send();
    assert_eq!(patch.expect_problem(422, "invalid-config").error_pointers(), ["/headers/x-token"]);
}

#[test]
fn an_odd_stored_server_can_still_be_repaired() {
    let site = Site::new();
    site.write(
        r#"{"agent_settings":{"mcp_config":{"mcpServers":{"s":{"command":"C:\temp","env":{"A=B":"v"}},"t":{"url":"x.example","headers":{"A:":"ü","X":"v","x":"w"}}}}}}"#,
    );
    let server = TestServer::builder(site).start();
    for name in ["s", "t"] {
        server.patch(item(name)).json(&json!({"description": "d"})).send().expect(200);
        let read = server.get(item(name)).send().expect(200).json()["config"].clone();
        server.put(item(name)).json(&read).send().expect(200);
    }
    server.patch(item("s")).json(&json!({"env": {"A=B": null}})).send().expect(200);
    server.patch(item("t")).json(&json!({"headers": {"x": null, "A:": null}})).send().expect(200);
    server.patch(item("t")).json(&json!({"headers": {"Y": "z"}})).send().expect(200);
    server.patch(item("s")).json(&json!({"command": "D:\temp"})).send().expect(422);
}

#[test]
fn without_reveal_the_reason_does_not_depend_on_what_is_stored() {
    let site = Site::new();
    site.write(
        r#"{"agent_settings":{"mcp_config":{"mcpServers":{"s":{"url":"https://h.example/","headers":{"X":"ü"}}}}}}"#,
    );
    let server = TestServer::builder(site).start();
    let errors = |guess: &str| {
        let answer = server.patch(item("s")).key(WRITER).json(&json!({"headers": {"X": guess}})).send();
        (answer.status, answer.json())
    };
    assert_eq!(errors("ü"), errors("ö"));
    server.patch(item("s")).key(WRITER).json(&json!({"headers": {"X": "[REDACTED]"}})).send().expect(200);
}
