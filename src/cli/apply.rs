//! `mcp-settings apply`: brings the stored servers to what files declare, after showing what that changes. Each server is
//! written under the tag that was compared, so that nobody's change is overwritten unseen.

use std::path::PathBuf;
use std::process::ExitCode;

use super::client::{Purpose, Target, run as run_on};
use super::declared;
use super::failure::Failure;
use super::output::{Form, Output};
use super::plan::{plan, print_plan};
use super::terminal::{confirm, note};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  mcp-settings apply servers/ --dry-run\n  mcp-settings apply servers/ --prune --yes"
)]
pub(super) struct Arguments {
    /// A file with declared servers, a folder of such `.json` files, or `-` for stdin
    path: PathBuf,
    /// Remove servers that are not declared
    #[arg(long)]
    prune: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Show what would be changed, and change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { path, prune, yes, dry_run, output: Output { output: form }, target } = arguments;
    let declared = declared::read(&path)?;
    run_on(async move {
        let settings = target.open(if dry_run { Purpose::Look } else { Purpose::Change })?;
        let steps = plan(&settings, &declared, prune).await?;
        print_plan(form, &steps)?;
        let count = steps.iter().filter(|step| step.action.is_change()).count();
        if count == 0 || dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        if !yes {
            confirm("Apply this?", "nothing was changed", "`--yes` applies it without a question")?;
        }
        let mut done = 0;
        for step in &steps {
            let Some(request) = step.request() else { continue };
            let applied = settings.expect(request).await;
            applied.map_err(|failure| {
                failure.detail(format!(
                    "this is about `{}`; {done} of {count} changes were made before it",
                    step.name
                ))
            })?;
            done += 1;
            if form == Form::Table {
                note(&format!("{} {}", step.name, step.action.done()));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}
