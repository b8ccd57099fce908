//! What is found and what is not. The lists are the measure: each line was met in public configurations.

use super::*;
use crate::model::samples::config;

fn found(text: &str) -> Vec<(String, &'static str)> {
    let suspects = suspects(&config(text));
    suspects.iter().map(|suspect| (suspect.pointer.to_string(), suspect.reason.as_str())).collect()
}

fn in_arguments(arguments: &[&str]) -> Vec<(String, &'static str)> {
    found(&serde_json::json!({"command": "npx", "args": arguments}).to_string())
}

#[test]
fn secrets_in_arguments_are_found() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["--api-key=abc"], "/args/0", "telling-name"),
        (&["--apiKey", "abc"], "/args/1", "telling-name"),
        (&["--pat", "abc"], "/args/1", "telling-name"),
        (&["-y", "x", "--access-token", "abc"], "/args/3", "telling-name"),
        (&["--password", "hunter2"], "/args/1", "telling-name"),
        (&["--header", "Authorization: Bearer abc"], "/args/1", "telling-name"),
        (&["--header", "Authorization:abc"], "/args/1", "telling-name"),
        (&["--header=Authorization: Bearer abc"], "/args/0", "telling-name"),
        (&["-H", "X-Api-Key: abc"], "/args/1", "telling-name"),
        (&["-e", "TOKEN=abc"], "/args/1", "telling-name"),
        (&["-eTOKEN=abc"], "/args/0", "telling-name"),
        (&["--env", "DB_PASS=abc"], "/args/1", "telling-name"),
        (&["--env=API_KEY=abc"], "/args/0", "telling-name"),
        (&["GITHUB_PAT=abc"], "/args/0", "telling-name"),
        (&["postgresql://u:pw@h/db"], "/args/0", "url-part"),
        (&["--dsn=mysql://u:pw@h/db"], "/args/0", "telling-name"),
        (&["--database-url", "postgres://u:pw@h/db"], "/args/1", "url-part"),
        (&["https://mcp.example/mcp/?tavilyApiKey=abc"], "/args/0", "url-part"),
        (&["https://mcp.example/s/mV3kq9TzR7pLw2XbN8dY4hGf/mcp"], "/args/0", "url-path"),
        (&["ghp_abcdefghij0123456789abcdefghij012345"], "/args/0", "token-shape"),
        (&["mV3kq9TzR7pLw2XbN8dY4hGf"], "/args/0", "token-shape"),
        (&["-c", "export TOKEN=abc && npx -y x"], "/args/1", "telling-name"),
        (&["-c", "curl -H 'Authorization: Bearer abc' https://h/"], "/args/1", "telling-name"),
        (&["-c", "npx x --token abc"], "/args/1", "telling-name"),
        (&["-c", "psql postgres://u:pw@h/db"], "/args/1", "url-part"),
        (&["--config", r#"{"apiKey":"abc123"}"#], "/args/1", "telling-name"),
        (&[r#"--config={ "a" : ["b"], "token" : "abc" }"#], "/args/0", "telling-name"),
        (&["--headers", r#"{"Authorization":"Bearer abcdef"}"#], "/args/1", "telling-name"),
        (&["--client-info", r#"{"client_id":"x","client_secret":"y"}"#], "/args/1", "telling-name"),
        (&["--config", r#"{"a":"say \"x\"","password":"p"}"#], "/args/1", "telling-name"),
        (&["Server=x;User Id=sa;Password=abc"], "/args/0", "telling-name"),
        (&["Server=x;Pwd=abc;"], "/args/0", "telling-name"),
        (&["-u", "user:pass123"], "/args/1", "telling-name"),
        (&["--user=user:pass123"], "/args/0", "telling-name"),
        (&["/apikey:abc"], "/args/0", "telling-name"),
    ];
    for (arguments, pointer, reason) in cases {
        assert_eq!(in_arguments(arguments), [((*pointer).to_owned(), *reason)], "{arguments:?}");
    }
}

#[test]
fn what_public_configurations_say_without_secrets_is_not_found() {
    for arguments in [
        &["-y", "@modelcontextprotocol/server-filesystem", "/home/user/documents"][..],
        &["-y", "@modelcontextprotocol/server-sequential-thinking@2025.7.1"],
        &["mcp-server-fetch==2025.4.7", "--ignore-robots-txt"],
        &["run", "-i", "--rm", "-e", "GITHUB_PERSONAL_ACCESS_TOKEN", "ghcr.io/github/github-mcp-server"],
        &["run", "-i", "--rm", "-e", "LEDGER_REGION", "acme/ledger-mcp:2"],
        &["run", "x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
        &[
            "--from",
            "git+https://github.com/oraios/serena@0123456789abcdef0123456789abcdef01234567",
            "serena",
        ],
        &["-y", "mcp-remote", "https://wiki.example/mcp", "--header", "Authorization:${WIKI_AUTH}"],
        &["--header", "Authorization: Bearer ${TOKEN}"],
        &["--token", "$TOKEN"],
        &["--api-key=${env:KEY}"],
        &["--access-token", "${input:token}"],
        &["--max-tokens", "4096"],
        &["--token-limit=4000", "--auth", "none", "--auth-mode=oauth", "--session-timeout", "30"],
        &["--key-file", "/run/secrets/key", "--token-path=./token", "--secrets-dir", "~/.secrets"],
        &["--api-key-env-var", "MY_KEY"],
        &["--use-keychain", "--no-auth", "--static-oauth-client-info", "{\"a\":1}"],
        &["-v", "/home/user/project:/workspace", "--mount", "type=bind,src=/a,dst=/b"],
        &["postgresql://localhost/mydb", "redis://cache:6379/0"],
        &["https://user:${PW}@h.example/"],
        &["--project-id", "123e4567-e89b-12d3-a456-426614174000"],
        &["-c", "cd /srv/app && exec node build/index.js --port 3000"],
        &["-c", "curl -H \"Authorization: Bearer $T\" https://h.example/"],
        &["--vault", "C:\\Users\\kim\\Vault", "/c", "npx"],
        &["-m", "paused", "--region={region}", "{data_dir}", "acme-browser@latest"],
        &["https://docs.example/blob/main/packages/server-everything/README.md"],
        &["--transport", "http-only", "--allow-http", "--debug"],
        &["--primary-key", "id", "--sort-key", "name", "--partition-key=region"],
        &["--token-endpoint", "https://login.example/token", "--auth-url=https://login.example/"],
        &["--api-key-env", "MY_KEY", "--keystore", "main", "--session-store=memory"],
        &["-u", "1000:1000", "--user", "node:node", "-u", "root", "--user=kim"],
        &["--config", r#"{"apiKey":"${KEY}","tokenLimit":"4000","keyPath":"/x"}"#, r#"{"key":{"a":1}}"#],
        &["/keys:/run/keys", "a=b;c=d", "/c", "/q:token"],
    ] {
        assert_eq!(in_arguments(arguments), [], "{arguments:?}");
    }
}

#[test]
fn other_places_are_searched_for_shapes_only() {
    for (text, expected) in [
        (r#"{"url":"https://h.example/api/mV3kq9TzR7pLw2XbN8dY4hGf/mcp"}"#, Some(("/url", "url-path"))),
        (r#"{"url":"https://h.example/s/123e4567-e89b-12d3-a456-426614174000"}"#, Some(("/url", "url-path"))),
        (r#"{"url":"https://u:p@h.example/mcp?token=x"}"#, None),
        (r#"{"url":"https://h.example/sheets/v1/mcp"}"#, None),
        (r#"{"command":"npx -y x --token abc"}"#, Some(("/command", "telling-name"))),
        (r#"{"command":["npx","--token","abc"]}"#, Some(("/command/2", "telling-name"))),
        (r#"{"command":"/opt/tools/run-server"}"#, None),
        (r#"{"command":"x","description":"the key: ask ops, token: see wiki"}"#, None),
        (
            r#"{"command":"x","description":"key is ghp_abcdefghij0123456789abcdef"}"#,
            Some(("/description", "token-shape")),
        ),
        (r#"{"command":"x","cwd":"https://u:p@h/"}"#, Some(("/cwd", "url-part"))),
        (r#"{"command":"x","env":{"A":"ghp_abcdefghij0123456789"},"apiKey":"sk-abcdefghij0123"}"#, None),
        (r#"{"command":"x","extra":{"args":["--token=abc"]}}"#, Some(("/extra/args/0", "telling-name"))),
    ] {
        let expected: Vec<_> = expected.iter().map(|(at, reason)| ((*at).to_owned(), *reason)).collect();
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn a_long_argument_is_searched_in_no_time_and_a_hundred_are_reported() {
    let long = "a=b ".repeat(200_000);
    assert_eq!(in_arguments(&[&long]), []);
    let many: Vec<_> = (0..500).map(|_| "--token=abc").collect();
    assert_eq!(in_arguments(&many).len(), 100);
}
