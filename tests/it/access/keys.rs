//! API keys: what each scope opens, how a key is sent, the created key file, the one-time code.

use std::fs;
use std::sync::Arc;

use serde_json::json;

use crate::server::{ADMIN, READER, REVEALER, SERVERS, TestServer, WRITER, item};
use crate::site::Site;

const KEY_FILE: &str = ".mcp-settings.api-key";

#[test]
fn each_scope_opens_what_it_says_and_no_more() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x", "env": {"A": "secret"}}));
    for (key, may_write, may_reveal) in
        [(ADMIN, true, true), (REVEALER, true, true), (WRITER, true, false), (READER, false, false)]
    {
        let expected = |allowed: bool, success: u16| if allowed { success } else { 403 };
        for target in [SERVERS.to_owned(), item("a")] {
            server.get(&target).key(key).send().expect(200);
        }
        server.request("HEAD", item("a")).key(key).send().expect(200);
        for mode in ["encrypted", "true", "plaintext"] {
            let answer = server.get(item("a")).key(key).expose(mode).send();
            assert_eq!(answer.status, expected(may_reveal, 200), "{key} {mode}: {}", answer.text());
        }
        let named = |prefix: &str| item(&format!("{prefix}-{}", key.len()));
        let config = json!({"command": "x"});
        let before = server.document();
        let writes = [
            (server.put(named("n")).json(&config), 201),
            (server.patch(named("n")).json(&json!({"description": "d"})), 200),
            (server.delete(named("n")), 204),
        ];
        for (write, success) in writes {
            let answer = write.key(key).send().expect(expected(may_write, success));
            if !may_write {
                assert_eq!(answer.problem(), "insufficient-scope");
                assert!(server.document() == before, "{key}: the document changed");
            }
        }
    }
}

#[test]
fn an_exposed_read_without_the_scope_names_no_secret() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x", "env": {"A": "secret-canary"}}));
    let answer = server.get(item("a")).key(WRITER).expose("plaintext").send().expect(403);
    assert_eq!(answer.problem(), "insufficient-scope");
    assert!(!answer.text().contains("secret-canary"));
}

#[test]
fn a_key_is_taken_from_either_header() {
    let server = TestServer::start();
    let get = || server.get(SERVERS).anonymous();
    get().header("X-Session-API-Key", READER).send().expect(200);
    get().header("x-session-api-key", READER).send().expect(200);
    get().header("Authorization", format!("Bearer {READER}")).send().expect(200);
    get().header("Authorization", format!("bearer {READER}")).send().expect(200);
}

#[test]
fn our_own_header_decides_beside_the_authorization_of_a_proxy() {
    let server = TestServer::start();
    let get = || server.get(SERVERS).anonymous();
    for theirs in ["Bearer of-the-proxy", "Basic eDp5", "Negotiate abc", &format!("Bearer {READER}")] {
        get().header("Authorization", theirs).header("X-Session-API-Key", READER).send().expect(200);
        let wrong = get().header("X-Session-API-Key", "wrong").header("Authorization", theirs);
        wrong.send().expect_problem(401, "unauthorized");
    }
}

#[test]
fn a_401_says_which_header_was_looked_at_and_never_what_it_holds() {
    let server = TestServer::start();
    let get = || server.get(SERVERS).anonymous();
    let bearer = |key: &str| format!("Bearer {key}");
    let several = get().header("X-Session-API-Key", READER).header("X-Session-API-Key", "canary");
    let code = server.post("/api/session").anonymous().json(&json!({"code": "canary"}));
    for (request, named) in [
        (get(), &["X-Session-API-Key", "Authorization"][..]),
        (get().header("X-Session-API-Key", "canary"), &["X-Session-API-Key"]),
        (
            get().header("X-Session-API-Key", "canary").header("Authorization", bearer(READER)),
            &["X-Session-API-Key"],
        ),
        (get().header("Authorization", bearer("canary")), &["Authorization"]),
        (several, &["X-Session-API-Key", "several"]),
        (code, &["code", "60 seconds"]),
    ] {
        let answer = request.send().expect_problem(401, "unauthorized");
        let detail = answer.json()["detail"].as_str().expect("a problem has one").to_owned();
        assert!(named.iter().all(|word| detail.contains(word)), "{detail}");
        let other = ["X-Session-API-Key", "Authorization"].iter().find(|word| !named.contains(word));
        assert!(other.is_none_or(|word| !detail.contains(word)) && !detail.contains("canary"), "{detail}");
    }
}

#[test]
fn anything_but_a_configured_key_is_401_and_says_how_to_ask() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    let before = server.document();
    let get = || server.get(SERVERS).anonymous();
    let longer = format!("{READER}x");
    let requests = [
        ("none", get()),
        ("empty", get().header("X-Session-API-Key", "")),
        ("wrong", get().header("X-Session-API-Key", "wrong")),
        ("a prefix", get().header("X-Session-API-Key", &READER[..READER.len() - 1])),
        ("longer", get().header("X-Session-API-Key", &longer)),
        ("the name", get().header("X-Session-API-Key", "reader")),
        ("Bearer without a key", get().header("Authorization", "Bearer")),
        ("Bearer with a wrong one", get().header("Authorization", "Bearer wrong")),
        ("Basic", get().header("Authorization", format!("Basic {READER}"))),
        ("a cookie", get().header("Cookie", format!("X-Session-API-Key={READER}"))),
        ("the query", server.get(format!("{SERVERS}?api_key={READER}")).anonymous()),
        ("a write", server.delete(item("a")).anonymous()),
    ];
    for (what, request) in requests {
        let answer = request.send();
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
        assert_eq!(answer.problem(), "unauthorized", "{what}");
        assert!(!answer.headers("www-authenticate").is_empty(), "{what}: no WWW-Authenticate");
        assert!(server.document() == before);
    }
}

#[test]
fn health_and_the_version_need_no_key() {
    let server = TestServer::start();
    assert_eq!(server.get("/health").anonymous().send().expect(200).json(), json!({"status": "ok"}));
    assert_eq!(server.get("/alive").anonymous().send().expect(200).json(), json!({"status": "ok"}));
    assert_eq!(server.get("/ready").anonymous().send().expect(200).json(), json!({"status": "ready"}));
    let info = server.get("/server_info").anonymous().send().expect(200).json();
    assert_eq!(info["version"], "1.58.0");
    assert_eq!(info["mcp_settings"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn without_configured_keys_one_is_made_that_may_do_everything() {
    let server = TestServer::builder(Site::new()).without_env("MCP_SETTINGS_API_KEYS").start();
    assert_eq!(server.mode(KEY_FILE), 0o600);
    let text = fs::read_to_string(server.data().join(KEY_FILE)).expect("it is there");
    let key = text.trim();
    assert!(key.len() >= 20, "a key that can be guessed: {} characters", key.len());
    server.get(SERVERS).anonymous().send().expect(401);
    server.put(item("a")).key(key).json(&json!({"command": "x", "env": {"A": "s"}})).send().expect(201);
    server.get(item("a")).key(key).expose("plaintext").send().expect(200);

    let site = server.site();
    server.stop();
    let server = TestServer::builder(site).without_env("MCP_SETTINGS_API_KEYS").start();
    server.get(SERVERS).key(key).send().expect(200);
    assert_eq!(fs::read_to_string(server.data().join(KEY_FILE)).expect("it is there"), text);
}

#[test]
fn the_session_keys_of_openhands_open_everything() {
    let site = Site::new();
    let server = TestServer::builder(site)
        .without_env("MCP_SETTINGS_API_KEYS")
        .env("OH_SESSION_API_KEYS_0", "first-session-key")
        .env("OH_SESSION_API_KEYS_1", "second-session-key")
        .start();
    for key in ["first-session-key", "second-session-key"] {
        server.put(item("a")).key(key).json(&json!({"command": key})).send().expect_success();
        server.get(item("a")).key(key).expose("plaintext").send().expect(200);
    }
    server.get(SERVERS).key("third-session-key").send().expect(401);
    assert!(!server.data().join(KEY_FILE).exists(), "a key was made beside the configured ones");
}

#[test]
fn the_code_of_the_link_is_good_once() {
    let server = TestServer::start();
    let exchange = |code: &str| server.post("/api/session").anonymous().json(&json!({"code": code}));
    exchange("wrong").send().expect_problem(401, "unauthorized");

    let code = server.code();
    let session = exchange(&code).send().expect_success().json();
    let key = session["key"].as_str().expect("a session has a key");
    assert!(session["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{session}");
    assert!(session["scopes"].as_array().is_some_and(|scopes| !scopes.is_empty()), "{session}");
    server.put(item("a")).key(key).json(&json!({"command": "x"})).send().expect(201);
    exchange(&code).send().expect_problem(401, "unauthorized");
    server.get(item("a")).key(key).send().expect(200);
    server.get(item("a")).key(&code).send().expect(401);
}

#[test]
fn of_many_who_exchange_one_code_one_gets_a_key() {
    let server = TestServer::start();
    let code = server.code();
    let exchange = server.post("/api/session").anonymous().json(&json!({"code": code}));
    let threads: Vec<_> =
        (0..8).map(|_| exchange.clone()).map(|one| std::thread::spawn(|| one.send())).collect();
    let statuses: Vec<_> =
        threads.into_iter().map(|thread| thread.join().expect("it is answered").status).collect();
    let won = statuses.iter().filter(|status| (200..300).contains(*status)).count();
    assert_eq!(won, 1, "{statuses:?}");
}

const AGENT: &str = "agent-key-0123456789";
const RUNNER: &str = "runner-key-0123456789";

#[test]
fn a_key_that_only_calls_tools_reads_no_configuration_but_learns_what_it_may() {
    let keys = json!([
        {"name": "agent", "key": AGENT, "scopes": ["use"]},
        {"name": "runner", "key": RUNNER, "scopes": ["run"]},
        {"name": "admin", "key": ADMIN, "scopes": ["admin", "run"]},
    ]);
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_API_KEYS", keys.to_string()).start();
    server.seed("a", &json!({"command": "x"}));
    for target in [SERVERS, &item("a"), "/api/settings", "/api/settings/events"] {
        let refusal = server.get(target).key(AGENT).send().expect_problem(403, "insufficient-scope");
        assert_eq!(refusal.json()["required_scope"], "read", "{target}");
    }
    server.get(item("a")).key(RUNNER).send().expect(200);
    let write = server.put(item("b")).key(RUNNER).json(&json!({"command": "x"}));
    write.send().expect_problem(403, "insufficient-scope");
    for (key, scopes) in [
        (AGENT, json!(["use"])),
        (RUNNER, json!(["read", "run"])),
        (ADMIN, json!(["read", "write", "reveal", "use", "run", "admin"])),
    ] {
        assert_eq!(server.get("/api/session").key(key).send().expect(200).json()["scopes"], scopes);
    }
}

#[test]
fn the_key_that_the_first_start_made_may_do_everything_and_session_keys_run_only_where_that_is_said() {
    let site = Arc::new(Site::new());
    let scopes = |server: &TestServer, key: &str| {
        server.get("/api/session").key(key).send().expect(200).json()["scopes"].clone()
    };
    let start = || TestServer::builder(Arc::clone(&site)).without_env("MCP_SETTINGS_API_KEYS");
    let server = start().start();
    let key = fs::read_to_string(site.data().join(KEY_FILE)).expect("the first start made it");
    let all = json!(["read", "write", "reveal", "use", "run", "admin"]);
    assert_eq!(scopes(&server, key.trim()), all);
    drop(server);
    let session = "session-key-0123456789";
    for (may_run, expected) in [("false", json!(["read", "write", "reveal", "use", "admin"])), ("true", all)]
    {
        let server = start()
            .env("SESSION_API_KEY", session)
            .env("MCP_SETTINGS_OPENHANDS_KEYS_MAY_RUN", may_run)
            .start();
        assert_eq!(scopes(&server, session), expected);
    }
}
