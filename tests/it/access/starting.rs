//! Ways to start that would leave the door open: refused, or said aloud.

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::json;

use crate::server::{SECRET, SERVERS, TestServer, eventually, item};
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
fn a_setting_that_cannot_be_read_stops_the_start_and_is_not_repeated() {
    let broken = [
        ("MCP_SETTINGS_API_KEYS", "[{\"name\":\"canary-name\",\"key\":\"canary-key\""),
        ("MCP_SETTINGS_API_KEYS", r#"[{"name":"n","key":"canary-key-0123456789","scopes":["everything"]}]"#),
        ("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", "canary-key"),
        ("MCP_SETTINGS_LOCK_TIMEOUT_MS", "soon"),
        ("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "perhaps"),
        ("MCP_SETTINGS_AUTH", "maybe"),
        ("MCP_SETTINGS_LOG", "warnings"),
        ("MCP_SETTINGS_LOG", "info,warnings"),
        ("MCP_SETTINGS_API_KEYS", r#"[{"name":"n","key":"canary-key-0123456789","scopes":[]}]"#),
        ("MCP_SETTINGS_API_KEYS", r#"[{"name":"n","key":"canary-key-0123456789 ","scopes":["read"]}]"#),
        (
            "MCP_SETTINGS_API_KEYS",
            r#"[{"name":"a","key":"canary-key-0123456789","scopes":["read"]},{"name":"b","key":"canary-key-0123456789","scopes":["admin"]}]"#,
        ),
        (
            "MCP_SETTINGS_API_KEYS",
            r#"[{"name":"a","key":"canary-key-0123456789","scopes":["read"]},{"name":"a","key":"canary-key-9876543210","scopes":["admin"]}]"#,
        ),
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
fn the_first_line_of_the_log_says_what_runs_on_which_file_with_which_keys() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOG", "info").start();
    eventually("the start is logged", || server.log().contains("mcp-settings"));
    let log = server.log();
    let first = log.lines().next().unwrap_or_default();
    let settings = server.document_path().to_string_lossy().into_owned();
    for part in [
        env!("CARGO_PKG_VERSION"),
        settings.as_str(),
        "`MCP_SETTINGS_SECRET_KEY`",
        "API keys: 4 keys",
        "127.0.0.1:",
    ] {
        assert!(first.contains(part), "{part:?} is missing: {first}");
    }
    assert!(!log.contains(SECRET), "{log}");
}

#[test]
fn a_settings_file_that_cannot_be_used_is_named_in_the_log() {
    let site = Site::new();
    std::fs::write(site.document_path(), "{").expect("our own folder");
    let server = TestServer::builder(site).env("MCP_SETTINGS_LOG", "warn").start();
    let settings = server.document_path().to_string_lossy().into_owned();
    eventually("the file is named", || {
        server
            .log()
            .lines()
            .any(|line| line.contains("WARN") && line.contains(&settings) && line.contains("cut off"))
    });
}

#[test]
fn a_key_that_can_be_guessed_is_warned_about_by_name() {
    let keys = r#"[{"name":"weak","key":"guess-me","scopes":["read"]}]"#;
    let server = TestServer::builder(Site::new())
        .env("MCP_SETTINGS_API_KEYS", keys)
        .env("MCP_SETTINGS_LOG", "warn")
        .start();
    eventually("it is warned about", || server.log().contains("`weak`"));
    assert!(!server.log().contains("guess-me"), "{}", server.log());
}

#[test]
fn keys_can_be_given_in_files() {
    let site = Site::new();
    let (secret, keys) = (site.home().join("secret"), site.home().join("keys"));
    std::fs::write(&secret, format!("{SECRET}\n")).expect("our own folder");
    std::fs::write(&keys, r#"[{"name":"filed","key":"filed-key-0123456789","scopes":["admin"]}]"#)
        .expect("our own folder");
    // Orchestrators mount secrets as links.
    let link = site.home().join("link");
    std::os::unix::fs::symlink(&secret, &link).expect("our own folder");
    let (link, keys) = (link.to_string_lossy().into_owned(), keys.to_string_lossy().into_owned());
    let files = |site: Arc<Site>| {
        TestServer::builder(site)
            .without_env("MCP_SETTINGS_SECRET_KEY")
            .without_env("MCP_SETTINGS_API_KEYS")
            .env("MCP_SETTINGS_SECRET_KEY_FILE", link.as_str())
            .env("MCP_SETTINGS_API_KEYS_FILE", keys.as_str())
    };
    let server = files(Arc::new(site)).start();
    let config = json!({"command": "x", "env": {"A": "secret"}});
    server.put(item("a")).key("filed-key-0123456789").json(&config).send().expect(201);
    let site = server.site();
    server.stop();
    // The same key given as a variable opens what was encrypted.
    let server = TestServer::builder(Arc::clone(&site)).start();
    assert_eq!(server.plaintext("a"), config);
    server.stop();

    let refused = [
        files(Arc::clone(&site)).env("MCP_SETTINGS_SECRET_KEY", SECRET),
        files(Arc::clone(&site)).env("MCP_SETTINGS_SECRET_KEY_FILE", "/dev/null"),
        files(Arc::clone(&site))
            .env("MCP_SETTINGS_SECRET_KEY_FILE", site.home().to_string_lossy().into_owned()),
        files(Arc::clone(&site)).env("MCP_SETTINGS_SECRET_KEY_FILE", "no-such-file"),
    ];
    for builder in refused {
        let Err(refusal) = builder.try_start() else { panic!("it was served") };
        assert_eq!(refusal.code, Some(1), "{refusal:?}");
        assert!(refusal.stderr.contains("MCP_SETTINGS_SECRET_KEY_FILE"), "{refusal:?}");
        assert!(!refusal.stderr.contains(SECRET), "{refusal:?}");
    }
}

#[test]
fn the_configuration_file_is_read_where_it_has_its_usual_place() {
    let site = Site::new();
    let folder = site.home().join(".config/mcp-settings");
    std::fs::create_dir_all(&folder).expect("our own folder");
    let file = folder.join("config.toml");
    let text = "require_preconditions = true\n[[api_keys]]\nname = 'ci'\nkey = 'ci-key-0123456789'\nscopes = ['admin']\n";
    std::fs::write(&file, text).expect("our own folder");
    let server = TestServer::builder(site).without_env("MCP_SETTINGS_API_KEYS").start();
    let put = || server.put(item("a")).key("ci-key-0123456789").json(&json!({"command": "x"}));
    put().send().expect_problem(428, "precondition-required");
    put().header("If-None-Match", "*").send().expect(201);
    let named = file.to_string_lossy().into_owned();
    let warned = format!("`{named}` holds keys and others may read it");
    eventually("it is named and warned about", || server.log().contains(&warned));

    let site = server.site();
    server.stop();
    std::fs::write(&file, "listne = 'canary'").expect("our own folder");
    let Err(refusal) = TestServer::builder(site).try_start() else { panic!("it was served") };
    assert!(refusal.stderr.contains("`listne` is not a setting"), "{refusal:?}");
    assert!(!refusal.stderr.contains("canary"), "{refusal:?}");
}

#[test]
fn the_help_lists_every_variable_and_a_wrong_command_line_ends_with_2() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
        command.args(arguments).env_clear().output().expect("the service was built")
    };
    let help = run(&["--help"]);
    let text = String::from_utf8(help.stdout).expect("help is text");
    assert_eq!(help.status.code(), Some(0));
    for variable in mcp_settings::config::variables::VARIABLES {
        assert!(text.contains(variable.name), "{} is missing", variable.name);
    }
    assert!(text.contains("`MCP_SETTINGS_SECRET_KEY_FILE` names a file"), "{text}");
    for wrong in [&["serve", "--no-such-flag"][..], &["no-such-command"], &["serve", "--log-format", "xml"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(run(&["serve", "--listen", "nowhere", "--settings", "s.json"]).status.code(), Some(1));
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

#[test]
fn a_wrong_word_about_dialling_stops_the_start() {
    for (name, value) in [
        ("MCP_SETTINGS_DIAL", "internet"),
        ("MCP_SETTINGS_DIAL", "public, 10.0.0.1/8"),
        ("MCP_SETTINGS_HTTPS_PROXY", "socks5://user:canary@proxy.example"),
    ] {
        let Err(refusal) = TestServer::builder(Site::new()).env(name, value).try_start() else {
            panic!("{name}={value} was taken")
        };
        assert_eq!(refusal.code, Some(1), "{refusal:?}");
        assert!(refusal.stderr.contains(name) && !refusal.stderr.contains("canary"), "{refusal:?}");
    }
}
