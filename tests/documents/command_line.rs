//! `docs/CLI.md` is what the help of each command says. `make cli-docs` writes it.

use std::env;
use std::fs;
use std::process::Command;

use crate::{read, root};

const MANUAL: &str = "docs/CLI.md";

const HEAD: &str = "# Command line

Written by `make cli-docs` from the help of each command; a test holds it current.
[OPERATIONS.md](OPERATIONS.md#commands-on-servers) says which service a command calls, and what its
[exit code](OPERATIONS.md#exit-codes) means.
";

/// What a command prints as its help.
fn help(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
    let output = command.args(arguments).env_clear().output().expect("it was built");
    let text = String::from_utf8(output.stdout).expect("help is text");
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The section of a command, and those of the commands in it.
fn section(text: &mut String, before: &[&str]) {
    let shown = help(&[before, &["-h"]].concat());
    let title = [&["mcp-settings"], before].concat().join(" ");
    text.push_str(&format!("\n## `{title}`\n\n```\n{}\n```\n", shown.trim_end()));
    let Some((_, listed)) = shown.split_once("\nCommands:\n") else { return };
    for line in listed.split("\n\n").next().unwrap_or_default().lines() {
        match line.split_whitespace().next() {
            Some("help") | None => {}
            Some(name) => section(text, &[before, &[name]].concat()),
        }
    }
}

#[test]
fn the_manual_of_the_command_line_is_its_help() {
    let mut text = HEAD.to_owned();
    section(&mut text, &[]);
    if env::var_os("UPDATE_CLI_DOCS").is_some() {
        fs::write(root().join(MANUAL), &text).expect("it is ours");
    }
    assert!(read(MANUAL) == text, "{MANUAL} is not what the help says: run `make cli-docs`");
}
