//! `mcp-settings tools`: the tools of a server, as it listed them last.

use std::process::ExitCode;

use crate::api::{ListedTool, ToolListing};

use super::client::{Request, ServiceTarget, instance, run as run_on};
use super::failure::Failure;
use super::output::{Output, show};
use super::terminal::{Table, Tone, has_colours};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings tools echoes")]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    /// Ask the server again, if it runs; needs the scope `write`
    #[arg(long)]
    refresh: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: ServiceTarget,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, refresh, output: Output { output: form }, target } = arguments;
    run_on(async move {
        let service = target.open()?;
        let query = if refresh { "?refresh=true" } else { "" };
        let request = Request::get(format!("{}/tools{query}", instance(&name)));
        let response = service.expect(request).await?;
        let listing: ToolListing = response.read()?;
        let names = || listing.tools.iter().map(|tool| tool.name.clone()).collect();
        show(form, &response.value()?, || table(&listing.tools), names)?;
        Ok(ExitCode::SUCCESS)
    })
}

pub(super) fn table(tools: &[ListedTool]) -> String {
    let mut table = Table::new(&["NAME", "OFFERED", "READ-ONLY", "DESCRIPTION"]);
    for tool in tools {
        let word = |is_so: bool| if is_so { "yes" } else { "no" };
        let (offered, tone) = match (tool.held_back, tool.offered) {
            (true, _) => ("held back", Tone::Warning),
            (false, offered) => (word(offered), Tone::Plain),
        };
        let description = tool.description.as_deref().or(tool.title.as_deref()).unwrap_or_default();
        let first_line = description.trim().lines().next().unwrap_or_default();
        table.row([
            (&*tool.name, Tone::Plain),
            (offered, tone),
            (word(tool.read_only), Tone::Plain),
            (first_line, Tone::Plain),
        ]);
    }
    table.text(has_colours())
}
