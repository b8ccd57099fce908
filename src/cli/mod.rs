//! The command line, one file per command. Data goes to stdout, everything else to stderr. Exit codes:
//! 0 done, 1 refused or failed, 2 the command line itself is wrong; docs/OPERATIONS.md has them all.

mod assemble;
mod check;
mod descriptors;
mod dialling;
mod doctor;
mod environment;
mod exec;
mod gateways;
mod key_files;
mod log;
mod open;
mod registry;
mod report;
mod rotate_key;
mod running;
mod serve;
mod static_servers;

use std::error::Error;
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

/// What a command can fail with.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    source: Option<Box<dyn Error>>,
    hint: Option<&'static str>,
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
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
            ExitCode::from(1)
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

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), source: None, hint: None }
    }

    pub(crate) fn because(mut self, source: impl Error + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What failed and why, in one line.
    pub(crate) fn line(&self) -> String {
        let mut parts = vec![self.what.clone()];
        let mut cause = self.source.as_deref();
        while let Some(error) = cause {
            parts.push(error.to_string());
            cause = error.source();
        }
        parts.extend(self.hint.map(str::to_owned));
        parts.join(": ")
    }

    #[expect(clippy::print_stderr, reason = "the command line's own messages go to stderr")]
    fn print(&self) {
        eprintln!("error: {}", self.what);
        let mut cause = self.source.as_deref();
        while let Some(error) = cause {
            eprintln!("  caused by: {error}");
            cause = error.source();
        }
        if let Some(hint) = self.hint {
            eprintln!("hint: {hint}");
        }
    }
}
