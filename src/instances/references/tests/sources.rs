//! Variables, files and Vault, and where they are resolved.

use std::time::{Duration, Instant};

use super::fake_vault::{FakeVault, TOKEN};
use super::*;

#[test]
fn a_program_gets_what_its_references_mean() {
    let program = program(
        r#"{"command":"npx","args":["--key=${MCP_SECRET_A}","$5","$${A}",7],"cwd":"/srv/${MCP_SECRET_A}",
            "env":{"A":"sealed Bearer ${env:MCP_SECRET_A}","B":"${MCP_SECRET_NONE:-d}${MCP_SECRET_EMPTY:-e}${MCP_SECRET_A:-f}",
                   "C":"$ecretPassw0rd","PORT":80}}"#,
    );
    assert_eq!(program.command, "npx");
    let args: Vec<&str> = program.args.iter().map(Plaintext::expose).collect();
    assert_eq!(args, ["--key=canary-a", "$5", "${A}", "7"]);
    assert_eq!(program.cwd.as_deref(), Some("/srv/canary-a"));
    let expected = [("A", "Bearer canary-a"), ("B", "decanary-a"), ("C", "$ecretPassw0rd"), ("PORT", "80")];
    assert_eq!(pairs(&program.env), expected);
    assert_eq!(why(resolve(r#"{"command":"${MCP_SECRET_A}"}"#)), "command: a reference is not resolved here");
    assert_eq!(why(resolve(r#"{"command":""}"#)), "/command: it is missing, or not what it must be");
}

#[test]
fn a_url_gets_them_in_its_path_and_its_query_and_they_stay_there() {
    let remote = remote(r#"{"url":"https://h.example/${MCP_SECRET_B}?key=${MCP_SECRET_B}&x=1"}"#);
    assert_eq!(remote.url.expose(), "https://h.example/canary%20b/%26?key=canary%20b%2F%26&x=1");
    for url in [
        "${MCP_SECRET_A}://h.example/",
        "${MCP_SECRET_A}/mcp",
        "https://${MCP_SECRET_A}/mcp",
        "https://h.example:${MCP_SECRET_A}/mcp",
        "https://u:${MCP_SECRET_A}@h.example/mcp",
        "https://${vault:kv/mcp#a}.example/",
        "https:${MCP_SECRET_A}",
        "https://h.example${MCP_SECRET_A}",
        "https://h.example\\\\${MCP_SECRET_A}",
    ] {
        let expected = "url: a reference in scheme, host, port or userinfo is not resolved";
        assert_eq!(why(resolve(&format!(r#"{{"url":"{url}"}}"#))), expected, "{url}");
    }
    assert_eq!(why(resolve(r#"{"url":"h.example/mcp"}"#)), "url: it is not a URL with a host");
    assert_eq!(
        why(resolve(r#"{"url":"https://h.example/${HOME}"}"#)),
        "a reference in /url: is not allowed by MCP_SETTINGS_ENV_REFERENCES"
    );
}

#[test]
fn a_file_is_read_below_the_folders_that_are_allowed() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("secrets");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("token"), "canary-file\n").unwrap();
    std::fs::write(place.path().join("outside"), "canary-outside").unwrap();
    std::os::unix::fs::symlink("../outside", folder.join("link")).unwrap();
    let folder = folder.to_str().unwrap();
    let outcome = |path: &str| {
        let text = format!(r#"{{"command":"x","env":{{"A":"${{file:{folder}/{path}}}"}}}}"#);
        resolve_with(settings(&["/none", folder], None), &config(&text))
    };
    let Ok(Resolved { launch: ResolvedLaunch::Program(program), secrets }) = outcome("token") else {
        panic!("it is there")
    };
    assert_eq!(pairs(&program.env), [("A", "canary-file")]);
    assert!(secrets.iter().any(|secret| secret.expose() == "canary-file"));
    assert_eq!(why(outcome("link")), format!("file {folder}/link: is reached over a link"));
    assert!(why(outcome("none")).ends_with("does not exist, or what it is in is not a folder"));
    assert!(why(outcome("../outside")).ends_with("it is not complete"));
}

#[test]
fn vault_is_asked_once_for_each_secret_and_each_of_its_answers_has_a_reason() {
    let vault = FakeVault::start();
    let outcome = |text: &str| resolve_with(settings(&[], Some(vault.url() + "/")), &config(text));
    let text = r#"{"command":"x","env":{"A":"${vault:kv/mcp/github#token}","B":"${vault:kv/mcp/github#other}",
        "C":"${vault:kv/mcp/a b?#token}","D":"${vault:kv/mcp/github#empty}"}}"#;
    let Ok(Resolved { launch: ResolvedLaunch::Program(program), .. }) = outcome(text) else {
        panic!("they are there")
    };
    let expected = [("A", "canary-vault"), ("B", "canary-other"), ("C", "canary-odd"), ("D", "")];
    assert_eq!(pairs(&program.env), expected);
    let requests = vault.requests();
    assert_eq!(requests, ["GET /v1/kv/data/mcp/github HTTP/1.1", "GET /v1/kv/data/mcp/a%20b%3F HTTP/1.1"]);

    for (reference, expected) in [
        ("kv/mcp/github#none", "the secret has no such key"),
        ("kv/mcp/github#port", "the value is not a string"),
        ("kv/mcp/none#a", "Vault has no such secret, or it is deleted"),
        ("kv/mcp/deleted#a", "Vault has no such secret, or it is deleted"),
        ("kv/mcp/forbidden#a", "the token for Vault may not read it, or is not valid"),
        ("kv/mcp/sealed#a", "Vault is sealed or under maintenance"),
        ("kv/mcp/moved#a", "Vault answered with a redirect, which is not followed"),
        ("kv/mcp/broken#a", "Vault answered with status 500"),
        ("kv/mcp/page#a", "the answer of Vault is not JSON"),
        ("kv/mcp/old#token", "the mount is not a key-value store of version 2"),
        ("kv/mcp/large#token", "the answer of Vault is larger than 1 MiB"),
    ] {
        let text = format!(r#"{{"command":"x","env":{{"A":"${{vault:{reference}}}"}}}}"#);
        assert_eq!(why(outcome(&text)), format!("Vault secret {reference}: {expected}"));
    }
}

#[test]
fn vault_is_waited_for_no_longer_than_five_seconds() {
    let vault = FakeVault::start();
    let text = r#"{"command":"x","env":{"A":"${vault:kv/mcp/slow#a}"}}"#;
    let begun = Instant::now();
    let outcome = resolve_with(settings(&[], Some(vault.url())), &config(text));
    assert_eq!(why(outcome), "Vault secret kv/mcp/slow#a: Vault did not answer in 5 seconds");
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
}

#[test]
fn the_token_for_vault_is_read_from_its_file_at_each_use() {
    let vault = FakeVault::start();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("token");
    let text = r#"{"command":"x","env":{"A":"${vault:kv/mcp/github#token}"}}"#;
    let outcome = || {
        let token = Some(VaultToken::File(path.clone()));
        let settings = ReferenceSettings { vault_token: token, ..settings(&[], Some(vault.url())) };
        resolve_with(settings, &config(text))
    };
    let what = "Vault secret kv/mcp/github#token: ";
    assert!(
        why(outcome()).starts_with(&format!("{what}the file that VAULT_TOKEN_FILE names does not exist"))
    );
    std::fs::write(&path, "hvs.old\n").unwrap();
    assert_eq!(why(outcome()), format!("{what}the token for Vault may not read it, or is not valid"));
    std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
    assert!(outcome().is_ok());
    let none = ReferenceSettings { vault_token: None, ..settings(&[], Some(vault.url())) };
    assert!(why(resolve_with(none, &config(text))).contains("there is no token for Vault"));
}

#[test]
fn everything_that_must_not_be_shown_is_listed() {
    let text = r#"{"url":"https://user:pass%40word@h.example/${MCP_SECRET_A}?api_key=key-in-url",
        "headers":{"X":"sealed literal-header","Y":"Bearer ${MCP_SECRET_B}"},"my_token":"sealed elsewhere"}"#;
    let resolved = resolve(text).unwrap_or_else(|fault| panic!("{}", fault.message));
    for secret in [
        "user",
        "pass@word",
        "pass%40word",
        "canary-a",
        "key-in-url",
        "literal-header",
        "canary b/&",
        "Bearer canary b/&",
        "elsewhere",
        "dXNlcjpwYXNzQHdvcmQ=",
    ] {
        assert!(resolved.secrets.iter().any(|own| own.expose() == secret), "{secret}");
    }
    let printed = format!("{resolved:?}");
    assert!(!printed.contains("canary") && !printed.contains("key-in-url"), "{printed}");
}
