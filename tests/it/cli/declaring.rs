//! `diff` and `apply`: what is declared is compared and brought about, and a second time there is nothing to do.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::cli::{Ran, feed, run, run_with};
use crate::server::{ADMIN, TestServer, WRITER};
use crate::site::Site;

/// A folder with declared servers.
fn declare(site: &Site, files: &[(&str, &serde_json::Value)]) {
    let folder = site.home().join("servers");
    drop(fs::remove_dir_all(&folder));
    fs::create_dir(&folder).expect("ours");
    for (name, value) in files {
        fs::write(folder.join(name), value.to_string()).expect("ours");
    }
    fs::write(folder.join("README.md"), "not a declaration").expect("ours");
}

fn actions(ran: &Ran) -> Vec<(String, String)> {
    let word = |step: &serde_json::Value, member: &str| step[member].as_str().expect("a text").to_owned();
    let steps = ran.json();
    let steps = steps["servers"].as_array().expect("a list");
    steps.iter().map(|step| (word(step, "name"), word(step, "action"))).collect()
}

fn pair(name: &str, action: &str) -> (String, String) {
    (name.to_owned(), action.to_owned())
}

#[test]
fn the_second_time_there_is_nothing_to_do() {
    let site = Site::new();
    let issues = json!({"command": "npx", "env": {"TOKEN": "hunter2"}});
    let others =
        json!({"mcpServers": {"notes": {"url": "https://notes.example/mcp"}, "code": {"command": "x"}}});
    declare(&site, &[("issues.json", &issues), ("others.json", &others)]);
    let refused = run(&site, &["apply", "servers"]).expect(1);
    assert!(refused.stderr.contains("--yes") && site.document().is_none(), "{refused:?}");
    let dry = run(&site, &["apply", "servers", "--dry-run", "-o", "json"]).expect(0);
    assert_eq!(actions(&dry), [pair("code", "create"), pair("issues", "create"), pair("notes", "create")]);
    assert!(site.document().is_none());
    run(&site, &["diff", "servers"]).expect(3);
    run(&site, &["apply", "servers", "--yes"]).expect(0);
    let before = site.document();
    let again = run(&site, &["apply", "servers", "--yes", "--prune"]).expect(0);
    assert_eq!(again.stdout, "3 as declared\n");
    assert!(!again.stderr.contains("replace done"), "no write but dry runs: {again:?}");
    assert_eq!(site.document(), before);
    run(&site, &["diff", "servers", "--prune"]).expect(0);
}

#[test]
fn a_plan_says_where_servers_differ_and_hides_what_is_secret() {
    let server = TestServer::start();
    let site = server.site();
    server.seed("issues", &json!({"command": "npx", "args": ["a"], "env": {"TOKEN": "hunter2"}}));
    server.seed("same", &json!({"command": "x"}));
    server.seed("secret", &json!({"command": "x", "env": {"TOKEN": "hunter2"}}));
    server.seed("extra", &json!({"command": "x"}));
    let declared = json!({"mcpServers": {
        "issues": {"command": "npx", "args": ["b"], "env": {"TOKEN": "[REDACTED]"}, "timeout": 5},
        "same": {"command": "x"},
        "secret": {"command": "x", "env": {"TOKEN": "hunter3"}},
    }});
    declare(&site, &[("all.json", &declared)]);
    let key = [("MCP_SETTINGS_API_KEY", ADMIN)];
    let ran = run_with(&site, &key, &["diff", "servers/all.json"]).expect(3);
    let expected = "ACTION        NAME    DIFFERS AT\nnot declared  extra\nreplace       issues  /args /timeout\nreplace       secret  (secrets)\n1 as declared\n";
    assert_eq!(ran.stdout, expected);
    run_with(&site, &key, &["apply", "servers", "--yes"]).expect(0);
    assert_eq!(server.plaintext("issues")["env"]["TOKEN"], "hunter2", "a mask keeps what is stored");
    assert_eq!(server.plaintext("secret")["env"]["TOKEN"], "hunter3");
    assert_eq!(server.names(), ["extra", "issues", "same", "secret"]);
    run_with(&site, &key, &["apply", "servers", "--yes", "--prune"]).expect(0);
    assert_eq!(server.names(), ["issues", "same", "secret"]);
    // A key that may not see secrets can't compare them, and writes what it was given.
    let writer = [("MCP_SETTINGS_API_KEY", WRITER)];
    let before = server.json();
    run_with(&site, &writer, &["apply", "servers", "--yes"]).expect(0);
    assert_eq!(server.plaintext("secret")["env"]["TOKEN"], "hunter3");
    assert_eq!(server.json(), before);
}

#[test]
fn one_bad_declaration_refuses_all_and_is_named() {
    let site = Site::new();
    let good = json!({"command": "x"});
    for (bad, expected) in [
        (json!({"command": 7, "env": {"A": "hunter2"}}), "/command"),
        (json!({"nonsense": true}), "must have `mcpServers`"),
        (json!({"mcpServers": {"a": {"command": "x"}}}), "`a` is declared in"),
    ] {
        declare(&site, &[("a.json", &good), ("b.json", &bad)]);
        let ran = run(&site, &["apply", "servers", "--yes"]).expect(1);
        assert!(ran.stderr.contains(expected) && !ran.stderr.contains("hunter2"), "{ran:?}");
    }
    fs::write(site.home().join("servers/b.json"), "{\n  \"command\": hunter2}").expect("ours");
    let ran = run(&site, &["diff", "servers"]).expect(1);
    assert!(ran.stderr.contains("b.json:2:14: it is not JSON here"), "{ran:?}");
    assert!(site.document().is_none());
    run(&site, &["diff", "no-such-folder"]).expect(1);
}

#[test]
fn servers_are_declared_on_stdin_too_and_a_folder_that_declares_nothing_removes_nothing() {
    let site = Site::new();
    let declared = r#"{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}}}"#;
    feed(&site, &["apply", "-", "--yes"], declared).expect(0);
    feed(&site, &["diff", "-", "--prune"], declared).expect(0);
    let nameless = feed(&site, &["apply", "-", "--yes"], r#"{"command": "x"}"#).expect(1);
    assert!(nameless.stderr.contains("stdin: it does not say the name"), "{nameless:?}");
    // An editor of Windows has put a mark before it.
    feed(&site, &["diff", "-"], &format!("\u{feff}{declared}")).expect(0);
    declare(&site, &[]);
    for arguments in [&["apply", "servers", "--prune", "--yes"][..], &["diff", "servers"]] {
        let ran = run(&site, arguments).expect(1);
        assert!(ran.stderr.contains("has no `.json` file"), "{ran:?}");
    }
    let made = Command::new("mkfifo").arg(site.home().join("servers/pipe.json")).status();
    assert!(made.expect("it can be run").success());
    let ran = run(&site, &["diff", "servers"]).expect(1);
    assert!(ran.stderr.contains("pipe.json` is not a file"), "{ran:?}");
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).lines(), ["a", "b"]);
}
