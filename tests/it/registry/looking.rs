//! The commands that change nothing.

use std::fs;
use std::os::unix::fs::symlink;

use super::{AGENT_ROOT, Agent, BACKEND, BACKEND_URL};

const TWO: &str = "# MCP servers

## tracker
command: sh
args: -y, @acme/tracker-mcp
env: TRACKER_TOKEN=$ACME_TOKEN
env: LITERAL=hunter2-literal
description: Issue tracker

## b
command: not-on-this-machine
description: A longer thing
transport: http
";

const TOKEN: (&str, &str) = ("ACME_TOKEN", "tok-of-acme");

#[test]
fn k_01_the_root_is_that_of_the_flag_then_of_the_variable_then_the_current_folder() {
    let here = Agent::with("## here\ncommand: npx\n");
    let variable = Agent::with("## variable\ncommand: npx\n");
    let flag = Agent::with("## flag\ncommand: npx\n");
    let root = |agent: &Agent| agent.root().to_str().expect("it is text").to_owned();
    let (named, flagged) = (root(&variable), root(&flag));
    let has = |arguments: &[&str], variables: &[(&str, &str)], name: &str| {
        let outcome = here.run(arguments, variables);
        assert!(outcome.code == 0 && outcome.stdout.contains(&format!("\n{name} ")), "{outcome:?}");
    };
    has(&["list"], &[], "here");
    has(&["list"], &[(AGENT_ROOT, "")], "here");
    has(&["list"], &[(AGENT_ROOT, &named)], "variable");
    has(&["list", "--agent-root", &flagged], &[(AGENT_ROOT, &named)], "flag");
    // `~` is the home, which is the current folder here.
    fs::create_dir(here.root().join("agent")).expect("it is ours");
    symlink(flag.file(), here.root().join("agent/mcp.md")).expect("it is ours");
    has(&["list", "--agent-root", "~/agent"], &[], "flag");
    has(&["list"], &[(AGENT_ROOT, "~/agent")], "flag");
}

#[test]
fn k_02_a_list_is_a_table() {
    Agent::new().run(&["list"], &[]).says("No MCP servers registered.\n");
    let expected = "NAME     TRANSPORT  DESCRIPTION
-------------------------------
b        http   A longer thing
tracker  stdio  Issue tracker
";
    Agent::with(TWO).run(&["list"], &[]).says(expected);
    let outcome = Agent::with("## a\ncommand: npx\n## .hidden\ncommand: npx\n").run(&["list"], &[]);
    assert_eq!(outcome.stdout, "NAME  TRANSPORT  DESCRIPTION\n----------------------------\na  stdio  \n");
    assert!(outcome.stderr.contains(".hidden"), "{outcome:?}");
}

#[test]
fn k_03_k_04_one_server_is_shown_without_any_value() {
    let agent = Agent::with(TWO);
    let expected = "name:        tracker
command:     sh
args:        -y @acme/tracker-mcp
env:
  TRACKER_TOKEN: $ACME_TOKEN
  LITERAL: [REDACTED]
transport:   stdio
description: Issue tracker
";
    agent.run(&["show", "tracker"], &[TOKEN]).says(expected);
    let expected =
        "name:        b\ncommand:     not-on-this-machine\ntransport:   http\ndescription: A longer thing\n";
    agent.run(&["show", "b"], &[]).says(expected);
    let expected = "Error: invalid server name: MCP server name '../etc/passwd' must not start with '.'; leading-dot names \
                    are reserved for hidden files.";
    agent.run(&["show", "../etc/passwd"], &[]).fails(expected);
    let path = agent.root().canonicalize().expect("it is there").join("mcp.md");
    let expected = format!(
        "Error: MCP server not found: MCP server 'nope' not found in {}. Available: ['b', 'tracker']",
        path.display()
    );
    agent.run(&["show", "nope"], &[]).fails(&expected);
}

#[test]
fn k_05_a_variable_that_is_not_set_is_an_error() {
    let expected = "Error: env var not resolved: mcp.md server 'tracker': env var '$ACME_TOKEN' not set. Set ACME_TOKEN in \
                    the environment before running this agent.";
    Agent::with(TWO).run(&["show", "tracker"], &[]).fails(expected);
}

#[test]
fn k_06_a_validation_is_on_stdout_and_fails_with_1() {
    let agent = Agent::with(TWO);
    agent.run(&["validate", "tracker"], &[TOKEN]).says("validate 'tracker': OK\n");
    let warning = "  WARNING: env var $ACME_TOKEN (for 'TRACKER_TOKEN') not set in current process; must be set at agent run \
                   time.";
    agent.run(&["validate", "tracker"], &[]).says(&format!("validate 'tracker': OK\n{warning}\n"));
    let failed = |name: &str, lines: &[&str]| {
        let outcome = agent.run(&["validate", name], &[]);
        let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        let expected = (1, format!("validate '{name}': FAIL\n{lines}"), "");
        assert_eq!((outcome.code, outcome.stdout, outcome.stderr.as_str()), expected);
    };
    failed("nope", &["ERROR:   MCP server 'nope' not in registry. Available: ['b', 'tracker']"]);
    failed(
        "b",
        &[
            "ERROR:   transport 'http' is not recognized. Only 'stdio' is supported in v1.",
            "WARNING: command 'not-on-this-machine' not found on PATH; may be available at agent run time.",
        ],
    );
}

#[test]
fn k_07_capabilities_are_six_lines() {
    let expected = "backend_id:                    filesystem
supports_install:              True
supports_uninstall:            True
supports_capability_handshake: False
supports_audit:                False
durable:                       True
";
    Agent::new().run(&["refresh-capabilities"], &[]).says(expected);
}

#[test]
fn k_08_what_is_malformed_and_what_cannot_be_read_ends_with_1() {
    let agent = Agent::with("## bad\nargs: x\n");
    let outcome = agent.run(&["show", "bad"], &[]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stderr.contains("\nError: MCP server descriptor is invalid: MCP server 'bad'"),
        "{outcome:?}"
    );
    let agent = Agent::new();
    fs::create_dir(agent.file()).expect("it is ours");
    let outcome = agent.run(&["list"], &[]);
    outcome.fails_with("Error: MCP registry backend temporarily unavailable: cannot read ");
}

#[test]
fn a_back_end_that_is_not_known_is_not_shown_where_it_may_be_a_secret() {
    let agent = Agent::new();
    let outcome = agent.run(&["list"], &[(BACKEND, "https://user:secret@host")]);
    outcome.fails_with(&format!(
        "Error: failed to resolve MCP registry backend: {BACKEND}='https://...' is not a known"
    ));
    assert!(!outcome.stderr.contains("secret"), "{outcome:?}");
    let outcome = agent.run(&["list"], &[(BACKEND, "http")]);
    outcome.fails_with(&format!(
        "Error: failed to resolve MCP registry backend: {BACKEND}=http requires {BACKEND_URL}"
    ));
    let outcome = agent.run(&["list"], &[(BACKEND, "http"), (BACKEND_URL, "http://elsewhere.example")]);
    outcome.fails_with(
        "Error: failed to resolve MCP registry backend: HTTPMCPServerRegistryBackend: cleartext http://",
    );
}
