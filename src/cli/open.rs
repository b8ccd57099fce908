//! `mcp-settings open`: has a running service make a new link to its page, and prints it. It does not know
//! what a link leads to.

use std::process::ExitCode;

use crate::api::PageLink;

use super::client::{Request, ServiceTarget, run as run_on};
use super::failure::Failure;
use super::terminal::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings open")]
pub(super) struct Arguments {
    #[command(flatten)]
    target: ServiceTarget,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    run_on(async move {
        let settings = arguments.target.open()?;
        let response = settings.expect(Request::post("/api/session/links".to_owned())).await?;
        print(&format!("{}\n", response.read::<PageLink>()?.link))?;
        Ok(ExitCode::SUCCESS)
    })
}
