//! The operations on a real file: what they return where it is absent, unreadable or malformed, the lock, and what a
//! change leaves on the disk.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::foreign_file::{read, replace};
use crate::registry::conformance::Environment;
use crate::registry::environment::LOCK_BACKEND;
use crate::registry::{RegistryBackend, RegistryError, RegistryErrorKind as Kind, ServerSpec, Validation};

use super::super::lock::LOCK_NAME;
use super::super::{FILE_NAME, McpMd, ReadPaths};
use super::Agent;

fn spec(name: &str) -> ServerSpec {
    ServerSpec::new(name, "npx")
}

fn kind<T>(outcome: Result<T, RegistryError>) -> Option<Kind> {
    outcome.err().map(|error| error.kind())
}

async fn names(registry: &McpMd) -> Vec<String> {
    registry.list().await.unwrap().into_iter().map(|server| server.name).collect()
}

#[tokio::test]
async fn t_02_t_03_c2_01_a_root_that_is_not_there_is_empty_and_is_not_made() {
    let agent = Agent::new();
    let root = agent.root().join("absent");
    let registry = McpMd::new(&root, ReadPaths::default(), agent.environment.variables());
    assert!(registry.list().await.unwrap().is_empty() && registry.load_all().await.unwrap().is_empty());
    let path = root.join(FILE_NAME);
    let expected = format!("MCP server 'x' not found: mcp.md does not exist at {}.", path.display());
    let error = registry.load("x").await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::NotInRegistry, expected.as_str()));
    assert_eq!(registry.validate("x").await.unwrap(), Validation::failed(expected));
    // Also where it is a mistyped one.
    registry.uninstall("x").await.unwrap();
    assert!(agent.entries().is_empty());
    assert!(Agent::with("").registry().list().await.unwrap().is_empty());
}

#[tokio::test]
async fn t_04_t_07_a_file_that_cannot_be_read_is_unavailable() {
    let folder = Agent::new();
    fs::create_dir(folder.file()).unwrap();
    let circle = Agent::new();
    symlink(circle.file(), circle.file()).unwrap();
    let dangling = Agent::new();
    symlink(dangling.root().join("nowhere"), dangling.file()).unwrap();
    let locked = Agent::with("## a\ncommand: npx\n");
    fs::set_permissions(locked.file(), Permissions::from_mode(0o000)).unwrap();
    for agent in [folder, circle, dangling, locked] {
        // Root may read everything.
        if fs::read(agent.file()).is_ok() {
            continue;
        }
        let registry = agent.registry();
        let error = registry.list().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);
        assert!(error.message().starts_with(&format!("cannot read {}: ", agent.file().display())), "{error}");
        let error = registry.load("a").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);
        assert!(error.message().starts_with("MCP server 'a' cannot be loaded: cannot read "), "{error}");
        assert_eq!(kind(registry.load_all().await), Some(Kind::Unavailable));
        assert_eq!(kind(registry.install(&spec("b")).await), Some(Kind::Unavailable));
        assert_eq!(kind(registry.uninstall("a").await), Some(Kind::Unavailable));
        let validation = registry.validate("a").await.unwrap();
        assert!(validation.errors[0].starts_with("mcp.md parse error: "), "{validation:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_utf_8_is_malformed() {
    let agent = Agent::new();
    fs::write(agent.file(), b"## a\ncommand: \xff\n").unwrap();
    let registry = agent.registry();
    assert!(registry.list().await.unwrap().is_empty());
    assert_eq!(kind(registry.load("a").await), Some(Kind::DescriptorInvalid));
    assert_eq!(kind(registry.load_all().await), Some(Kind::DescriptorInvalid));
    assert_eq!(kind(registry.install(&spec("b")).await), Some(Kind::DescriptorInvalid));
    assert_eq!(kind(registry.uninstall("a").await), Some(Kind::DescriptorInvalid));
    assert!(registry.validate("a").await.unwrap().errors[0].starts_with("mcp.md parse error: "));
}

#[tokio::test]
async fn t_05_t_06_malformed_sections_and_hidden_names_are_left_out_of_the_list() {
    let agent = Agent::with("## bad\nargs: x\n## .hidden-server\ncommand: npx\n## good\ncommand: npx\n");
    let registry = agent.registry();
    assert_eq!(names(&registry).await, ["good"]);
    let error = registry.load("bad").await.unwrap_err();
    assert_eq!(error.kind(), Kind::DescriptorInvalid);
    let expected = "MCP server 'bad' has a malformed descriptor in mcp.md (section exists but parse failed; check that \
                    'command:' is present)";
    assert_eq!(error.message(), expected);
    assert_eq!(registry.validate("bad").await.unwrap(), Validation::failed(expected));
    let error = registry.load("absent").await.unwrap_err();
    assert!(error.message().ends_with("Available: ['.hidden-server', 'good']"), "{error}");
}

#[tokio::test]
async fn v_01_v_02_v_03_v_04_v_05_v_06_v_07_n_10_a_configuration_is_checked_without_starting_it() {
    let agent = Agent::with(
        "## good\ncommand: tool\n## gone\ncommand: not-on-this-machine\n## var\ncommand: tool\nenv: K=$NOT_SET, L=$SET\n\
         ## net\ncommand: tool\ntransport: http\n## path\ncommand: /nowhere/tool\n## none\ncommand:\n",
    );
    let bin = agent.root().join("bin");
    fs::create_dir(&bin).unwrap();
    let started = agent.root().join("started");
    fs::write(bin.join("tool"), format!("#!/bin/sh\ntouch {}\n", started.display())).unwrap();
    fs::set_permissions(bin.join("tool"), Permissions::from_mode(0o755)).unwrap();
    fs::write(bin.join("not-on-this-machine"), "not a program").unwrap();
    agent.environment.set("PATH", bin.to_str().unwrap());
    agent.environment.set("SET", "");
    let registry = agent.registry();
    let check = async |name: &str| {
        let Validation { errors, warnings } = registry.validate(name).await.unwrap();
        (errors, warnings)
    };
    let nothing: Vec<String> = Vec::new();
    assert_eq!(check("good").await, (nothing.clone(), nothing.clone()));
    assert_eq!(check("none").await, (nothing.clone(), nothing.clone()));
    for (name, command) in [("gone", "not-on-this-machine"), ("path", "/nowhere/tool")] {
        let warning = format!("command '{command}' not found on PATH; may be available at agent run time.");
        assert_eq!(check(name).await, (nothing.clone(), vec![warning]));
    }
    let warning = "env var $NOT_SET (for 'K') not set in current process; must be set at agent run time.";
    assert_eq!(check("var").await, (nothing.clone(), vec![warning.to_owned()]));
    let error = "transport 'http' is not recognized. Only 'stdio' is supported in v1.";
    assert_eq!(check("net").await, (vec![error.to_owned()], nothing.clone()));
    let error =
        "MCP server 'nope' not in registry. Available: ['gone', 'good', 'net', 'none', 'path', 'var']";
    assert_eq!(check("nope").await, (vec![error.to_owned()], nothing.clone()));
    let (errors, _) = check("../etc/passwd").await;
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("must not start with '.'"), "{errors:?}");
    assert!(!started.exists());
}

#[tokio::test]
async fn n_09_a_05_a_06_a_07_a_08_a_first_installation_makes_the_file_and_a_bad_one_nothing() {
    let agent = Agent::new();
    let root = agent.root().join("new/root");
    agent.environment.set("MY_VAR", "value-of-my-var");
    let registry = McpMd::new(&root, ReadPaths::default(), agent.environment.variables());
    for bad in [spec("../etc/passwd"), ServerSpec::new("x", ""), ServerSpec::new("x", "a\rb")] {
        assert_eq!(kind(registry.install(&bad).await), Some(Kind::Invalid), "{bad:?}");
    }
    assert_eq!(kind(registry.uninstall("../etc/passwd").await), Some(Kind::Invalid));
    assert!(agent.entries().is_empty());
    let error = registry.install(&ServerSpec::new("x", "")).await.unwrap_err();
    assert_eq!(error.message(), "MCP server 'x': install requires a non-empty command.");
    let mut new = spec("new");
    new.env.insert("KEY".into(), "$MY_VAR".into());
    let reference = registry.install(&new).await.unwrap();
    assert_eq!(reference.source, "mcp.md#section:new");
    assert_eq!((reference.transport.as_str(), reference.version), ("stdio", None));
    let text = fs::read_to_string(registry.path()).unwrap();
    assert_eq!(text, "# MCP servers\n\n## new\ncommand: npx\nenv: KEY=$MY_VAR\n");
    assert_eq!(fs::metadata(registry.path()).unwrap().mode() & 0o777, 0o600);
    assert_eq!(registry.load("new").await.unwrap().env["KEY"], "value-of-my-var");
}

#[tokio::test]
async fn a_04_a_10_a_11_a_second_installation_and_a_second_removal_change_nothing() {
    let agent = Agent::new();
    let registry = agent.registry();
    registry.install(&spec("one")).await.unwrap();
    let before = (agent.text(), fs::metadata(agent.file()).unwrap().mtime_nsec());
    let error = registry.install(&spec("one")).await.unwrap_err();
    let expected = "MCP server 'one' is already in mcp.md. Uninstall it first or choose a different name.";
    assert_eq!((error.kind(), error.message()), (Kind::AlreadyInstalled, expected));
    registry.uninstall("absent").await.unwrap();
    assert_eq!((agent.text(), fs::metadata(agent.file()).unwrap().mtime_nsec()), before);
    registry.uninstall("one").await.unwrap();
    registry.uninstall("one").await.unwrap();
    assert_eq!(agent.text(), "# MCP servers\n");
    registry.install(&spec("one")).await.unwrap();
    assert_eq!(agent.text(), before.0);
    assert_eq!(agent.entries(), [LOCK_NAME, FILE_NAME]);
}

#[tokio::test]
async fn a_14_a_section_without_a_command_is_in_nobodys_way() {
    let agent = Agent::with("## empty\ncommand:\n\n## none\n");
    let registry = agent.registry();
    registry.install(&spec("new")).await.unwrap();
    registry.uninstall("new").await.unwrap();
    assert_eq!(agent.text(), "## empty\ncommand:\n\n## none\n");
    registry.uninstall("none").await.unwrap();
    assert_eq!(agent.text(), "## empty\ncommand:\n");
}

#[tokio::test]
async fn a_15_mode_and_link_stay() {
    for mode in [0o644, 0o640, 0o600] {
        let (agent, elsewhere) = (Agent::new(), Agent::with("## a\ncommand: npx\n"));
        fs::set_permissions(elsewhere.file(), Permissions::from_mode(mode)).unwrap();
        symlink(elsewhere.file(), agent.file()).unwrap();
        let registry = agent.registry();
        registry.install(&spec("new")).await.unwrap();
        registry.uninstall("a").await.unwrap();
        assert!(agent.file().symlink_metadata().unwrap().is_symlink());
        assert_eq!(elsewhere.text(), "## new\ncommand: npx\n");
        assert_eq!(fs::metadata(elsewhere.file()).unwrap().mode() & 0o7777, mode);
        assert_eq!(
            (agent.entries(), elsewhere.entries()),
            (vec![LOCK_NAME.into(), FILE_NAME.into()], vec![FILE_NAME.into()])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_01_of_many_installations_of_one_name_one_succeeds() {
    let agent = Agent::new();
    let registry = Arc::new(agent.registry());
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let registry = Arc::clone(&registry);
            tokio::spawn(async move { registry.install(&spec("one")).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error.kind(), Kind::AlreadyInstalled), "{error}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(agent.text().matches("## one").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_02_installations_of_different_names_wait_for_each_other() {
    let agent = Agent::new();
    let names_of = ["a", "b", "c", "d"];
    let tasks = names_of.map(|name| {
        let registry = agent.registry();
        tokio::spawn(async move { registry.install(&spec(name)).await })
    });
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(names(&agent.registry()).await, names_of);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_03_a_lock_that_is_held_is_waited_for_and_without_patience_is_an_error() {
    let agent = Agent::new();
    let lock = File::create(agent.root().join(LOCK_NAME)).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let registry = agent.registry();
    for outcome in [
        registry.clone().with_patience(Duration::ZERO).install(&spec("one")).await.err(),
        registry.clone().with_patience(Duration::ZERO).uninstall("one").await.err(),
    ] {
        let error = outcome.unwrap();
        assert_eq!(error.kind(), Kind::Unavailable);
        let expected = "mcp_registry lock contention: another install or uninstall may be in progress (";
        assert!(error.message().starts_with(expected), "{error}");
    }
    assert!(!agent.file().exists());
    // Reading takes no lock.
    assert!(registry.list().await.unwrap().is_empty());
    let begun = Instant::now();
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        drop(lock);
    });
    registry.install(&spec("one")).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200));
    release.join().unwrap();
    let signed = fs::read_to_string(agent.root().join(LOCK_NAME)).unwrap();
    assert!(
        signed.starts_with(&format!("pid={} acquired=", std::process::id())) && signed.ends_with('\n'),
        "{signed}"
    );
}

#[tokio::test]
async fn a_lock_file_that_is_a_link_is_not_written_through() {
    let agent = Agent::with("");
    let target = agent.root().join("precious");
    fs::write(&target, "precious").unwrap();
    symlink(&target, agent.root().join(LOCK_NAME)).unwrap();
    assert_eq!(kind(agent.registry().install(&spec("one")).await), Some(Kind::Unavailable));
    assert_eq!(fs::read_to_string(target).unwrap(), "precious");
}

#[tokio::test]
async fn a_lock_that_is_not_supported_is_an_error() {
    let agent = Agent::new();
    agent.environment.set(LOCK_BACKEND, "redis");
    let error = agent.registry().install(&spec("one")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(error.message().starts_with("could not resolve lock backend: "), "{error}");
    assert!(!agent.file().exists());
    agent.environment.set(LOCK_BACKEND, " Filesystem ");
    agent.registry().install(&spec("one")).await.unwrap();
}

#[tokio::test]
async fn drafts_that_a_crash_left_are_removed() {
    let agent = Agent::with("");
    for name in [".mcp.md.abc.tmp", ".mcp.md.keep", "mcp.md.tmp"] {
        fs::write(agent.root().join(name), "").unwrap();
    }
    agent.registry().uninstall("one").await.unwrap();
    assert_eq!(agent.entries(), [".mcp.md.keep", LOCK_NAME, FILE_NAME, "mcp.md.tmp"]);
}

#[test]
fn a_file_that_an_editor_changed_meanwhile_is_not_replaced() {
    let agent = Agent::with("one\n");
    let snapshot = read(&agent.file()).unwrap();
    agent.write("by hand\n");
    assert!(!replace(&agent.file(), &snapshot, "two\n").unwrap());
    fs::remove_file(agent.file()).unwrap();
    assert!(!replace(&agent.file(), &snapshot, "two\n").unwrap());
    let absent = read(&agent.file()).unwrap();
    agent.write("by hand\n");
    assert!(!replace(&agent.file(), &absent, "two\n").unwrap());
    assert_eq!((agent.text().as_str(), agent.entries()), ("by hand\n", vec![FILE_NAME.to_owned()]));
    let snapshot = read(&agent.file()).unwrap();
    assert!(replace(&agent.file(), &snapshot, "two\n").unwrap());
    assert_eq!((agent.text().as_str(), agent.entries()), ("two\n", vec![FILE_NAME.to_owned()]));
}

#[test]
fn a_pipe_is_not_opened() {
    let agent = Agent::new();
    let made = std::process::Command::new("mkfifo").arg(agent.file()).status().unwrap();
    assert!(made.success());
    assert_eq!(read(&agent.file()).unwrap_err().kind(), io::ErrorKind::Other);
}

#[tokio::test]
async fn e_03_a_09_what_was_installed_is_loaded_with_the_values_of_the_moment() {
    let agent = Agent::new();
    let environment: &Environment = &agent.environment;
    let registry = agent.registry();
    let mut full = spec("full");
    full.args = vec!["-y".into(), "@acme/full".into()];
    full.env.insert("TOKEN".into(), "$TOKEN_VAR".into());
    full.env.insert("REGION".into(), "eu".into());
    full.description = "What it is".into();
    registry.install(&full).await.unwrap();
    assert_eq!(kind(registry.load("full").await), Some(Kind::ConnectFailed));
    for value in ["one", "two"] {
        environment.set("TOKEN_VAR", value);
        full.env.insert("TOKEN".into(), value.into());
        assert_eq!(registry.load("full").await.unwrap(), full);
    }
}
