//! `mcp-settings rename` and `copy`: another name for a server, or for a copy of it. Its secrets go along.

use std::process::ExitCode;

use crate::json::{Json, Object, to_compact};

use super::client::{Request, server, stored};
use super::failure::Failure;
use super::write::Write;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    /// The new name
    to: String,
    #[command(flatten)]
    write: Write,
}

pub(super) fn rename(arguments: Arguments) -> Result<ExitCode, Failure> {
    let path = format!("{}/rename", stored(&arguments.name));
    run(arguments, path, "renamed to")
}

pub(super) fn copy(arguments: Arguments) -> Result<ExitCode, Failure> {
    let path = format!("{}/copy", server(&arguments.name));
    run(arguments, path, "copied to")
}

fn run(arguments: Arguments, path: String, done: &str) -> Result<ExitCode, Failure> {
    let Arguments { name, to, write } = arguments;
    let body = Object::from_iter([("to", Json::string(&to))]);
    let request = Request::post(path).json(to_compact(&body.into()));
    write.run(&name, &format!("{done} {to}"), request)
}
