//! What may be started: the list of allowed commands, and paths in arguments.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use tempfile::TempDir;

use crate::registry::{RegistryBackend, RegistryErrorKind, ServerSpec};

use super::super::{AllowedCommands, DEFAULT_COMMANDS, McpMd, ReadPaths, Warning, parse};
use super::Agent;

fn allowed(text: &str) -> Option<Vec<String>> {
    parse(text).allowed.map(|names| names.into_iter().collect())
}

#[test]
fn w_01_w_02_w_03_the_section_of_allowed_commands_is_read() {
    let set = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(allowed("## a\ncommand: x\n"), None);
    assert_eq!(allowed("## Allowed commands\nnpx\nuvx\n"), set(&["npx", "uvx"]));
    assert_eq!(allowed("## ALLOWED COMMANDS\nnpx\n"), set(&["npx"]));
    for heading in ["# Title", "### Sub", "##nospace", "## other"] {
        let text = format!("## Allowed commands\nnpx\n{heading}\nbash\ncommand: x\n");
        assert_eq!(allowed(&text), set(&["npx"]), "{heading}");
    }
    assert_eq!(allowed("## Allowed commands\nnpx # c\nuvx#c\n  node  \n"), set(&["node", "npx", "uvx"]));
    let merged = "## Allowed commands\nnpx\n## a\ncommand: x\n## Allowed commands\nuvx\n";
    assert_eq!(allowed(merged), set(&["npx", "uvx"]));
    // Fields after a heading in it belong to no server.
    assert_eq!(parse("## a\ncommand: x\n## Allowed commands\n# T\ncommand: y\n").specs().count(), 1);
}

#[test]
fn w_04_an_empty_section_denies_everything_and_is_reported() {
    for text in ["## Allowed commands\n", "## Allowed commands\n\n# only a comment\n"] {
        assert_eq!(allowed(text), Some(vec![]), "{text}");
        assert_eq!(parse(text).warnings, [Warning::NothingAllowed], "{text}");
        assert!(DEFAULT_COMMANDS.iter().all(|command| !AllowedCommands::of(text).allows(command)));
    }
}

#[test]
fn w_05_the_last_part_of_a_command_is_compared() {
    let default = AllowedCommands::of("## a\ncommand: x\n");
    for command in ["bash", "/usr/bin/sh", "NPX", "", "npx/", "npx "] {
        assert!(!default.allows(command), "{command}");
    }
    assert!(
        default.allows("/usr/local/bin/npx")
            && DEFAULT_COMMANDS.iter().all(|command| default.allows(command))
    );
    let own = AllowedCommands::of("## Allowed commands\nbun\n");
    assert!(own.allows("bun") && !own.allows("npx"));
}

#[test]
fn w_06_a_denied_command_fails_before_any_server_is_started() {
    let specs =
        [ServerSpec::new("good", "npx"), ServerSpec::new("bad", "/bin/bash"), ServerSpec::new("last", "uvx")];
    let error = AllowedCommands::default().check(&specs).unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::CommandNotAllowed);
    assert!(error.message().contains("'bad'") && error.message().contains("'bash'"), "{error}");
    assert!(AllowedCommands::default().check(&specs[..1]).is_ok());
}

#[tokio::test]
async fn p_06_a_path_outside_what_may_be_read_is_refused() {
    let (agent, outside) = (Agent::new(), TempDir::new().unwrap());
    let inside = agent.root().join("inside");
    fs::create_dir_all(inside.join("folder")).unwrap();
    symlink(outside.path(), inside.join("link")).unwrap();
    agent.environment.set("HOME", inside.to_str().unwrap());
    let load = async |arg: &str, read_paths: Vec<std::path::PathBuf>| {
        agent.write(&format!("## srv\ncommand: npx\nargs: {arg}\n"));
        let variables = Arc::clone(&agent.environment.variables());
        let registry = McpMd::new(agent.root(), ReadPaths::new(read_paths), variables);
        let one = registry.load("srv").await.map(|_| ()).map_err(|error| error.kind());
        assert_eq!(registry.load_all().await.map(|_| ()).map_err(|error| error.kind()), one, "{arg}");
        one
    };
    let root = inside.to_str().unwrap();
    for arg in [
        "../../etc/passwd".to_owned(),
        "/etc/passwd".to_owned(),
        "..".to_owned(),
        "./elsewhere".to_owned(),
        format!("{root}/../secret"),
        format!("{root}/absent/../../secret"),
        format!("{root}/link/file"),
        "~/../secret".to_owned(),
        "~other/x".to_owned(),
        "C:/x".to_owned(),
        "C:\\x".to_owned(),
    ] {
        assert_eq!(load(&arg, vec![inside.clone()]).await, Err(RegistryErrorKind::PathTraversal), "{arg}");
        assert_eq!(load(&arg, Vec::new()).await, Ok(()), "{arg}: nothing is checked");
    }
    for arg in [
        root.to_owned(),
        format!("{root}/folder/../absent/file"),
        "~".to_owned(),
        "~/folder".to_owned(),
        "-y".to_owned(),
        "--o=v".to_owned(),
        "--root=/etc".to_owned(),
        "@scope/p".to_owned(),
        "word".to_owned(),
        "https://host/x".to_owned(),
    ] {
        assert_eq!(load(&arg, vec![inside.clone()]).await, Ok(()), "{arg}");
    }
}
