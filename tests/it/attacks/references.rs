//! Ways to have a variable or a file of the service read: by a program that is approved, which may still read only what the
//! configuration allows, and by a remote server that nobody approved.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::{Value, json};

use super::lab::{BOTH, Lab, REVEALER, USER, approve, builder, call, kind, opened, provoke, put};
use super::listener::Listener;
use crate::server::{SECRET, TestServer, WRITER, item};
use crate::site::Site;

const CANARY: &str = "canary-resolved-0123456789";
const OUTSIDE: &str = "canary-outside-0123456789";

/// A service that may resolve variables of its own prefix and files of one folder, and a program that says what it got.
fn lab() -> Lab {
    let folder = tempfile::tempdir().expect("a folder");
    let allowed = folder.path().join("allowed");
    fs::create_dir(&allowed).expect("our own folder");
    fs::write(allowed.join("ok"), CANARY).expect("our own folder");
    fs::write(folder.path().join("outside"), OUTSIDE).expect("our own folder");
    symlink("../outside", allowed.join("link")).expect("our own folder");
    symlink("..", allowed.join("up")).expect("our own folder");
    symlink("/etc", allowed.join("etc")).expect("our own folder");
    let server = builder(Site::new())
        .env("MCP_SETTINGS_ENV_REFERENCES", "MCP_*,VAULT_*,OH_*")
        .env("MCP_SETTINGS_FILE_REFERENCES", allowed.display().to_string())
        .env("MCP_SECRET_OK", CANARY)
        .env("MCP_SECRET_NAME", "MCP_SETTINGS_SECRET_KEY")
        .env("VAULT_TOKEN", OUTSIDE)
        .env("PRIVATE", OUTSIDE)
        .start();
    let lab = Lab { server: opened(server), folder };
    let program = lab.folder().join("says");
    let trace = lab.trace().display().to_string();
    fs::write(&program, format!("#!/bin/sh\nprintf 'K=%s\\n' \"$K\" >> '{trace}'\n"))
        .expect("our own folder");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("our own file");
    lab
}

fn says(lab: &Lab, value: &str) -> Value {
    json!({"command": lab.folder().join("says"), "env": {"K": value}})
}

/// Approved, and not read all the same.
#[test]
fn nothing_is_read_that_is_not_allowed() {
    let lab = lab();
    let below = |rest: &str| format!("${{file:{}/{rest}}}", lab.folder().join("allowed").display());
    for (number, good) in ["${MCP_SECRET_OK}".to_owned(), below("ok")].iter().enumerate() {
        let name = format!("good{number}");
        put(&lab.server, &name, BOTH, &says(&lab, good));
        let answer = call(&lab.server, &name, USER, "t").text();
        assert_eq!(lab.ran(), format!("K={CANARY}\n"), "what is allowed is not read: {good}: {answer}");
    }
    let attacks = [
        ("the key of the secrets", "${MCP_SETTINGS_SECRET_KEY}".to_owned()),
        ("the same in the long form", "${env:MCP_SETTINGS_SECRET_KEY}".to_owned()),
        ("the keys of the callers", "${MCP_SETTINGS_API_KEYS}".to_owned()),
        ("the token of Vault", "${VAULT_TOKEN}".to_owned()),
        ("the same in the long form", "${env:VAULT_TOKEN}".to_owned()),
        ("a variable that is not allowed", "${PRIVATE}".to_owned()),
        ("the same with a default", "${PRIVATE:-x}".to_owned()),
        ("the key of the secrets with a default", "${env:MCP_SETTINGS_SECRET_KEY:-x}".to_owned()),
        ("a form within a form", "${${MCP_SECRET_NAME}}".to_owned()),
        ("a form within a default", "${MCP_SECRET_NONE:-${MCP_SETTINGS_SECRET_KEY}}".to_owned()),
        ("a form that is not closed", "${MCP_SECRET_OK".to_owned()),
        ("a form that nobody knows", "${exec:id}".to_owned()),
        ("a file of the system", "${file:/etc/passwd}".to_owned()),
        ("a file of the process", "${file:/proc/self/environ}".to_owned()),
        ("a relative file", "${file:etc/passwd}".to_owned()),
        ("a file above the folder", below("../outside")),
        ("the same by a detour", below("x/../../outside")),
        ("the same with dots", below("./../outside")),
        ("a link to a file outside", below("link")),
        ("a link to the folder above", below("up/outside")),
        ("a link to a folder of the system", below("etc/passwd")),
        ("the folder itself", below("")),
        ("a folder whose name begins the same", below("").replace("allowed/", "allowed-not")),
        ("Vault, of which nothing is allowed", "${vault:secret/x#k}".to_owned()),
    ];
    for (number, (attack, value)) in attacks.iter().enumerate() {
        let name = format!("s{number}");
        put(&lab.server, &name, BOTH, &says(&lab, value));
        let answer = call(&lab.server, &name, USER, "t");
        let shown = answer.text();
        assert_eq!(kind(&answer), "resolution", "{attack}: {value}: {} {shown}", answer.status);
        assert_eq!(lab.ran(), "", "{attack}: {value}: it was started");
        for secret in [SECRET, OUTSIDE, CANARY, "root:"] {
            assert!(!shown.contains(secret), "{attack}: {value}: {shown}");
        }
    }
}

/// What is no reference is no secret of the service either.
#[test]
fn what_is_escaped_or_in_another_place_is_not_resolved() {
    let lab = lab();
    put(&lab.server, "a", BOTH, &says(&lab, "$${MCP_SECRET_OK}"));
    call(&lab.server, "a", USER, "t");
    assert_eq!(lab.ran(), "K=${MCP_SECRET_OK}\n");
    let decides = json!({"command": lab.folder().join("says"), "env": {"LD_PRELOAD": "${MCP_SECRET_OK}"}});
    put(&lab.server, "b", BOTH, &decides);
    assert_eq!(kind(&call(&lab.server, "b", USER, "t")), "resolution");
    assert_eq!(lab.ran(), "");
}

/// A remote server needs no approval, unless it takes something from the service.
#[test]
fn nothing_of_the_service_is_sent_to_a_server_that_nobody_approved() {
    let lab = lab();
    let listener = Listener::mcp();
    let url = listener.url();
    let reference = "${MCP_SECRET_OK}";
    let attacks = [
        ("the path", json!({"url": format!("{url}/{reference}")})),
        ("the query", json!({"url": format!("{url}?x={reference}")})),
        ("the fragment", json!({"url": format!("{url}#{reference}")})),
        ("a header", json!({"url": url, "headers": {"X": reference}})),
        ("a part of a header", json!({"url": url, "headers": {"X": format!("a{reference}")}})),
        ("a header with a default", json!({"url": url, "headers": {"X": "${MCP_SECRET_OK:-x}"}})),
        ("a token", json!({"url": url, "auth": {"strategy": "bearer", "value": reference}})),
        ("a token in the short form", json!({"url": url, "auth": reference})),
        (
            "a password",
            json!({"url": url, "auth": {"strategy": "basic", "username": "u", "password": reference}}),
        ),
        (
            "a user",
            json!({"url": url, "auth": {"strategy": "basic", "username": reference, "password": "p"}}),
        ),
        ("headers of auth", json!({"url": url, "auth": {"strategy": "header", "headers": {"X": reference}}})),
        (
            "a key",
            json!({"url": url, "auth": {"strategy": "api_key", "header_name": "X", "value": reference}}),
        ),
    ];
    for (number, (attack, config)) in attacks.iter().enumerate() {
        for key in [USER, WRITER, REVEALER] {
            let name = format!("s{number}");
            put(&lab.server, &name, key, config);
            let answer = provoke(&lab.server, &name);
            assert_eq!(answer.problem(), "not-runnable", "{attack}: {}", answer.text());
        }
    }
    assert_eq!(listener.connections(), 0, "{}", listener.received());
    // Where somebody approves it, it is sent there.
    approve(&lab.server, "s3");
    call(&lab.server, "s3", USER, "t").expect(200);
    assert!(listener.received().contains(CANARY));
}

/// What OAuth has obtained is no part of what is approved, so that nothing of the service may come into it.
#[test]
fn nothing_of_the_service_is_sent_as_a_token_that_oauth_has_obtained() {
    for place in ["access_token", "refresh_token", "id_token"] {
        let lab = lab();
        let listener = Listener::mcp();
        let config = json!({"url": listener.url(), "auth": {"strategy": "oauth2", "state": {
            "tokens": {"access_token": "token-of-mine", "token_type": "Bearer", place: "${MCP_SECRET_OK}"}}}});
        let document = json!({"agent_settings": {"mcp_config": {"mcpServers": {"hand": config}}}});
        lab.server.put(item("a")).key(USER).json(&config).send();
        lab.server.site().write(document.to_string());
        for name in lab.names() {
            call(&lab.server, &name, USER, "t");
        }
        assert_ne!(listener.connections(), 0, "it needs no approval");
        assert!(!listener.received().contains(CANARY), "{place}: {}", listener.received());
    }
}

#[test]
fn a_reference_in_the_authority_of_a_url_is_refused_and_not_resolved_by_hand_either() {
    let lab = lab();
    let listener = Listener::mcp();
    let port = listener.address.port();
    let urls = [
        format!("http://${{MCP_SECRET_OK}}:{port}/"),
        format!("http://${{MCP_SECRET_OK}}@127.0.0.1:{port}/"),
        format!("http://u:${{MCP_SECRET_OK}}@127.0.0.1:{port}/"),
        format!("http://${{MCP_SECRET_OK}}.127.0.0.1.example:{port}/"),
        "http://127.0.0.1:${MCP_SECRET_OK}/".to_owned(),
        "${MCP_SECRET_OK}://127.0.0.1/".to_owned(),
    ];
    let mut servers = serde_json::Map::new();
    for (number, url) in urls.iter().enumerate() {
        let config = json!({"url": url});
        lab.server.put(item("typed")).key(BOTH).json(&config).send().expect(422);
        servers.insert(format!("s{number}"), config);
    }
    let document = json!({"agent_settings": {"mcp_config": {"mcpServers": servers}}});
    lab.server.site().write(document.to_string());
    for number in 0..urls.len() {
        let name = format!("s{number}");
        try_to_approve(&lab.server, &name);
        let answer = call(&lab.server, &name, USER, "t");
        assert!([409, 422, 502, 503].contains(&answer.status), "{} {}", answer.status, answer.text());
        assert!(!answer.text().contains(CANARY), "{}", answer.text());
    }
    assert_eq!(listener.connections(), 0);
}

fn try_to_approve(server: &TestServer, name: &str) {
    let place = super::lab::instance(name, "/approval");
    let shown = server.get(&place).key(super::lab::OPERATOR).send().expect(200).json();
    server.post(place).key(super::lab::OPERATOR).json(&json!({"launch": shown["launch"]})).send();
}
