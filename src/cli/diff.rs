//! `mcp-settings diff`: whether the stored servers are as files declare them. Nothing is changed.

use std::path::PathBuf;
use std::process::ExitCode;

use super::client::{Purpose, Target, run as run_on};
use super::declared;
use super::failure::{Exit, Failure};
use super::output::Output;
use super::plan::{plan, print_plan};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings diff as-stored.json")]
pub(super) struct Arguments {
    /// A file with declared servers, a folder of such `.json` files, or `-` for stdin
    path: PathBuf,
    /// Servers that are not declared count as a difference
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { path, prune, output, target } = arguments;
    let declared = declared::read(&path)?;
    run_on(async move {
        let settings = target.open(Purpose::Look)?;
        let steps = plan(&settings, &declared, prune).await?;
        print_plan(output.output, &steps)?;
        match steps.iter().any(|step| step.action.is_change()) {
            true => Ok(Exit::Differs.into()),
            false => Ok(ExitCode::SUCCESS),
        }
    })
}
