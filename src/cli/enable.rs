//! `mcp-settings enable` and `disable`: whether a server is used.

use std::process::ExitCode;

use super::client::{Request, server};
use super::failure::Failure;
use super::write::Write;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    #[command(flatten)]
    write: Write,
}

pub(super) fn enable(arguments: Arguments) -> Result<ExitCode, Failure> {
    run(arguments, r#"{"enabled":true}"#, "enabled")
}

pub(super) fn disable(arguments: Arguments) -> Result<ExitCode, Failure> {
    run(arguments, r#"{"enabled":false}"#, "disabled")
}

fn run(arguments: Arguments, patch: &'static str, done: &str) -> Result<ExitCode, Failure> {
    let Arguments { name, write } = arguments;
    write.run(&name, done, Request::patch(server(&name)).body("application/merge-patch+json", patch))
}
