//! The file that registers servers: what keeps the service from starting, and what a hang-up signal changes.

use std::fs;
use std::process::Command;

use serde_json::json;

use super::{
    CLIENT_OPTIONS, ONE_STATIC, delete, expect_words, file_of, listed, named, pairs, register, with_file,
};
use crate::server::{TestServer, eventually, item};
use crate::site::Site;

/// Replaces the file and sends the signal.
fn reload(server: &TestServer, text: &str) {
    fs::write(file_of(&server.site), text).expect("our own folder");
    hang_up(server);
}

fn hang_up(server: &TestServer) {
    let status = Command::new("kill").args(["-HUP", &server.pid().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "the service is gone");
}

#[test]
fn a_file_that_cannot_be_used_keeps_the_service_from_starting() {
    for (row, text, problem) in [
        ("C-CFG-01", "mcp_servers: [{name: a}]", "`mcp_servers[0].url` is missing"),
        ("C-CFG-01", "mcp_servers: [{url: u}]", "`mcp_servers[0].name` is missing"),
        ("C-CFG-04", "mcp_servers: [{name: a, url: u, headers: ['']}]", "must hold no blank name"),
        ("C-CFG-04", "mcp_servers: [{name: a, url: u, headers: ['  ']}]", "must hold no blank name"),
        ("C-CFG-04", "mcp_servers: [{name: a, url: u, headers: [A, a]}]", "must hold no name twice"),
        (
            "C-CFG-05",
            "mcp_servers: [{name: a, url: u, require_approval: sometimes}]",
            "must be `always`, `never`",
        ),
        (
            "C-CFG-05",
            "mcp_servers: [{name: a, url: u, require_approval: {always: [t], never: [t]}}]",
            "must not have a tool in both lists",
        ),
        (
            "a name twice",
            "mcp_servers: [{name: a, url: u}, {name: a, url: u}]",
            "is the name of another server",
        ),
        ("no YAML", "a: 1\nb: c: d", "line 2 is not valid YAML"),
        ("a variable", "mcp_servers: [{name: a, url: '${env.NONE}'}]", "names the variable `NONE`"),
    ] {
        let stopped = with_file(text).try_start().err().unwrap_or_else(|| panic!("{row}: it started"));
        assert_eq!(stopped.code, Some(1), "{row}");
        assert!(stopped.stderr.contains(problem), "{row}: {}", stopped.stderr);
    }
    let missing = TestServer::builder(Site::new()).env("MCP_SETTINGS_STATIC_SERVERS", "nowhere.yaml");
    assert_eq!(missing.try_start().err().and_then(|stopped| stopped.code), Some(1));
}

#[test]
fn c_cfg_03_a_secret_that_cannot_be_read_is_left_out() {
    let file = "mcp_servers: [{name: a, url: u, authorization_headers: {A: client, Authorization: /run/canary/token}}]";
    let server = with_file(file).start();
    // C-CFG-03
    assert_eq!(listed(&server), pairs(&[("a", "config")]));
    assert!(
        server.log().contains("`mcp_servers[0].authorization_headers.Authorization`"),
        "{}",
        server.log()
    );
    assert!(!server.log().contains("canary"), "{}", server.log());
    let options = server.get(CLIENT_OPTIONS).send().expect(200).json();
    assert_eq!(options, json!({"servers": [{"name": "a", "client_auth_headers": ["A"]}]}));
}

#[test]
fn variables_of_the_service_are_put_in() {
    let file = "mcp_servers: [{name: a, url: 'http://${env.MCP_HOST}/${env.NONE:=p}'}]";
    let server = with_file(file).env("MCP_HOST", "h.example").start();
    let list = server.get(super::REGISTERED).send().expect(200).json();
    assert_eq!(list["servers"][0]["url"], "http://h.example/p");
}

#[test]
fn a_hang_up_reads_the_file_again_and_a_bad_one_changes_nothing() {
    let server = with_file(ONE_STATIC).start();
    let two = "mcp_servers: [{name: z, url: u}, {name: a, url: u}]";
    reload(&server, two);
    let expected = pairs(&[("z", "config"), ("a", "config")]);
    eventually("the new list is there", || listed(&server) == expected);
    for (text, problem) in
        [("mcp_servers: [{name: z}]", "`mcp_servers[0].url` is missing"), ("[", "not valid YAML")]
    {
        reload(&server, text);
        eventually("it is said why", || server.log().contains(problem));
        assert_eq!(listed(&server), expected);
    }
    fs::remove_file(file_of(&server.site)).expect("it is there");
    hang_up(&server);
    eventually("it is said why", || server.log().matches("stays as it was").count() >= 3);
    assert_eq!(listed(&server), expected);
    reload(&server, "name: none");
    eventually("it is empty", || listed(&server).is_empty());
}

/// Where a server comes from is not remembered by its name: what was registered once does not make a static server one
/// of the API.
#[test]
fn a_static_server_wins_over_one_of_its_name_while_it_is_there() {
    let server = with_file(ONE_STATIC).start();
    register(&server, &named("x")).send().expect(201);
    reload(&server, "mcp_servers: [{name: x, url: 'http://static/'}]");
    eventually("the file has the name", || listed(&server) == pairs(&[("x", "config")]));
    let cause = "MCP server 'x' is defined in configuration and cannot be removed via the API.";
    expect_words(&delete(&server, "x").send(), 403, "Cannot delete statically configured MCP server", cause);
    register(&server, &named("x")).send().expect(409);
    server.get(item("x")).send().expect(200);
    reload(&server, ONE_STATIC);
    let both = pairs(&[("static-mcp", "config"), ("x", "api")]);
    eventually("the file does not have it", || listed(&server) == both);
    assert_eq!(delete(&server, "x").send().expect(200).json()["deleted"], true);
}

#[test]
fn a_stored_server_of_a_static_name_is_left_alone() {
    let server = with_file(ONE_STATIC).start();
    server.seed("static-mcp", &json!({"command": "x"}));
    assert_eq!(listed(&server), pairs(&[("static-mcp", "config")]));
    delete(&server, "static-mcp").send().expect(403);
    register(&server, &named("static-mcp")).send().expect(409);
    assert_eq!(server.plaintext("static-mcp")["command"], "x");
}

#[test]
fn without_a_file_a_hang_up_ends_the_service() {
    let mut server = TestServer::start();
    hang_up(&server);
    eventually("it has ended", || server.child.try_wait().is_ok_and(|status| status.is_some()));
}
