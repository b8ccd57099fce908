//! `mcp-settings completions`: a script that completes the command line in a shell.

use std::process::ExitCode;

use clap::Command;
use clap_complete::{Shell, generate};

use super::failure::Failure;
use super::terminal::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings completions bash >mcp-settings.bash")]
pub(super) struct Arguments {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script for this command line.
pub(super) fn run(arguments: Arguments, command: Command) -> Result<ExitCode, Failure> {
    let name = command.get_name().to_owned();
    let mut command = without_hidden(&command);
    let mut script = Vec::new();
    generate(arguments.shell, &mut command, name, &mut script);
    print(&repaired(&String::from_utf8_lossy(&script), arguments.shell))?;
    Ok(ExitCode::SUCCESS)
}

/// A script that completes what is behind the first word too: for bash `clap_complete` 4.6 names a command in two ways
/// where the name of the program has a `-`.
fn repaired(script: &str, shell: Shell) -> String {
    match shell {
        Shell::Bash => script.replace("mcp__subcmd__settings", "mcp__settings"),
        _ => script.to_owned(),
    }
}

/// The command line without what only the service calls: `clap_complete` offers hidden commands too.
fn without_hidden(command: &Command) -> Command {
    let shown = command.get_subcommands().filter(|own| !own.is_hide_set()).cloned();
    Command::new(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .about(command.get_about().cloned().unwrap_or_default())
        .args(command.get_arguments().cloned())
        .subcommands(shown)
}
