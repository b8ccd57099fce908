//! Which service a command calls, with which key, and how it ends where none answers.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::json;

use crate::cli::{Ran, command, feed, run, run_with};
use crate::server::{ADMIN, READER, TestServer};
use crate::site::Site;

const CONFIG: &str = r#"{"command":"npx","env":{"TOKEN":"hunter2"}}"#;

#[test]
fn the_running_service_is_found_and_called_with_the_key_that_its_first_start_made() {
    let server = TestServer::builder(Site::new())
        .without_env("MCP_SETTINGS_API_KEYS")
        .env("MCP_SETTINGS_LOG", "info")
        .start();
    let ran = feed(&server.site(), &["set", "issues"], CONFIG).expect(0);
    // The service audits it, and the command does not.
    assert!(!ran.stderr.contains("audit"), "{ran:?}");
    assert!(server.log().contains("caller=\"default\""), "{}", server.log());
    let site = server.site();
    server.crash();
    // What a killed service leaves behind is not a service.
    let ran = run(&site, &["list", "-o", "name"]).expect(0);
    assert_eq!(ran.stdout, "issues\n");
}

#[test]
fn a_key_is_taken_from_the_variable_or_from_a_named_file_and_what_it_may_not_is_refused() {
    let server = TestServer::start();
    let site = server.site();
    server.seed("a", &json!({"command": "x"}));
    let file = site.home().join("key");
    fs::write(&file, format!("{READER}\n")).expect("ours");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
    let with_file = ["--key-file", file.to_str().expect("UTF-8")];
    assert_eq!(run(&site, &[&["list", "-o", "name"][..], &with_file].concat()).expect(0).stdout, "a\n");
    let refused = run(&site, &[&["remove", "a"][..], &with_file].concat()).expect(1);
    assert!(refused.stderr.contains("insufficient-scope"), "{refused:?}");
    let none = run_with(&site, &[("MCP_SETTINGS_API_KEY", "no-such-key-0123456789")], &["list"]).expect(1);
    assert!(none.stderr.contains("unauthorized") && none.stderr.contains("--key-file"), "{none:?}");
    assert!(!none.stderr.contains("no-such-key"), "{none:?}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o622)).expect("ours");
    run(&site, &[&["list"][..], &with_file].concat()).expect(1);
}

#[test]
fn a_service_can_be_named_and_gets_no_key_of_another() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_LOG", "info").start();
    server.seed("a", &json!({"command": "x"}));
    let elsewhere = Site::new();
    let url = format!("http://{}", server.address());
    let ran =
        run_with(&elsewhere, &[("MCP_SETTINGS_API_KEY", ADMIN)], &["list", "-o", "name", "--url", &url]);
    assert_eq!(ran.expect(0).stdout, "a\n");
    let variables = [("MCP_SETTINGS_API_KEY", ADMIN), ("MCP_SETTINGS_URL", url.as_str())];
    let mut named = command(&elsewhere, &["list", "-o", "name"]);
    named.envs(variables);
    // A flag says which file is meant: the variable does not.
    assert_eq!(Ran::of(named.output().expect("it can be run")).expect(0).stdout, "");
    let mut named = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
    named.args(["list", "-o", "name"]).env_clear().envs(variables).env("HOME", elsewhere.home());
    assert_eq!(Ran::of(named.output().expect("it can be run")).expect(0).stdout, "a\n");
    // A key that another service has made is not sent there.
    let other = TestServer::builder(elsewhere).without_env("MCP_SETTINGS_API_KEYS").start();
    let ran = run(&other.site(), &["list", "--url", &url]).expect(1);
    assert!(ran.stderr.contains("No key was sent"), "{ran:?}");
}

#[test]
fn where_nothing_answers_the_code_is_5() {
    let site = Site::new();
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
    let ran = run(&site, &["list", "--url", &format!("http://{free}")]).expect(5);
    assert!(ran.stderr.contains("could not call the service"), "{ran:?}");
    run(&site, &["open"]).expect(5);
    for url in ["ftp://a", "nonsense", "http://user:hunter2@127.0.0.1"] {
        let ran = run(&site, &["list", "--url", url]).expect(2);
        assert!(!ran.stderr.contains("hunter2"), "{ran:?}");
    }
}

#[test]
fn a_write_whose_answer_is_lost_has_an_unknown_outcome() {
    let site = Site::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let taker = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("it calls");
        let mut start = [0; 16];
        std::io::Read::read_exact(&mut stream, &mut start).expect("it sends");
    });
    let ran = feed(&site, &["set", "a", "--url", &url], CONFIG).expect(5);
    assert!(ran.stderr.contains("may have made the change"), "{ran:?}");
    assert!(!ran.stderr.contains("hunter2"), "{ran:?}");
    taker.join().expect("it ends");
}
