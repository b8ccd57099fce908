//! `mcp-settings validate`: whether a configuration could be stored as it is, and what looks wrong about it. Nothing is
//! stored.

use std::process::ExitCode;

use crate::api::WrittenMcpServer;

use super::client::{Purpose, Request, Target, run as run_on, server};
use super::failure::Failure;
use super::get::show_server;
use super::input::Input;
use super::output::{Form, Output};
use super::printable::printable;
use super::terminal::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings validate issues issues.json")]
pub(super) struct Arguments {
    /// The name that the server has, or would get
    name: String,
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, input, output: Output { output: form }, target } = arguments;
    let (text, _) = input.read_json()?;
    run_on(async move {
        let settings = target.open(Purpose::Look)?;
        let response = settings.expect(Request::put(server(&name)).json(text).dry_run()).await?;
        if form != Form::Table {
            show_server(form, &response)?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut text = format!("{} is valid\n", printable(&name));
        for finding in response.read::<WrittenMcpServer>()?.findings {
            let line = format!("warning: {}: {}", finding.pointer.as_str(), finding.proposal);
            text.extend([printable(&line), "\n".to_owned()]);
        }
        print(&text)?;
        Ok(ExitCode::SUCCESS)
    })
}
