//! `mcp-settings set`: creates a server, or replaces it, with a configuration from a file or from stdin.

use std::process::ExitCode;

use super::client::{Request, server};
use super::failure::Failure;
use super::input::Input;
use super::write::Write;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  mcp-settings set issues issues.json\n  echo '{\"command\":\"npx\",\"args\":[\"-y\",\"@example/notes\"]}' | mcp-settings set notes"
)]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    #[command(flatten)]
    input: Input,
    /// Create the server only; refuse to replace one
    #[arg(long, conflicts_with = "if_match")]
    new: bool,
    #[command(flatten)]
    write: Write,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, input, new, write } = arguments;
    let (text, _) = input.read_json()?;
    let mut request = Request::put(server(&name)).json(text);
    if new {
        request = request.header("If-None-Match", "*");
    }
    write.run(&name, "replaced", request)
}
