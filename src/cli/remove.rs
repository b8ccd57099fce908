//! `mcp-settings remove`: deletes a server.

use std::process::ExitCode;

use super::client::{Request, stored};
use super::failure::Failure;
use super::write::Write;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings remove issues")]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    #[command(flatten)]
    write: Write,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, write } = arguments;
    write.run(&name, "removed", Request::delete(stored(&name)))
}
