//! Secrets in the catalog: references go out as `$NAME` to every key, and anything else to keys that may see secrets.

use serde_json::json;

use super::{ENTRIES, entry, install, names, spec};
use crate::server::{READER, REVEALER, TestServer, WRITER, item};
use crate::site::Site;

const VALIDATE: &str = "/validate";

/// A server with a secret in clear, and one beside it without.
fn start() -> TestServer {
    let server = TestServer::builder(Site::new()).argument("--log-format").argument("json").start();
    server.seed("literal", &json!({"command": "x", "env": {"A": "canary-literal", "B": "${MCP_SECRET_B}"}}));
    server.seed(
        "reference",
        &json!({"command": "x", "env": {"B": "${NOT_ALLOWED_HERE}", "LOG_LEVEL": "debug"}}),
    );
    server
}

#[test]
fn a_reference_is_shown_to_every_key_whatever_the_lists_allow() {
    let server = start();
    let masked = server.get(item("reference")).key(READER).send().expect(200).json();
    assert_eq!(
        masked["config"]["env"]["B"], "[REDACTED]",
        "it is no reference that this service would resolve"
    );
    let shown = server.get(entry("reference")).key(READER).send().expect(200).json();
    assert_eq!(shown["env"], json!({"B": "$NOT_ALLOWED_HERE", "LOG_LEVEL": "debug"}));
}

#[test]
fn a_literal_secret_is_for_a_key_that_may_reveal() {
    let server = start();
    for key in [READER, WRITER] {
        assert_eq!(names(server.get(ENTRIES).key(key)), ["literal", "reference"]);
        assert_eq!(names(server.get(format!("{ENTRIES}?expand=spec")).key(key)), ["reference"]);
        let refused = server.get(entry("literal")).key(key).send().expect_problem(409, "no-registry-form");
        assert_eq!(refused.error_pointers(), ["/env/A"]);
        let checked = server.get(entry("literal") + VALIDATE).key(key).send().expect(200).json();
        assert_eq!(checked["ok"], false);
        assert_eq!(checked["errors"].as_array().expect("errors").len(), 1);
        assert!(checked["errors"][0].as_str().expect("a text").starts_with("/env/A: "), "{checked}");
    }
    assert_eq!(names(server.get(format!("{ENTRIES}?expand=spec")).key(REVEALER)), ["literal", "reference"]);
    let shown = server.get(entry("literal")).key(REVEALER).send().expect(200);
    assert_eq!(shown.json()["env"], json!({"A": "canary-literal", "B": "$MCP_SECRET_B"}));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    let checked = server.get(entry("literal") + VALIDATE).key(REVEALER).send().expect(200).json();
    assert_eq!((&checked["ok"], &checked["errors"]), (&json!(true), &json!([])));
}

#[test]
fn what_has_no_form_is_shown_to_nobody_and_validation_says_where() {
    let server = TestServer::start();
    for (name, config, pointer) in [
        ("mixed", json!({"command": "x", "env": {"A": "Bearer ${MCP_SECRET_A}"}}), "/env/A"),
        ("default", json!({"command": "x", "env": {"A": "${MCP_SECRET_A:-canary-default}"}}), "/env/A"),
        ("argument", json!({"command": "x", "args": ["-a", "${MCP_SECRET_A}"]}), "/args/1"),
        ("dollar", json!({"command": "x", "env": {"A": "$canary"}}), "/env/A"),
    ] {
        server.seed(name, &config);
        for key in [READER, REVEALER] {
            let refused = server.get(entry(name)).key(key).send().expect_problem(409, "no-registry-form");
            assert_eq!(refused.error_pointers(), [pointer], "{name}");
            let checked = server.get(entry(name) + VALIDATE).key(key).send().expect(200).json();
            assert!(checked["errors"][0].as_str().expect("a text").starts_with(pointer), "{name} {checked}");
            assert_eq!(checked["ok"], false, "{name}");
            assert!(!refused.text().contains("canary") && !checked.to_string().contains("canary"), "{name}");
        }
    }
    assert_eq!(names(server.get(format!("{ENTRIES}?expand=spec"))), [""; 0]);
    assert_eq!(names(server.get(ENTRIES)), ["argument", "default", "dollar", "mixed"]);
    server.delete(entry("mixed")).send().expect(204);
    assert_eq!(
        server.names(),
        ["argument", "default", "dollar"],
        "it is listed, so that it can be uninstalled"
    );
}

#[test]
fn an_argument_that_looks_like_a_secret_is_shown_as_it_is_stored_and_warned_of() {
    let server = TestServer::start();
    let mut spec = spec("a");
    spec["args"] = json!(["--api-key=abcdef0123456789"]);
    install(&server, &spec).send().expect(201);
    assert_eq!(server.get(entry("a")).key(READER).send().expect(200).json()["args"], spec["args"]);
    let checked = server.get(entry("a") + VALIDATE).key(READER).send().expect(200).json();
    assert_eq!(checked["ok"], true);
    assert!(checked["warnings"][0].as_str().expect("a text").starts_with("/args/0: "), "{checked}");
}

#[test]
fn a_secret_that_no_key_opens_is_shown_to_nobody() {
    let server = start();
    let site = server.site();
    server.stop();
    let server = TestServer::builder(site).secret("another-secret-key-0123456789abcdef").start();
    for key in [READER, REVEALER] {
        let refused = server.get(entry("literal")).key(key).send().expect_problem(409, "no-registry-form");
        assert!(refused.error_pointers().contains(&"/env/A".to_owned()));
    }
}

#[test]
fn no_secret_is_let_out_to_who_may_not_see_it() {
    let server = start();
    let mut posted = spec("posted");
    posted["env"] = json!({"TOKEN": "canary-posted", "KEY": "$canary-odd"});
    let mut answers = Vec::new();
    let mut send = |request: crate::wire::Request| {
        let answer = request.send();
        answers.push(format!("{} {}{}", answer.status, answer.head_text(), answer.text()));
        answer.status
    };
    assert_eq!(send(install(&server, &posted).key(WRITER)), 422);
    posted["env"] = json!({"TOKEN": "canary-posted"});
    assert_eq!(send(install(&server, &posted).key(WRITER)), 201);
    assert_eq!(send(install(&server, &posted).key(WRITER)), 409);
    assert_eq!(send(install(&server, &posted).key(READER)), 403);
    assert_eq!(send(install(&server, &posted).key("canary-key")), 401);
    for (member, value) in [
        ("env", json!({"A": ["canary"]})),
        ("env", json!("canary")),
        ("args", json!([{"canary-name": "canary"}])),
        ("transport", json!("canary")),
        ("command", json!({"canary-name": "canary"})),
        ("name", json!("canary name")),
        ("name", json!(["canary"])),
        ("env", json!({"A": "[REDACTED]", "B": "canary"})),
    ] {
        let mut wrong = posted.clone();
        wrong["name"] = json!("wrong");
        wrong[member] = value;
        assert_eq!(send(install(&server, &wrong).key(WRITER)), 422, "{wrong}");
    }
    assert_eq!(
        send(server.post(ENTRIES).key(WRITER).body("application/json", "{\"canary-name\": \"canary")),
        422
    );
    assert_eq!(send(server.get(format!("{ENTRIES}?agent_scope=canary+scope"))), 400);
    assert_eq!(send(server.get(format!("{ENTRIES}?canary=1&expand=canary"))), 400);
    assert_eq!(send(server.get(entry("canary%20name"))), 400);
    for key in [READER, WRITER] {
        for target in [
            ENTRIES.to_owned(),
            format!("{ENTRIES}?expand=spec"),
            entry("literal"),
            entry("literal") + VALIDATE,
            entry("posted"),
            entry("posted") + VALIDATE,
            "/registry/capabilities".to_owned(),
        ] {
            send(server.get(target).key(key));
        }
    }
    for answer in &answers {
        let values = answer.replace("canary-name", "").replace("\"parameter\":\"canary\"", "");
        assert!(!values.contains("canary"), "{answer}");
    }
    server.get(format!("{ENTRIES}?expand=spec")).key(REVEALER).send().expect(200);
    let stopped = server.stop();
    for line in format!("{}\n{}", stopped.stdout, stopped.stderr).lines() {
        assert!(!line.replace("canary-name", "").contains("canary"), "{line}");
    }
}
