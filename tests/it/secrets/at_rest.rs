//! What is encrypted in the file: what the reader of its layout opens, and as other programs open it.

use serde_json::{Value, json};

use super::{every_secret, texts_with};
use crate::crypto::{opened, tokens};
use crate::peer::Peer;
use crate::server::{SECRET, TestServer, item};

/// Opens every token of a file with the library that OpenHands uses, and prints the plaintexts, sorted.
const OPEN_ALL: &str = "
import base64, hashlib, json, sys
from cryptography.fernet import Fernet
fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(sys.argv[1].encode()).digest()))
found = []
def walk(value):
    if isinstance(value, dict):
        for member in value.values(): walk(member)
    elif isinstance(value, list):
        for element in value: walk(element)
    elif isinstance(value, str) and value.startswith('gAAAAA'):
        found.append(fernet.decrypt(value.encode()).decode())
walk(json.load(open(sys.argv[2])))
print(json.dumps(sorted(found)))
";

const IN_THE_URL: [&str; 6] =
    ["canary-user", "canary-userinfo", "canary-parameter", "canary-query", "canary-sig", "canary-fragment"];

fn servers(document: &Value) -> Value {
    let config = &document["agent_settings"]["mcp_config"];
    config.get("mcpServers").unwrap_or(config).clone()
}

#[test]
fn a_document_of_our_own_has_every_secret_encrypted_but_those_in_urls() {
    let server = TestServer::start();
    for (name, config) in every_secret() {
        server.seed(name, &config);
    }
    let stored = servers(&server.json());
    for (name, config) in every_secret() {
        let in_clear = texts_with("canary-", &stored[name]);
        let expected: &[&str] = if name == "remote" { &IN_THE_URL } else { &[] };
        assert_eq!(in_clear, expected, "{name} in the file");
        assert_eq!(opened(SECRET, &stored[name]), config, "{name}");
    }
    assert_eq!(server.mode("settings.json"), 0o600);
}

#[test]
fn python_opens_what_we_sealed() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    server
        .put(item("new"))
        .json(&json!({"command": "x", "env": {"A": "ours: \u{fc}\u{1f600}"}}))
        .send()
        .expect(201);
    server.patch(item("github")).json(&json!({"env": {"LOG": "changed", "MORE": "more"}})).send().expect(200);
    server.patch(item("basic")).json(&json!({"auth": {"password": "another"}})).send().expect(200);
    let path = server.document_path().to_string_lossy().into_owned();
    let printed = Peer::with_packages(OPEN_ALL, &[SECRET, &path]).finish();
    let theirs: Vec<String> = serde_json::from_str(printed.trim()).expect("a list of texts");

    let document = server.json();
    let mut ours: Vec<String> = tokens(&document)
        .iter()
        .map(|token| opened(SECRET, &json!(token)).as_str().expect("a text").to_owned())
        .collect();
    ours.sort();
    assert_eq!(theirs, ours);
    for new in ["ours: \u{fc}\u{1f600}", "changed", "more", "another"] {
        assert!(theirs.iter().any(|text| text == new), "{new:?} is not in the file: {theirs:?}");
    }
}

#[test]
fn an_older_layout_has_only_env_and_headers_encrypted() {
    let server = TestServer::on_fixture("settings/per-server.json");
    let config = json!({
        "url": "https://h/", "headers": {"X-A": "canary-header"}, "api_key": "canary-unknown",
        "authentication": {"client_secret": "canary-client"},
    });
    server.seed("new", &config);
    let stored = servers(&server.json())["new"].clone();
    assert!(stored["headers"]["X-A"].as_str().is_some_and(|text| text.starts_with("gAAAAA")), "{stored}");
    assert_eq!(stored["api_key"], "canary-unknown", "its reader would take a token for the value");
    assert_eq!(stored["authentication"]["client_secret"], "canary-client");
    assert_eq!(opened(SECRET, &stored), config);
}

#[test]
fn the_newest_layout_has_its_whole_list_encrypted() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let configs = [
        json!({"command": "x", "env": {"A": "canary-env"}}),
        json!({"url": "https://h/", "headers": {"X": "canary-header"}}),
        json!({"url": "https://h/", "auth": {"strategy": "api_key", "value": "canary-key", "header_name": "X"}}),
        json!({"url": "https://h/", "auth": {"strategy": "bearer", "value": "canary-bearer"}}),
        json!({"url": "https://h/", "auth": {"strategy": "basic", "username": "u", "password": "canary-password"}}),
        json!({"url": "https://h/", "auth": {"strategy": "header", "headers": {"X": "canary-auth-header"}}}),
        json!({"url": "https://h/", "auth": {
            "strategy": "oauth2",
            "authentication": {"type": "oauth", "client_secret": "canary-client"},
            "state": {
                "tokens": {"access_token": "canary-access", "refresh_token": "canary-refresh"},
                "client_info": {"client_secret": "canary-info"},
            },
        }}),
    ];
    for (number, config) in configs.iter().enumerate() {
        let name = format!("new-{number}");
        server.seed(&name, config);
        let stored = servers(&server.json())[&name].clone();
        assert_eq!(texts_with("canary-", &stored), [""; 0], "in clear: {stored}");
        assert_eq!(&opened(SECRET, &stored), config);
    }
}

#[test]
fn the_closed_dialect_takes_the_older_forms_and_refuses_what_its_reader_would() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    server.seed("bearer", &json!({"url": "https://h/", "type": "http", "auth": "canary-token"}));
    let converted = json!({"url": "https://h/", "transport": "http", "auth": {"strategy": "bearer", "value": "canary-token"}});
    assert_eq!(server.plaintext("bearer"), converted);

    let before = server.document();
    let refused = [
        json!({"command": "x", "extra": 1}),
        json!({"command": "x", "tools": {}}),
        json!({"command": "x", "include_tags": []}),
        json!({"url": "https://h/", "auth": {"strategy": "bearer", "value": "v", "extra": 1}}),
        json!({"url": "https://h/", "auth": {"strategy": "unknown"}}),
        json!({"command": "x", "env": {"A": ""}}),
        json!({"command": "x", "env": {"A": "  "}}),
        json!({"url": "https://h/", "auth": {"strategy": "bearer", "value": ""}}),
        json!({"url": "https://h/", "auth": {"strategy": "none"}, "headers": {"authorization": "x"}}),
    ];
    for config in refused {
        let answer = server.put(item("refused")).json(&config).send();
        assert_eq!(answer.status, 422, "{config}: {}", answer.text());
        assert_eq!(answer.problem(), "invalid-config", "{config}");
        assert!(server.document() == before, "{config} changed the document");
    }
}
