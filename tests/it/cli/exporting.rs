//! `export`: to stdout in each form, and into a client's own file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use mcp_settings::formats::Format;
use serde_json::json;

use crate::cli::{feed, run, run_with};
use crate::server::{READER, TestServer};
use crate::site::Site;

const CURSOR: &str = "{\n  // mine\n  \"mcpServers\": {\n    \"issues\": { \"command\": \"old\" }, // by hand\n    \"own\": { \"command\": \"x\" },\n  },\n}\n";

fn site() -> Site {
    let site = Site::new();
    feed(&site, &["set", "issues"], r#"{"command":"npx","env":{"TOKEN":"hunter2"}}"#).expect(0);
    feed(&site, &["set", "pages"], r#"{"url":"https://pages.example/mcp"}"#).expect(0);
    site
}

/// The names in a folder that belong to a file.
fn beside(path: &Path) -> Vec<String> {
    let name = path.file_name().and_then(|name| name.to_str()).expect("it has a name");
    let entries = fs::read_dir(path.parent().expect("it is in a folder")).expect("it can be read");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it can be read").file_name().into_string().expect("it is UTF-8"))
        .filter(|other| other.contains(name))
        .collect();
    names.sort();
    names
}

#[test]
fn each_form_is_printed_and_holds_a_secret_only_where_it_is_asked_for() {
    let site = site();
    for format in Format::all() {
        let ran = run(&site, &["export", "--format", format.as_str()]);
        if matches!(format, Format::ServerJson | Format::Lines) {
            ran.expect(2);
            continue;
        }
        let ran = ran.expect(0);
        assert!(ran.stdout.contains("npx") || format == Format::Links, "{format}: {ran:?}");
        assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{format}: {ran:?}");
    }
    let one = run(&site, &["export", "pages", "-f", "cursor"]).expect(0);
    assert_eq!(one.json(), json!({"mcpServers": {"pages": {"url": "https://pages.example/mcp"}}}));
    let plain = run(&site, &["export", "issues", "-f", "cursor", "--secrets", "plaintext"]).expect(0);
    assert_eq!(plain.json()["mcpServers"]["issues"]["env"]["TOKEN"], "hunter2");
    assert!(plain.stderr.contains("action=\"reveal\"") && !plain.stderr.contains("hunter2"), "{plain:?}");
    run(&site, &["export", "absent", "-f", "cursor"]).expect(1);
    let unknown = run(&site, &["export", "-f", "no-client"]).expect(2);
    assert!(unknown.stderr.contains("cursor, ") && !unknown.stderr.contains("server-json"), "{unknown:?}");
    assert_eq!(run(&site, &["export", "pages", "-f", "Cursor"]).expect(0).stdout, one.stdout);
    feed(&site, &["set", "odd"], r#"{"command":"x","args":["a\u009b31mRED","\u202ebidi"]}"#).expect(0);
    for format in Format::all().filter(|format| format.is_written()) {
        let ran = run(&site, &["export", "odd", "-f", format.as_str()]).expect(0);
        assert!(!ran.stdout.contains(['\u{9b}', '\u{202e}']), "{format}: {ran:?}");
    }
    run(&site, &["export"]).expect(2);
}

#[test]
fn the_file_of_a_client_keeps_all_that_is_not_exported_and_a_copy_is_kept_of_it() {
    let site = site();
    let (real, link) = (site.home().join("real.json"), site.home().join("mcp.json"));
    fs::write(&real, CURSOR).expect("it can be written");
    fs::set_permissions(&real, Permissions::from_mode(0o640)).expect("it is ours");
    symlink("real.json", &link).expect("it can be made");
    let into = link.to_str().expect("it is UTF-8");
    let arguments = ["export", "-f", "cursor", "--secrets", "plaintext", "--into", into];

    let tried = run(&site, &[&arguments[..], &["--dry-run"]].concat()).expect(0);
    let difference = "@@ -1,7 +1,8 @@\n {\n   // mine\n   \"mcpServers\": {\n-    \"issues\": { \"command\": \"old\" }, // by hand\n";
    assert!(tried.stdout.contains(difference), "{tried:?}");
    assert_eq!(fs::read_to_string(&real).expect("it is there"), CURSOR);
    assert_eq!(beside(&real), ["real.json"]);

    let ran = run(&site, &arguments).expect(0);
    assert!(ran.stderr.contains("real.json.bak") && ran.stdout.is_empty(), "{ran:?}");
    let text = fs::read_to_string(&real).expect("it is there");
    for part in [
        "{\n  // mine\n",
        "    \"issues\": { \"command\": \"npx\", ",
        "// by hand\n",
        "    \"own\": { \"command\": \"x\" },\n",
        "\"TOKEN\": \"hunter2\"",
        "https://pages.example/mcp",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(fs::read_to_string(site.home().join("real.json.bak")).expect("it is there"), CURSOR);
    for path in [&real, &site.home().join("real.json.bak")] {
        assert_eq!(path.metadata().expect("it is there").mode() & 0o7777, 0o640);
    }
    assert!(link.symlink_metadata().expect("it is there").is_symlink());

    let again = run(&site, &arguments).expect(0);
    assert!(again.stderr.contains("says the same already"), "{again:?}");
    assert_eq!(beside(&real), ["real.json", "real.json.bak"]);

    run(&site, &[&arguments[..], &["--prune"]].concat()).expect(0);
    assert!(!fs::read_to_string(&real).expect("it is there").contains("own"));
    assert_eq!(beside(&real), ["real.json", "real.json.bak", "real.json.bak.1"]);
    assert_eq!(fs::read_to_string(site.home().join("real.json.bak")).expect("it is there"), CURSOR);
}

#[test]
fn a_file_that_is_not_there_is_begun_for_its_owner_alone() {
    let site = site();
    let path = site.home().join("config.toml");
    run(&site, &["export", "pages", "-f", "codex", "--into", path.to_str().expect("it is UTF-8")]).expect(0);
    assert_eq!(
        fs::read_to_string(&path).expect("it is there"),
        "[mcp_servers.pages]\nurl = \"https://pages.example/mcp\"\n"
    );
    assert_eq!(path.metadata().expect("it is there").mode() & 0o7777, 0o600);
    assert_eq!(beside(&path), ["config.toml"]);
}

#[test]
fn a_file_that_is_not_changed_in_its_place_is_not_written_and_the_export_is_printed() {
    let site = site();
    let path = site.home().join("librechat.yaml");
    let into = path.to_str().expect("it is UTF-8");
    for text in [
        "mcpServers:\n  issues: &x\n    command: y\nz: *x\n",
        "mcpServers: [\n",
        "a: CANARY\nmcpServers: 1\n",
    ] {
        fs::write(&path, text).expect("it can be written");
        let ran = run(&site, &["export", "issues", "-f", "librechat", "--into", into]).expect(1);
        assert!(ran.stdout.starts_with("mcpServers:\n  issues:\n"), "{ran:?}");
        assert!(ran.stderr.contains("nothing was written") && !ran.stderr.contains("CANARY"), "{ran:?}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), text);
        assert_eq!(beside(&path), ["librechat.yaml"]);
    }
    let ran = run(&site, &["export", "-f", "links", "--into", into]).expect(1);
    assert!(ran.stderr.contains("not that of a file") && ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_no_reason_to_print_secrets() {
    let site = site();
    let paths = ["dangling.json", "folder", "latin.json"].map(|name| site.home().join(name));
    symlink("nowhere.json", &paths[0]).expect("it can be made");
    fs::create_dir(&paths[1]).expect("it can be made");
    fs::write(&paths[2], b"{\"a\":\"\xe9\"}").expect("it can be written");
    for path in paths {
        let into = path.to_str().expect("it is UTF-8");
        let arguments = ["export", "-f", "cursor", "--secrets", "plaintext", "--into", into];
        let ran = run(&site, &arguments).expect(1);
        assert!(ran.stdout.is_empty() && !ran.stderr.contains("hunter2"), "{ran:?}");
        assert_eq!(
            ran.stderr.contains("a link that leads nowhere"),
            into.ends_with("dangling.json"),
            "{ran:?}"
        );
    }
}

/// What is at a place of a file in JSON.
fn at(path: &Path, pointer: &str) -> serde_json::Value {
    let text = fs::read_to_string(path).expect("it is there");
    let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    value.pointer(pointer).cloned().unwrap_or_default()
}

#[test]
fn a_secret_has_one_variable_whichever_servers_are_exported() {
    let site = Site::new();
    for (name, config) in [
        ("one", r#"{"command":"x","env":{"API_KEY":"hunter1"}}"#),
        ("two", r#"{"command":"x","env":{"API_KEY":"hunter2"}}"#),
        ("a-b", r#"{"url":"https://a.example/","headers":{"X":"hunter3"}}"#),
        ("a.b", r#"{"url":"https://b.example/","headers":{"X":"hunter4"}}"#),
    ] {
        feed(&site, &["set", name], config).expect(0);
    }
    let [together, apart] = ["together.json", "apart.json"].map(|name| site.home().join(name));
    let export = |names: &[&str], path: &Path| {
        let into = ["--format", "cursor", "--into", path.to_str().expect("it is UTF-8")];
        run(&site, &[&["export"], names, &into].concat()).expect(0)
    };
    let first = export(&[], &together);
    assert_eq!(first.stderr.matches("to be set where the client runs: ").count(), 4, "{first:?}");
    let servers = at(&together, "/mcpServers");
    let variables = ["/one/env/API_KEY", "/two/env/API_KEY", "/a-b/headers/X", "/a.b/headers/X"]
        .map(|pointer| servers.pointer(pointer).cloned().unwrap_or_default());
    let mut different = variables.to_vec();
    different.dedup();
    assert_eq!(different.len(), 4, "{servers}");
    for name in ["two", "a.b", "one", "a-b"] {
        export(&[name], &apart);
        let again = export(&[name], &together);
        assert!(!again.stderr.contains("to be set"), "{again:?}");
    }
    assert_eq!(at(&apart, "/mcpServers"), servers);
    assert_eq!(at(&together, "/mcpServers"), servers);
}

#[test]
fn a_server_that_is_named_twice_is_written_once() {
    let printed = run(&site(), &["export", "pages", "pages", "-f", "cursor"]).expect(0);
    assert_eq!(printed.json(), json!({"mcpServers": {"pages": {"url": "https://pages.example/mcp"}}}));
}

#[test]
fn what_the_client_has_of_its_own_stays_where_its_server_is_written_again() {
    for (format, own, kept) in [
        (
            "gemini",
            r#"{"httpUrl":"https://pages.example/mcp","includeTools":["read"],"excludeTools":["drop"],"trust":true}"#,
            r#"{"url":"https://pages.example/mcp","includeTools":["read"],"excludeTools":["drop"],"trust":true}"#,
        ),
        (
            "cline",
            r#"{"transport":{"type":"sse","url":"https://old.example/"},"autoApprove":["read"],"metadata":{"a":1},"oauth":{"t":"x"}}"#,
            r#"{"url":"https://pages.example/mcp","autoApprove":["read"],"metadata":{"a":1},"oauth":{"t":"x"}}"#,
        ),
        (
            "windsurf",
            r#"{"url":"https://old.example/","serverUrl":"https://old.example/","disabledTools":["drop"]}"#,
            r#"{"serverUrl":"https://pages.example/mcp","disabledTools":["drop"]}"#,
        ),
    ] {
        let site = site();
        let path = site.home().join("mcp.json");
        fs::write(&path, format!(r#"{{"mcpServers":{{"pages":{own}}}}}"#)).expect("it can be written");
        run(&site, &["export", "pages", "-f", format, "--into", path.to_str().expect("it is UTF-8")])
            .expect(0);
        let kept: serde_json::Value = serde_json::from_str(kept).expect("it is JSON");
        let found = at(&path, "/mcpServers/pages");
        for (name, value) in kept.as_object().expect("an object") {
            assert_eq!(found.get(name), Some(value), "{format}: {found}");
        }
        let others = ["httpUrl", "transport", if format == "windsurf" { "url" } else { "serverUrl" }];
        assert!(others.iter().all(|name| found.get(name).is_none()), "{format}: {found}");
    }
}

#[test]
fn of_servers_with_one_name_in_a_list_that_one_is_changed_that_was_exported() {
    let site = Site::new();
    let path = site.home().join("config.yaml");
    let text = "name: x\nversion: 1.0.0\nschema: v1\nmcpServers:\n  - name: pages\n    type: streamable-http\n    url: https://one.example/mcp\n  - name: pages\n    type: sse\n    url: https://two.example/sse\n";
    fs::write(&path, text).expect("it can be written");
    let file = path.to_str().expect("it is UTF-8");
    run(&site, &["import", file, "--format", "continue", "--yes"]).expect(0);
    let export = |name: &str| {
        run(&site, &["export", name, "-f", "continue", "--into", file]).expect(0);
        fs::read_to_string(&path).expect("it is there")
    };
    for name in ["pages-2", "pages"] {
        assert_eq!(export(name), text, "{name}");
    }
    feed(&site, &["patch", "pages-2"], r#"{"url":"https://three.example/sse"}"#).expect(0);
    assert_eq!(export("pages-2"), text.replace("https://two.example/sse", "\"https://three.example/sse\""));
}

#[test]
fn nothing_is_written_for_a_client_where_what_is_kept_for_it_cannot_be_written() {
    let site = Site::new();
    let path = site.home().join("mcp.json");
    let text = r#"{"mcpServers":{"Field Notes":{"command":"x","envFile":"/etc/x.env"}}}"#;
    fs::write(&path, text).expect("it can be written");
    let file = path.to_str().expect("it is UTF-8");
    run(&site, &["import", file, "--format", "cursor", "--yes"]).expect(0);
    let export = ["export", "-f", "cursor"];
    let into = [&export[..], &["--into", file]].concat();
    let other_key = [("MCP_SETTINGS_SECRET_KEY", "another key that opens nothing here")];
    for arguments in [&export[..], &into] {
        let refused = run_with(&site, &other_key, arguments).expect(1);
        assert!(refused.stdout.is_empty() && refused.stderr.contains("secret-unreadable"), "{refused:?}");
    }
    // In the form of another client nothing of it is needed.
    run_with(&site, &other_key, &["export", "-f", "zed"]).expect(0);
    let server = TestServer::builder(site).start();
    let reader = [("MCP_SETTINGS_API_KEY", READER)];
    let shown = run_with(&server.site(), &reader, &export).expect(0);
    assert!(shown.stderr.contains("scope `reveal`"), "{shown:?}");
    let refused = run_with(&server.site(), &reader, &into).expect(1);
    assert!(refused.stderr.contains("scope `reveal`") && refused.stdout.is_empty(), "{refused:?}");
    let other = run_with(&server.site(), &reader, &["export", "-f", "zed"]).expect(0);
    assert!(other.stderr.contains("kept for cursor") && !other.stderr.contains("reveal"), "{other:?}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), text);
}
