//! Ways to start that would leave the door open: refused, or said aloud.

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::server::{SERVERS, TestServer, eventually, item};
use crate::site::Site;

#[test]
fn a_wildcard_address_needs_the_hosts_that_may_be_named() {
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let Err(refusal) = TestServer::builder(Site::new()).listen(listen).try_start() else {
            panic!("{listen} was served without MCP_SETTINGS_ALLOWED_HOSTS");
        };
        assert!(refusal.code.is_some_and(|code| code != 0), "{refusal:?}");
        assert!(refusal.stderr.contains("MCP_SETTINGS_ALLOWED_HOSTS"), "{refusal:?}");
    }
}

#[test]
fn serving_without_keys_is_for_loopback_only() {
    let site = Site::new();
    let open =
        TestServer::builder(site).open_to_everyone().env("MCP_SETTINGS_ALLOWED_HOSTS", "settings.example");
    let Err(refusal) = open.listen("0.0.0.0:0").try_start() else {
        panic!("everyone was served without a key");
    };
    assert!(refusal.code.is_some_and(|code| code != 0), "{refusal:?}");
    assert!(refusal.stderr.contains("MCP_SETTINGS_AUTH"), "{refusal:?}");

    let server = TestServer::builder(Site::new()).open_to_everyone().env("MCP_SETTINGS_LOG", "info").start();
    server.put(item("a")).anonymous().json(&json!({"command": "x", "env": {"A": "s"}})).send().expect(201);
    server.get(item("a")).anonymous().expose("plaintext").send().expect(200);
    server.get(SERVERS).anonymous().header("Origin", "http://evil.example").send().expect(403);
    let stopped = server.stop();
    let said = stopped.stderr.to_lowercase();
    assert!(said.contains("account"), "it is not said who can read: {}", stopped.stderr);
    assert_eq!(stopped.code, Some(0));
}

#[test]
fn a_setting_that_can_not_be_read_stops_the_start_and_is_not_repeated() {
    let broken = [
        ("MCP_SETTINGS_API_KEYS", "[{\"name\":\"canary-name\",\"key\":\"canary-key\""),
        ("MCP_SETTINGS_API_KEYS", r#"[{"name":"n","key":"canary-key-0123456789","scopes":["everything"]}]"#),
        ("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", "canary-key"),
        ("MCP_SETTINGS_LOCK_TIMEOUT_MS", "soon"),
        ("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "perhaps"),
        ("MCP_SETTINGS_AUTH", "maybe"),
    ];
    for (name, value) in broken {
        let Err(refusal) = TestServer::builder(Site::new()).env(name, value).try_start() else {
            panic!("{name}={value} was taken");
        };
        assert!(refusal.code.is_some_and(|code| code != 0), "{name}: {refusal:?}");
        assert!(refusal.stderr.contains(name), "{name} is not named: {refusal:?}");
        assert!(!refusal.stderr.contains("canary-key"), "{name}: the key is repeated: {refusal:?}");
    }
}

#[test]
fn a_signal_ends_it_in_order() {
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    let before = server.document();
    let site = server.site();
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    assert!(stopped.stdout.starts_with("listening on http://127.0.0.1:"), "{}", stopped.stdout);
    assert!(site.document() == before);
}

#[test]
fn a_closed_stdout_does_not_stop_the_service() {
    let site = Site::new();
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its address");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcp-settings"))
        .args(["serve", "--listen", &free.to_string(), "--settings"])
        .arg(site.document_path())
        .env_clear()
        .env("HOME", site.home())
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .expect("the service starts");
    eventually("the service answers", || TcpStream::connect(free).is_ok());
    let is_running = child.try_wait().expect("a child can be asked").is_none();
    child.kill().and_then(|()| child.wait()).expect("a child can be ended");
    assert!(is_running);
}
