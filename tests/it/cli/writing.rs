//! The commands that write: what they do, under which conditions, and how a refusal differs from a conflict.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::cli::{feed, plaintext, run};
use crate::site::Site;

const CONFIG: &str = r#"{"command":"npx","args":["-y"],"env":{"TOKEN":"hunter2"}}"#;

fn site() -> Site {
    let site = Site::new();
    feed(&site, &["set", "issues"], CONFIG).expect(0);
    site
}

fn tag(site: &Site, name: &str) -> String {
    let server = run(site, &["get", name, "-o", "json"]).expect(0).json();
    server["etag"].as_str().expect("a tag").to_owned()
}

#[test]
fn what_get_shows_can_be_set_again_and_keeps_its_secrets() {
    let site = site();
    let shown = run(&site, &["get", "issues", "--config-only"]).expect(0).stdout;
    let before = site.document();
    feed(&site, &["set", "issues"], &shown).expect(0);
    assert_eq!(site.document(), before, "what is the same is not written");
    assert_eq!(plaintext(&site, "issues")["env"]["TOKEN"], "hunter2");
}

#[test]
fn a_server_is_set_patched_renamed_copied_disabled_and_removed() {
    let site = site();
    let file = site.home().join("patch.json");
    fs::write(&file, r#"{"args":["-y","@x/y"]}"#).expect("ours");
    run(&site, &["patch", "issues", file.to_str().expect("UTF-8")]).expect(0);
    feed(&site, &["patch", "issues"], r#"[{"op":"add","path":"/args/-","value":"-v"}]"#).expect(0);
    assert_eq!(plaintext(&site, "issues")["args"], json!(["-y", "@x/y", "-v"]));
    let renamed = run(&site, &["rename", "issues", "tickets"]).expect(0);
    assert!(renamed.stdout.starts_with("issues renamed to tickets \""), "{renamed:?}");
    run(&site, &["copy", "tickets", "spare"]).expect(0);
    run(&site, &["disable", "spare"]).expect(0);
    assert_eq!(plaintext(&site, "spare")["enabled"], false);
    run(&site, &["enable", "spare", "-o", "name"]).expect(0);
    assert_eq!(plaintext(&site, "spare")["env"]["TOKEN"], "hunter2");
    run(&site, &["remove", "spare"]).expect(0);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).stdout, "tickets\n");
}

#[test]
fn a_server_of_any_stored_name_can_be_renamed_and_removed() {
    let site = Site::with_document(
        r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a b":{"command":"x"},"c/d":{"command":"y"}}}}}"#,
    );
    run(&site, &["rename", "a b", "ab"]).expect(0);
    run(&site, &["remove", "c/d"]).expect(0);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).stdout, "ab\n");
}

#[test]
fn a_stale_tag_is_a_conflict_and_changes_nothing() {
    let site = site();
    let stale = tag(&site, "issues");
    feed(&site, &["patch", "issues"], r#"{"args":[]}"#).expect(0);
    let before = site.document();
    for arguments in [
        &["set", "issues", "--if-match", &stale][..],
        &["patch", "issues", "--if-match", &stale],
        &["set", "issues", "--new"],
    ] {
        let ran = feed(&site, arguments, r#"{"command":"other"}"#).expect(4);
        assert!(ran.stderr.contains("precondition-failed"), "{ran:?}");
    }
    for arguments in [
        &["remove", "issues", "--if-match", &stale][..],
        &["rename", "issues", "x", "--if-match", &stale],
        &["copy", "issues", "issues"],
    ] {
        run(&site, arguments).expect(4);
    }
    assert_eq!(site.document(), before);
    let current = tag(&site, "issues");
    let broken = run(&site, &["disable", "issues", "--if-match", "x\ny"]).expect(2);
    assert!(broken.stderr.contains("a tag has no line breaks"), "{broken:?}");
    // A shell eats the quotes.
    run(&site, &["disable", "issues", "--if-match", current.trim_matches('"')]).expect(0);
}

#[test]
fn a_refusal_says_where_and_repeats_no_value() {
    let site = site();
    let before = site.document();
    let ran =
        feed(&site, &["set", "issues"], r#"{"command":"npx","args":["hunter3",{"a":"hunter4"}]}"#).expect(1);
    assert!(ran.stderr.contains("\n  /args/1: "), "{ran:?}");
    let broken = feed(&site, &["set", "issues"], "{\n  \"command\": hunter3}").expect(1);
    assert!(broken.stderr.contains("stdin:2:14: it is not JSON here"), "{broken:?}");
    for ran in [ran, broken] {
        assert!(!ran.stderr.contains("hunter") && ran.stdout.is_empty(), "{ran:?}");
    }
    assert_eq!(site.document(), before);
}

#[test]
fn a_dry_run_and_a_validation_store_nothing() {
    let site = site();
    let before = site.document();
    let ran = feed(&site, &["set", "new", "--dry-run"], CONFIG).expect(0);
    assert_eq!(ran.lines()[0].split('"').next(), Some("new created (dry run) "), "{ran:?}");
    run(&site, &["remove", "issues", "--dry-run"]).expect(0);
    let fresh = Site::new();
    feed(&fresh, &["set", "new", "--dry-run"], CONFIG).expect(0);
    assert!(fresh.files().is_empty());
    let key = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";
    let found = format!(r#"{{"command":"npx","args":["--token","{key}"]}}"#);
    let valid = feed(&site, &["validate", "new"], &found).expect(0);
    assert!(valid.stdout.starts_with("new is valid\nwarning: /args/1: "), "{valid:?}");
    assert!(!valid.stdout.contains(key), "{valid:?}");
    feed(&site, &["validate", "new"], r#"{"args":["x"]}"#).expect(1);
    assert_eq!(site.document(), before);
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).stdout, "issues\n");
}

#[test]
fn a_configuration_comes_by_a_pipe_of_the_shell_too() {
    let site = Site::new();
    let program = env!("CARGO_BIN_EXE_mcp-settings");
    let script =
        format!("'{program}' set a --settings '{}' <(echo '{CONFIG}')", site.document_path().display());
    let status =
        Command::new("bash").args(["-c", &script]).env("HOME", site.home()).output().expect("bash is there");
    assert!(status.status.success(), "{status:?}");
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).stdout, "a\n");
}
