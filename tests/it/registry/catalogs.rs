//! The command over a catalog.

use serde_json::json;

use super::catalog::{Answer, Catalog};
use super::{AUTH_TOKEN, Agent, BACKEND, BACKEND_URL, Outcome};

const TOKEN: &str = "tok-of-the-catalog";

fn tier(tier: u8) -> Answer {
    let may_write = tier > 1;
    let body = json!({"tier": tier, "supports_install": may_write, "supports_uninstall": may_write,
        "supports_audit": tier == 3, "wire_version": "1.0"});
    ("GET /capabilities", 200, body.to_string())
}

fn run(catalog: &Catalog, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let url = format!("{}?agent_scope=my%20scope", catalog.url);
    let ours = [(BACKEND, "http"), (BACKEND_URL, url.as_str()), (AUTH_TOKEN, TOKEN)];
    let outcome = Agent::new().run(arguments, &[&ours, variables].concat());
    let shown = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!shown.contains(TOKEN) && !shown.contains("127.0.0.1"), "{outcome:?}");
    outcome
}

#[test]
fn k_15_a_server_of_a_catalog_is_shown_with_its_references() {
    // As text: the order of the variables stays.
    let spec = r#"{"name": "x", "command": "npx", "args": ["-y", "@a/x"], "transport": "stdio",
        "env": {"TOKEN": "$ACME", "LITERAL": "hunter2", "EMPTY": ""}, "description": "What\u001b[2J it is"}"#;
    let catalog = Catalog::start(vec![tier(3), ("GET /mcp-servers/x", 200, spec.to_owned())]);
    let expected = "name:        x
command:     npx
args:        -y @a/x
env:
  TOKEN: $ACME
  LITERAL: [REDACTED]
  EMPTY: 
transport:   stdio
description: What\\u{1b}[2J it is
";
    run(&catalog, &["show", "x"], &[("ACME", "tok-of-acme")]).says(expected);
    let bearer = format!("Bearer {TOKEN}");
    let expected = [
        format!("GET /api/capabilities {bearer}"),
        format!("GET /api/mcp-servers/x?agent_scope=my+scope {bearer}"),
    ];
    assert_eq!(catalog.received(), expected);
    run(&catalog, &["show", "x"], &[])
        .fails_with("Error: env var not resolved: mcp.md server 'x': env var '$ACME'");
    let expected =
        "Error: MCP server not found: MCP server 'y' not found in catalog at http://... (HTTP 404).";
    run(&catalog, &["show", "y"], &[]).fails(expected);
}

#[test]
fn a_catalog_is_listed_and_changed() {
    let listed = json!({"servers": [{"name": "b"}, {"name": "a", "description": "two\nlines"}]});
    let catalog = Catalog::start(vec![
        tier(3),
        ("GET /mcp-servers", 200, listed.to_string()),
        ("POST /mcp-servers", 201, String::new()),
        ("DELETE /mcp-servers/n", 204, String::new()),
        (
            "GET /mcp-servers/n/validate",
            200,
            json!({"ok": false, "errors": ["e"], "warnings": ["w"]}).to_string(),
        ),
    ]);
    let expected =
        "NAME  TRANSPORT  DESCRIPTION\n----------------------------\na  stdio  two\\nlines\nb  stdio  \n";
    run(&catalog, &["list"], &[]).says(expected);
    let install = ["install", "n", "--command", "npx", "--env", "K=$V"];
    run(&catalog, &install, &[("V", "value-of-v")]).says("Installed MCP server 'n'.\n");
    let sent = catalog.received().pop().expect("it was sent");
    let body =
        r#"{"name":"n","command":"npx","args":[],"env":{"K":"$V"},"transport":"stdio","description":""}"#;
    assert_eq!(sent, format!("POST /api/mcp-servers?agent_scope=my+scope Bearer {TOKEN} {body}"));
    run(&catalog, &["uninstall", "n"], &[]).says("Uninstalled MCP server 'n' (or was not present).\n");
    let outcome = run(&catalog, &["validate", "n"], &[]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (1, "validate 'n': FAIL\n  ERROR:   e\n  WARNING: w\n")
    );
    let outcome = run(&catalog, &["refresh-capabilities"], &[]);
    assert!(
        outcome
            .stdout
            .starts_with("backend_id:                    http\nsupports_install:              True\n")
    );
    assert!(
        outcome.stdout.contains("supports_capability_handshake: True\nsupports_audit:                True\n")
    );
}

#[test]
fn each_refusal_of_a_catalog_has_its_words() {
    let install = ["install", "n", "--command", "npx"];
    let read_only = Catalog::start(vec![tier(1)]);
    run(&read_only, &install, &[])
        .fails_with("Error: operation not supported by this backend: catalog server at http://...");
    let locked = Catalog::start(vec![("GET /capabilities", 401, String::new())]);
    run(&locked, &["list"], &[])
        .fails_with("Error: authentication required for MCP registry backend: catalog server at");
    let taken = Catalog::start(vec![tier(2), ("POST /mcp-servers", 409, String::new())]);
    run(&taken, &install, &[]).fails_with("Error: MCP server already installed: MCP server 'n'");
    let broken = Catalog::start(vec![("GET /capabilities", 500, String::new())]);
    run(&broken, &["list"], &[])
        .fails_with("Error: MCP registry backend temporarily unavailable: catalog server at");
    let malformed = Catalog::start(vec![tier(2), ("GET /mcp-servers", 200, "[]".to_owned())]);
    run(&malformed, &["list"], &[])
        .fails_with("Error: MCP server descriptor is invalid: catalog server at http://...");
    let outcome = run(&taken, &[&install[..], &["--env", "K=hunter2"]].concat(), &[]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.starts_with("Warning: --env K=<value>"), "{outcome:?}");
    assert!(
        outcome.stderr.contains("\nError: invalid server name: install() requires unresolved $VAR"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    let received = taken.received();
    assert!(received.iter().all(|line| !line.contains("hunter2")), "{received:?}");
}
