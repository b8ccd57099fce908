//! Values that are nothing but references: they are shown and stored in clear, and everything near them is a secret
//! (DESIGN §13.5).

use serde_json::{Value, json};

use crate::crypto::opened;
use crate::server::{SECRET, TestServer, WRITER, item};

fn stored(server: &TestServer, name: &str) -> Value {
    server.json()["agent_settings"]["mcp_config"]["mcpServers"][name].clone()
}

fn shown(server: &TestServer, name: &str) -> Value {
    server.get(item(name)).key(WRITER).send().expect(200).json()["config"].clone()
}

/// X19: a looser rule would show and store both in clear.
#[test]
fn what_only_looks_like_a_reference_is_masked_and_encrypted() {
    let server = TestServer::start();
    let config = json!({
        "command": "x",
        "env": {
            "A_TOKEN": "$ecretPassw0rd", "B_TOKEN": "${TOKEN:-sk-live-123456}",
            "C_TOKEN": "${MCP_SECRET_C:-sk-live-123456}", "D_TOKEN": "hunter2 ${MCP_SECRET_D}",
            "E_TOKEN": "${PATH}", "F_TOKEN": "${input:sk-live-123456}",
            "GOOD": "Bearer ${MCP_SECRET_GOOD}"
        },
        "api_key": "${MCP_SECRET_KEY}"
    });
    server.put(item("x")).key(WRITER).json(&config).send().expect(201);
    let masked = json!("[REDACTED]");
    let mut expected = config.clone();
    for name in ["A_TOKEN", "B_TOKEN", "C_TOKEN", "D_TOKEN", "E_TOKEN", "F_TOKEN"] {
        expected["env"][name] = masked.clone();
    }
    assert_eq!(shown(&server, "x"), expected);
    let on_disk = stored(&server, "x");
    for (name, value) in config["env"].as_object().unwrap() {
        let is_clear = on_disk["env"][name] == *value;
        assert_eq!(is_clear, name == "GOOD", "{name}");
        assert_eq!(opened(SECRET, &on_disk["env"][name]), *value, "{name}");
    }
    assert_eq!(on_disk["api_key"], config["api_key"]);
    // Sent back as it is shown, and masks in its place, it is no change.
    let before = server.document();
    for again in [expected.clone(), json!({"command": "x", "env": {"GOOD": "[REDACTED]"}})] {
        server.patch(item("x")).key(WRITER).json(&again).send().expect(200);
    }
    server.put(item("x")).key(WRITER).json(&expected).send().expect(200);
    assert_eq!(server.document(), before);
    // OpenHands' clients see what they know.
    let theirs = server.get("/api/settings").send().expect(200);
    assert!(!theirs.text().contains("MCP_SECRET_GOOD"), "{}", theirs.text());
}

/// X20: it could be typed again towards any host, so that the law of bound secrets has nothing to hold.
#[test]
fn a_reference_goes_anywhere_and_takes_no_secret_along() {
    let server = TestServer::start();
    let header = "Bearer ${MCP_SECRET_GH}";
    let config = json!({"url": "https://good.example/mcp", "headers": {"Authorization": header}});
    server.put(item("free")).json(&config).send().expect(201);
    let moved = json!({"url": "https://evil.example/mcp"});
    server.patch(item("free")).key(WRITER).json(&moved).send().expect(200);
    assert_eq!(shown(&server, "free")["headers"]["Authorization"], header);

    let config =
        json!({"url": "https://good.example/mcp", "headers": {"Authorization": header, "X": "canary"}});
    server.put(item("bound")).json(&config).send().expect(201);
    let refused =
        server.patch(item("bound")).key(WRITER).json(&moved).send().expect_problem(422, "bound-secret");
    assert_eq!(refused.error_pointers(), ["/headers/X"]);
}

#[test]
fn another_list_changes_what_is_shown_and_no_byte_and_no_tag() {
    let server = TestServer::start();
    let config = json!({"command": "x", "env": {
        "CLEAR": "${MCP_SECRET_A}", "SEALED": "${OTHER_A}", "LITERAL": "canary"
    }});
    server.put(item("x")).json(&config).send().expect(201);
    let masked = |names: &[&str]| {
        let mut config = config.clone();
        for name in names {
            config["env"][*name] = json!("[REDACTED]");
        }
        config
    };
    assert_eq!(shown(&server, "x"), masked(&["SEALED", "LITERAL"]));
    let tag = server.get(item("x")).send().etag();
    let (site, before) = (server.site(), server.document());
    drop(server.stop());

    let server = TestServer::builder(site).env("MCP_SETTINGS_ENV_REFERENCES", "OTHER_*").start();
    let answer = server.get(item("x")).send().expect(200);
    assert_eq!(answer.etag(), tag);
    assert_eq!(answer.json()["config"], masked(&["CLEAR", "LITERAL"]));
    // What is sent back keeps its form: masks, and what was stored sealed and is shown now.
    server.put(item("x")).if_match(&tag).json(&answer.json()["config"]).send().expect(200);
    server.patch(item("x")).key(WRITER).json(&json!({"env": {"SEALED": "${OTHER_A}"}})).send().expect(200);
    assert_eq!(server.document(), before);
    assert_eq!(server.plaintext("x"), config);
}
