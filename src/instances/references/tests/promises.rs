//! A1 to A4 as far as resolving goes.

use std::sync::Mutex;

use super::fake_vault::FakeVault;
use super::*;

#[test]
fn a1_a_start_gets_nothing_where_a_backend_is_down_a_key_is_missing_or_access_is_denied() {
    let vault = FakeVault::start();
    let down = "http://127.0.0.1:9".to_owned();
    for (address, reference, expected) in [
        (down, "${vault:kv/mcp/github#token}", "Vault could not be reached"),
        (vault.url(), "${vault:kv/mcp/github#none}", "the secret has no such key"),
        (
            vault.url(),
            "${vault:kv/mcp/forbidden#token}",
            "the token for Vault may not read it, or is not valid",
        ),
    ] {
        let text = format!(r#"{{"command":"x","env":{{"A":"${{MCP_SECRET_A}}","B":"{reference}"}}}}"#);
        let outcome = resolve_with(settings(&[], Some(address)), &config(&text));
        assert!(why(outcome).ends_with(expected), "{reference}");
    }
}

#[test]
fn a1_what_comes_before_the_first_failure_is_read_and_nothing_after_it() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let environment = move |name: &str| {
        seen.lock().unwrap().push(name.to_owned());
        variable(name)
    };
    let config = config(
        r#"{"command":"x","env":{"A":"${MCP_SECRET_A}","B":"${MCP_SECRET_NONE}","C":"${MCP_SECRET_B}"}}"#,
    );
    let runtime = Builder::new_current_thread().build().unwrap();
    let outcome = runtime.block_on(References::new(settings(&[], None), environment).resolve(&config));
    assert_eq!(why(outcome), "environment variable MCP_SECRET_NONE: is not set");
    assert_eq!(*asked.lock().unwrap(), ["MCP_SECRET_A", "MCP_SECRET_NONE"]);
}

#[test]
fn a2_the_error_has_one_beginning_a_reason_and_no_value() {
    for (value, expected) in [
        ("${MCP_SECRET_NONE}", "environment variable MCP_SECRET_NONE: is not set"),
        ("${HOME}", "environment variable HOME: is not allowed by MCP_SETTINGS_ENV_REFERENCES"),
        ("Bearer ${env:HOME}", "environment variable HOME: is not allowed by MCP_SETTINGS_ENV_REFERENCES"),
        (
            "${MCP_SETTINGS_SECRET_KEY}",
            "environment variable MCP_SETTINGS_SECRET_KEY: is not allowed by MCP_SETTINGS_ENV_REFERENCES",
        ),
        ("${file:/etc/passwd}", "file /etc/passwd: is not allowed by MCP_SETTINGS_FILE_REFERENCES"),
        ("${vault:kv/other#a}", "Vault secret kv/other#a: is not allowed by MCP_SETTINGS_VAULT_REFERENCES"),
        ("${vault:kv/mcp/a#b}", "Vault secret kv/mcp/a#b: VAULT_ADDR is not set"),
        (
            "${HOME:-canary-default}",
            "environment variable HOME: is not allowed by MCP_SETTINGS_ENV_REFERENCES",
        ),
        // What only looks like a reference may be a part of a secret.
        ("canary${canary}canary", "a reference in /env/A: is not allowed by MCP_SETTINGS_ENV_REFERENCES"),
        ("canary${canary", "a reference in /env/A: it does not end: `$${` is a literal `${`"),
        (
            "${canary:x}",
            "a reference in /env/A: it is of no form that this service has, which are `${NAME}`, `${env:NAME}`, `${file:PATH}` and `${vault:MOUNT/PATH#KEY}`",
        ),
        (
            "${input:canary}",
            "a reference `${input:…}` in /env/A: it is of no form that this service has, which are `${NAME}`, `${env:NAME}`, `${file:PATH}` and `${vault:MOUNT/PATH#KEY}`",
        ),
        ("${file:canary}", "a reference `${file:…}` in /env/A: it is not complete"),
        ("foreign canary", "/env/A: no key opens the stored value"),
        ("${MCP_SECRET_NUL}", "/env/A: the value holds a NUL, which no program can be given"),
    ] {
        let stored = format!(r#"{{"command":"x","env":{{"A":"{value}"}}}}"#);
        assert_eq!(why(resolve(&stored)), expected, "{value}");
        if !value.starts_with("foreign ") {
            // Sealed it is resolved all the same.
            let sealed = format!(r#"{{"command":"x","env":{{"A":"sealed {value}"}}}}"#);
            assert_eq!(why(resolve(&sealed)), expected, "{value}");
        }
    }
    let shown = r#"{"command":"x","args":["${workspaceFolder:a}"]}"#;
    assert!(why(resolve(shown)).starts_with("a reference `${workspaceFolder:…}` in /args/0: "));
}

#[test]
fn a3_nothing_starts_with_what_is_left_of_its_environment() {
    let one = r#"{"command":"x","env":{"A":"${MCP_SECRET_A}","B":"${MCP_SECRET_NONE}","C":"plain"}}"#;
    assert_eq!(why(resolve(one)), "environment variable MCP_SECRET_NONE: is not set");
    let all = program(r#"{"command":"x","env":{"A":"${MCP_SECRET_A}","B":"${MCP_SECRET_B}","C":"plain"}}"#);
    assert_eq!(pairs(&all.env), [("A", "canary-a"), ("B", "canary b/&"), ("C", "plain")]);
}

#[test]
fn a4_an_empty_value_is_set() {
    let text =
        r#"{"command":"x","env":{"X":"","Y":"${MCP_SECRET_EMPTY}","Z":"${MCP_SECRET_NONE:-}","W":null}}"#;
    assert_eq!(pairs(&program(text).env), [("X", ""), ("Y", ""), ("Z", "")]);
}
