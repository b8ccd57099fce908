//! `mcp-settings check`: what is wrong is an error and ends with 1, what is not good is a warning, and nothing is made.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Output};

use crate::server::SECRET;
use crate::site::Site;

fn check(site: &Site, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
    command.arg("check").arg("--settings").arg(site.document_path());
    command.env_clear().env("HOME", site.home()).current_dir(site.home());
    command.envs(variables.iter().copied()).output().expect("the service was built")
}

/// The lines of a grade.
fn lines(output: &Output, grade: &str) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).expect("the report is text");
    text.lines().filter(|line| line.starts_with(grade)).map(str::to_owned).collect()
}

const KEY: (&str, &str) = ("MCP_SETTINGS_SECRET_KEY", SECRET);

#[test]
fn what_is_in_order_ends_with_0_and_makes_nothing() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let before = (site.files().len(), site.document());
    let output = check(&site, &[KEY]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(lines(&output, "error").is_empty() && lines(&output, "warning").is_empty(), "{output:?}");
    assert!(lines(&output, "ok").len() >= 4, "{output:?}");
    assert_eq!((site.files().len(), site.document()), before);
    // No state folder either.
    assert!(fs::read_dir(site.home()).expect("it is there").next().is_none());
    assert!(!String::from_utf8_lossy(&output.stdout).contains(SECRET));
}

#[test]
fn settings_that_are_not_there_yet_are_in_order() {
    let site = Site::new();
    let output = check(&site, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(lines(&output, "ok").iter().any(|line| line.contains("is not there yet")), "{output:?}");
    assert!(site.files().is_empty());
}

#[test]
fn what_keeps_the_service_from_its_work_is_an_error() {
    let fixture = || Site::with_fixture("settings/v1.58.0.json");
    type Case<'a> = (&'a str, Site, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 6] = [
        ("a wrong key", fixture(), &[("MCP_SETTINGS_SECRET_KEY", "another secret key")], "wrong-key"),
        ("no key", fixture(), &[], "key-missing"),
        ("a broken file", Site::with_document("{"), &[KEY], "cut off"),
        (
            "an API key without scopes",
            fixture(),
            &[KEY, ("MCP_SETTINGS_API_KEYS", r#"[{"name":"n","key":"k","scopes":[]}]"#)],
            "`n`",
        ),
        (
            "a log level that is not one",
            fixture(),
            &[KEY, ("MCP_SETTINGS_LOG", "warnings")],
            "MCP_SETTINGS_LOG",
        ),
        (
            "a listen address that is not one",
            fixture(),
            &[KEY, ("MCP_SETTINGS_LISTEN", "nowhere")],
            "MCP_SETTINGS_LISTEN",
        ),
    ];
    for (what, site, variables, expected) in cases {
        let before = site.document();
        let output = check(&site, variables);
        assert_eq!(output.status.code(), Some(1), "{what}: {output:?}");
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        assert!(String::from_utf8_lossy(&said).contains(expected), "{what}: {output:?}");
        assert_eq!(site.document(), before, "{what}");
    }
}

#[test]
fn a_value_that_no_key_opens_is_named_with_its_place() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let mut document = site.json();
    let servers = &mut document["agent_settings"]["mcp_config"];
    let (name, server) = servers.as_object_mut().expect("a map").iter_mut().next().expect("it has servers");
    let name = name.clone();
    server["env"] = serde_json::json!({"LOST": crate::crypto::seal("a key that is lost", "s")});
    site.write(document.to_string());
    let output = check(&site, &[KEY]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let errors = lines(&output, "error");
    assert!(errors.iter().any(|line| line.contains("/env/LOST") && line.contains(&name)), "{output:?}");
}

#[test]
fn older_keys_and_open_permissions_are_warnings() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let previous = format!("[{SECRET:?}]");
    let variables =
        [("MCP_SETTINGS_SECRET_KEY", "a newer secret key"), ("MCP_SETTINGS_PREVIOUS_SECRET_KEYS", &previous)];
    let mode = |mode: u32| {
        fs::set_permissions(site.document_path(), fs::Permissions::from_mode(mode)).expect("our own file");
    };
    mode(0o644);
    let output = check(&site, &variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let warnings = lines(&output, "warning").join("\n");
    assert!(warnings.contains("rotate-key") && warnings.contains("chmod go-r"), "{warnings}");
    mode(0o666);
    assert_eq!(check(&site, &variables).status.code(), Some(1), "everybody may write the settings");
}

#[test]
fn a_key_file_that_cannot_be_trusted_is_an_error() {
    let site = Site::with_document(r#"{"agent_settings":{"mcp_config":{"mcpServers":{}}}}"#);
    let elsewhere = site.home().join("elsewhere");
    fs::write(&elsewhere, "a key that somebody else chose\n").expect("our own folder");
    symlink(&elsewhere, site.data().join(".mcp-settings.secret-key")).expect("our own folder");
    let output = check(&site, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(lines(&output, "error").iter().any(|line| line.contains("secret-key")), "{output:?}");
}

#[test]
fn a_file_of_static_servers_is_read_as_the_service_reads_it() {
    let site = Site::with_fixture("settings/v1.58.0.json");
    let path = site.home().join("lightspeed-stack.yaml");
    let named = path.to_string_lossy().into_owned();
    let check = |text: &str| {
        fs::write(&path, text).expect("our own folder");
        check(&site, &[KEY, ("MCP_SETTINGS_STATIC_SERVERS", &named)])
    };
    let output =
        check("mcp_servers: [{name: a, url: u}, {name: b, url: u, authorization_headers: {A: /no/canary}}]");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(lines(&output, "ok").iter().any(|line| line.contains("2 in `")), "{output:?}");
    let warnings = lines(&output, "warning").join("\n");
    assert!(warnings.contains("`mcp_servers[1].authorization_headers.A`"), "{warnings}");
    assert!(!warnings.contains("canary"), "{warnings}");
    let output = check("mcp_servers: [{name: a}]");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let errors = lines(&output, "error").join("\n");
    assert!(errors.contains("`mcp_servers[0].url` is missing"), "{errors}");
}
