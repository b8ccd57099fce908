//! The command line, one file per command. Data goes to stdout, everything else to stderr. Exit codes:
//! 0 done, 1 refused or failed, 2 the command line itself is wrong; docs/OPERATIONS.md has them all.

mod apply;
mod approve;
mod assemble;
mod call;
mod check;
mod client;
mod client_file;
mod clock;
mod completions;
mod declared;
mod descriptors;
mod dialling;
mod diff;
mod doctor;
mod edit;
mod enable;
mod environment;
mod exec;
mod export;
mod failure;
mod gateways;
mod get;
mod import;
mod input;
mod key_files;
mod line_diff;
mod list;
mod log;
mod logs;
mod open;
mod openapi;
mod output;
mod patch;
mod plan;
mod printable;
mod registry;
mod remove;
mod rename;
mod report;
mod rotate_key;
mod running;
mod serve;
mod set;
mod static_servers;
mod status;
mod terminal;
mod test;
mod three_way;
mod tools;
mod validate;
mod watch;
mod write;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

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
    /// Edit a server in $VISUAL or $EDITOR.
    Edit(edit::Arguments),
    /// Give a server another name.
    #[command(after_help = "Example:\n  mcp-settings rename issues tickets")]
    Rename(rename::Arguments),
    /// Store a copy of a server under another name.
    #[command(after_help = "Example:\n  mcp-settings copy issues issues-staging")]
    Copy(rename::Arguments),
    /// Delete a server.
    #[command(visible_alias = "delete")]
    Remove(remove::Arguments),
    /// Let a server be used.
    #[command(after_help = "Example:\n  mcp-settings enable issues")]
    Enable(enable::Arguments),
    /// Keep a server, and let it not be used.
    #[command(after_help = "Example:\n  mcp-settings disable issues")]
    Disable(enable::Arguments),
    /// Say whether a configuration could be stored; stores nothing.
    Validate(validate::Arguments),
    /// Say how the servers run.
    Status(status::Arguments),
    /// Approve what would be executed for a server.
    Approve(approve::Arguments),
    /// Test a server, or a configuration that is not stored.
    Test(test::Arguments),
    /// List the tools of a server.
    Tools(tools::Arguments),
    /// Call a tool of a server.
    Call(call::Arguments),
    /// Show what the program of a server writes to stderr.
    Logs(logs::Arguments),
    /// Show what changes, as it changes.
    Watch(watch::Arguments),
    /// Compare the servers with what files declare.
    Diff(diff::Arguments),
    /// Bring the servers to what files declare.
    Apply(apply::Arguments),
    /// Store the servers of another client's file, or of any text that has some.
    Import(import::Arguments),
    /// Write servers in the form of another client, or into its own file.
    Export(export::Arguments),
    /// Serve the settings over HTTP.
    Serve(serve::Arguments),
    /// Say whether the service would start and could do everything; makes and changes nothing.
    Check(check::Arguments),
    /// Say which programs servers would be run with on this machine; makes and changes nothing.
    Doctor(doctor::Arguments),
    /// Print a new link to the page of the running service.
    Open(open::Arguments),
    /// Look into the registry of an agent (`mcp.md`, a catalog) and change it.
    #[command(after_help = "Example:\n  mcp-settings registry list")]
    Registry(registry::Arguments),
    /// Encrypt again, under the newest key, what older keys encrypted.
    RotateKey(rotate_key::Arguments),
    /// Print the OpenAPI document of the API.
    #[command(after_help = "Example:\n  mcp-settings openapi >openapi.json")]
    Openapi,
    /// Print a script that completes this command line in a shell.
    Completions(completions::Arguments),
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
        Command::Edit(arguments) => edit::run(arguments),
        Command::Status(arguments) => status::run(arguments),
        Command::Approve(arguments) => approve::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Tools(arguments) => tools::run(arguments),
        Command::Call(arguments) => call::run(arguments),
        Command::Logs(arguments) => logs::run(arguments),
        Command::Watch(arguments) => watch::run(arguments),
        Command::Openapi => openapi::run(),
        Command::Completions(arguments) => completions::run(arguments, Arguments::command()),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Apply(arguments) => apply::run(arguments),
        Command::Rename(arguments) => rename::rename(arguments),
        Command::Copy(arguments) => rename::copy(arguments),
        Command::Remove(arguments) => remove::run(arguments),
        Command::Enable(arguments) => enable::enable(arguments),
        Command::Disable(arguments) => enable::disable(arguments),
        Command::Validate(arguments) => validate::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Export(arguments) => export::run(arguments),
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
