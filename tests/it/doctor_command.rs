//! `mcp-settings doctor`: it says which programs servers would be run with, what keeps them from running is an error, and
//! nothing is made.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use crate::site::Site;

fn doctor(site: &Site, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
    command.arg("doctor").arg("--settings").arg(site.document_path());
    command.env_clear().env("HOME", site.home()).env("PATH", "/usr/bin:bin").current_dir(site.home());
    command.envs(variables.iter().copied()).output().expect("the service was built")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the report is text")
}

#[track_caller]
fn expect_line(output: &Output, grade: &str, parts: &[&str]) {
    let text = text(output);
    let is_meant = |line: &str| line.starts_with(grade) && parts.iter().all(|part| line.contains(part));
    assert!(text.lines().any(is_meant), "no line `{grade}` with {parts:?} in\n{text}");
}

fn program(path: &Path) {
    fs::create_dir_all(path.parent().expect("it has one")).expect("our own folder");
    fs::write(path, "#!/bin/sh\n").expect("our own folder");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("our own file");
}

#[test]
fn it_says_which_programs_would_be_used_and_makes_nothing() {
    let site = Site::new();
    program(&site.home().join("tools/npx-cli.js"));
    let local = site.home().join(".local/bin");
    fs::create_dir_all(&local).expect("our own folder");
    symlink("../../tools/npx-cli.js", local.join("npx")).expect("our own folder");
    program(&site.home().join(".cargo/bin/uvx"));
    fs::set_permissions(site.home().join(".cargo/bin"), fs::Permissions::from_mode(0o777)).expect("ours");
    let path = site.home().join("docker-only");
    program(&path.join("docker"));

    let before = fs::read_dir(site.home()).expect("ours").count();
    let configured = format!("{}:bin", path.display());
    let output = doctor(&site, &[("PATH", &configured)]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    expect_line(&output, "ok", &["command", "`docker`", &path.join("docker").display().to_string()]);
    expect_line(&output, "ok", &["command", "`npx`", ".local/bin/npx", "tools/npx-cli.js"]);
    expect_line(&output, "warning", &["PATH", ".cargo/bin", "others than this user"]);
    expect_line(&output, "warning", &["PATH", "`bin`", "not absolute"]);
    expect_line(&output, "warning", &["command", "`uvx`", "not in the PATH"]);
    expect_line(&output, "ok", &["processes"]);
    expect_line(&output, "ok", &["state directory", "not there yet"]);
    expect_line(&output, "ok", &["MCP_SETTINGS_ENV_REFERENCES", "MCP_SECRET_*"]);
    assert_eq!(fs::read_dir(site.home()).expect("ours").count(), before);
    assert!(site.files().is_empty());
}

#[test]
fn it_says_what_is_configured_and_no_secret() {
    let site = Site::new();
    let folder = site.data().display().to_string();
    let output = doctor(
        &site,
        &[
            ("MCP_SETTINGS_RUN", "off"),
            ("MCP_SETTINGS_CHILD_PATH", "/opt/tools"),
            ("MCP_SETTINGS_DIAL", "public,10.1.0.0/16"),
            ("MCP_SETTINGS_HTTPS_PROXY", "http://user:canary@proxy.example.org"),
            ("MCP_SETTINGS_ENV_REFERENCES", "A_*"),
            ("MCP_SETTINGS_FILE_REFERENCES", &folder),
            ("MCP_SETTINGS_VAULT_REFERENCES", "secret/mcp"),
            ("VAULT_ADDR", "http://127.0.0.1:8200"),
            ("VAULT_TOKEN", "hvs.canary"),
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    expect_line(&output, "warning", &["running", "MCP_SETTINGS_RUN=off"]);
    expect_line(&output, "ok", &["PATH", "`/opt/tools`"]);
    expect_line(&output, "ok", &["MCP_SETTINGS_DIAL", "public,10.1.0.0/16"]);
    expect_line(&output, "ok", &["MCP_SETTINGS_ENV_REFERENCES", "A_*"]);
    expect_line(&output, "ok", &["MCP_SETTINGS_FILE_REFERENCES", &folder]);
    expect_line(&output, "ok", &["MCP_SETTINGS_VAULT_REFERENCES", "secret/mcp"]);
    assert!(!format!("{output:?}").contains("canary"), "{output:?}");
}

#[test]
fn what_keeps_servers_from_running_is_an_error() {
    let site = Site::new();
    let file = site.home().join("file");
    fs::write(&file, "").expect("ours");
    let file = file.display().to_string();
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
    let cases: [Case<'_>; 5] = [
        (&[("MCP_SETTINGS_CHILD_PATH", "bin")], &["PATH", "no folder"]),
        (&[("MCP_SETTINGS_STATE_DIR", &file)], &["state directory"]),
        (&[("MCP_SETTINGS_FILE_REFERENCES", &file)], &["MCP_SETTINGS_FILE_REFERENCES", &file]),
        (&[("MCP_SETTINGS_VAULT_REFERENCES", "a")], &["VAULT_ADDR"]),
        (
            &[("MCP_SETTINGS_VAULT_REFERENCES", "a"), ("VAULT_ADDR", "http://127.0.0.1:8200")],
            &["VAULT_TOKEN"],
        ),
    ];
    for (variables, parts) in cases {
        let output = doctor(&site, variables);
        assert_eq!(output.status.code(), Some(1), "{variables:?}: {output:?}");
        expect_line(&output, "error", parts);
    }
    let output = doctor(&site, &[("MCP_SETTINGS_RUN", "maybe")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
