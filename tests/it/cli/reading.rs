//! `list` and `get`: the forms of the output, what is redacted, and what controls no terminal.

use serde_json::json;

use crate::cli::{feed, run, run_with};
use crate::site::Site;

const CONFIG: &str =
    r#"{"command":"npx","args":["-y","@x/y"],"env":{"TOKEN":"hunter2"},"description":"two\u001b[2J"}"#;

fn site() -> Site {
    let site = Site::new();
    feed(&site, &["set", "issues"], CONFIG).expect(0);
    site
}

#[test]
fn each_form_of_the_list_says_the_same() {
    let site = site();
    let table = run(&site, &["list"]).expect(0);
    assert_eq!(table.lines()[0], "NAME    KIND   ENABLED  STARTS       NOTE");
    assert_eq!(table.lines()[1], "issues  stdio  yes      npx -y @x/y  two\\u{1b}[2J");
    let body = run(&site, &["list", "--output", "json"]).expect(0).json();
    assert_eq!(body["servers"][0]["config"]["env"], json!({"TOKEN": "[REDACTED]"}));
    assert_eq!(run(&site, &["list", "-o", "name"]).expect(0).stdout, "issues\n");
    let yaml = run(&site, &["list", "-o", "yaml"]).expect(0).stdout;
    assert!(yaml.starts_with("servers:\n  - name: issues\n"), "{yaml}");
    for form in ["table", "json", "yaml"] {
        let ran = run(&site, &["list", "-o", form]).expect(0);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains("hunter2"), "{ran:?}");
    }
}

#[test]
fn a_list_of_nothing_makes_nothing() {
    let site = Site::new();
    let ran = run(&site, &["list"]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "there are no servers\n"));
    assert_eq!(run(&site, &["list", "-o", "json"]).expect(0).json()["servers"], json!([]));
    assert!(site.files().is_empty());
    assert!(std::fs::read_dir(site.home()).expect("it is there").next().is_none());
}

#[test]
fn secrets_are_shown_only_where_they_are_asked_for_and_that_is_audited() {
    let site = site();
    let shown = run(&site, &["get", "issues"]).expect(0);
    assert!(shown.stdout.contains("[REDACTED]") && !shown.stdout.contains("hunter2"), "{shown:?}");
    assert!(!shown.stderr.contains("audit"), "{shown:?}");
    let revealed = run(&site, &["get", "issues", "--reveal", "--config-only"]).expect(0);
    assert_eq!(revealed.json()["env"]["TOKEN"], "hunter2");
    assert!(revealed.stderr.contains("action=\"reveal\""), "{revealed:?}");
    assert!(!revealed.stderr.contains("hunter2"), "{revealed:?}");
}

#[test]
fn what_is_not_there_ends_with_1_and_a_wrong_command_line_with_2() {
    let site = site();
    let ran = run(&site, &["get", "other"]).expect(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("unknown-server"), "{ran:?}");
    run(&site, &["get"]).expect(2);
    run(&site, &["list", "--output", "xml"]).expect(2);
}

#[test]
fn nothing_is_coloured_that_is_not_a_terminal() {
    let site = site();
    let ran = run_with(&site, &[("TERM", "xterm-256color"), ("CLICOLOR_FORCE", "1")], &["list"]).expect(0);
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
}
