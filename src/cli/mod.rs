//! The command line, one file per command. Data goes to stdout, everything else to stderr. Exit codes:
//! 0 done, 1 refused or failed, 2 the command line itself is wrong; docs/OPERATIONS.md has them all.

mod assemble;
mod check;
mod client;
mod descriptors;
mod dialling;
mod doctor;
mod enable;
mod environment;
mod exec;
mod failure;
mod gateways;
mod get;
mod input;
mod key_files;
mod list;
mod log;
mod open;
mod output;
mod patch;
mod registry;
mod remove;
mod rename;
mod report;
mod rotate_key;
mod running;
mod serve;
mod set;
mod static_servers;
mod terminal;
mod validate;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::variables::{FROM_FILES, VARIABLES};

/// Owns the configurations of MCP servers, each an HTTP resource with an ETag.
#[derive(Debug, Parser)]
#[command(name = "mcp-settings", version, about, after_long_help = variables_help(), after_help = "See `mcp-settings --help` for the environment variables.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the servers.
    List(list::Arguments),
    /// Show one server.
    Get(get::Arguments),
    /// Create or replace a server.
    Set(set::Arguments),
    /// Change some members of a server.
    Patch(patch::Arguments),
    /// Give a server another name.
    Rename(rename::Arguments),
    /// Store a copy of a server under another name.
    Copy(rename::Arguments),
    /// Delete a server.
    #[command(visible_alias = "delete")]
    Remove(remove::Arguments),
    /// Let a server be used.
    Enable(enable::Arguments),
    /// Keep a server, and let it not be used.
    Disable(enable::Arguments),
    /// Say whether a configuration could be stored; stores nothing.
    Validate(validate::Arguments),
    /// Serve the settings over HTTP.
    Serve(serve::Arguments),
    /// Say whether the service would start and could do everything; makes and changes nothing.
    Check(check::Arguments),
    /// Say which programs servers would be run with on this machine; makes and changes nothing.
    Doctor(doctor::Arguments),
    /// Print a new link to the page of the running service.
    Open(open::Arguments),
    /// Look into the registry of an agent (`mcp.md`, a catalog) and change it.
    Registry(registry::Arguments),
    /// Encrypt again, under the newest key, what older keys encrypted.
    RotateKey(rotate_key::Arguments),
    /// Start a program for the service, and end it with all that it started.
    #[command(name = "__exec", hide = true)]
    Exec(exec::Arguments),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::List(arguments) => list::run(arguments),
        Command::Get(arguments) => get::run(arguments),
        Command::Set(arguments) => set::run(arguments),
        Command::Patch(arguments) => patch::run(arguments),
        Command::Rename(arguments) => rename::rename(arguments),
        Command::Copy(arguments) => rename::copy(arguments),
        Command::Remove(arguments) => remove::run(arguments),
        Command::Enable(arguments) => enable::enable(arguments),
        Command::Disable(arguments) => enable::disable(arguments),
        Command::Validate(arguments) => validate::run(arguments),
        Command::Serve(arguments) => serve::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Check(arguments) => check::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Open(arguments) => open::run(arguments),
        Command::Registry(arguments) => registry::run(arguments),
        Command::RotateKey(arguments) => rotate_key::run(arguments),
        Command::Exec(arguments) => Ok(exec::run(arguments)),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            failure.print();
            failure.code().into()
        }
    }
}

/// The environment variables as `--help` lists them.
fn variables_help() -> String {
    let mut text = "Environment:\n".to_owned();
    for variable in VARIABLES {
        text.extend(["  ", variable.name, "\n"]);
        for line in variable.about {
            text.extend(["         ", line, "\n"]);
        }
        if FROM_FILES.contains(&variable.name) {
            text.extend(["          `", variable.name, "_FILE` names a file that holds it instead.\n"]);
        }
    }
    text
}
