//! `mcp-settings patch`: changes some members of a server, with a patch from a file or from stdin: an object is merged
//! (RFC 7396), an array is a list of operations (RFC 6902).

use std::process::ExitCode;

use super::client::{Request, server};
use super::failure::Failure;
use super::input::Input;
use super::write::Write;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  echo '{\"timeout\":30}' | mcp-settings patch issues\n  echo '[{\"op\":\"remove\",\"path\":\"/args/1\"}]' | mcp-settings patch issues --dry-run"
)]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    write: Write,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, input, write } = arguments;
    let (text, value) = input.read_json()?;
    let media_type = match value.as_array() {
        Some(_) => "application/json-patch+json",
        None => "application/merge-patch+json",
    };
    write.run(&name, "patched", Request::patch(server(&name)).body(media_type, text))
}
