//! `mcp-settings list`: the servers, sorted by name.

use std::process::ExitCode;

use crate::api::{McpServerList, McpServerSummary};
use crate::json::{Json, Rules, parse};

use super::client::{Purpose, Request, Target, run as run_on, servers};
use super::failure::Failure;
use super::output::{Form, Output, show};
use super::terminal::{Table, Tone, has_colours, note};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  mcp-settings list\n  mcp-settings list --output name")]
pub(super) struct Arguments {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { output: Output { output: form }, target } = arguments;
    run_on(async move {
        let settings = target.open(Purpose::Look)?;
        let response = settings.expect(Request::get(format!("{}?view=full", servers()))).await?;
        let list: McpServerList<McpServerSummary<'static>> = response.read()?;
        if list.servers.is_empty() && form == Form::Table {
            note("there are no servers");
            return Ok(ExitCode::SUCCESS);
        }
        let names = || list.servers.iter().map(|server| server.name.to_string()).collect();
        show(form, &response.value()?, || table(&list.servers), names)?;
        Ok(ExitCode::SUCCESS)
    })
}

fn table(servers: &[McpServerSummary<'_>]) -> String {
    let mut table = Table::new(&["NAME", "KIND", "ENABLED", "STARTS", "NOTE"]);
    for server in servers {
        let (enabled, tone) = match server.enabled.flatten() {
            Some(true) => ("yes", Tone::Good),
            Some(false) => ("no", Tone::Faint),
            None => ("unknown", Tone::Warning),
        };
        let config = server.config.as_ref().and_then(Option::as_ref);
        let config = config.and_then(|config| parse(config.text(), &Rules::STORED).ok());
        let (note, note_tone) = note_on(server, config.is_some());
        table.row([
            (&*server.name, Tone::Plain),
            (server.transport_kind.as_str(), Tone::Plain),
            (enabled, tone),
            (&config.as_ref().map(starts).unwrap_or_default(), Tone::Plain),
            (&note, note_tone),
        ]);
    }
    table.text(has_colours())
}

/// The command with its arguments, or the URL.
pub(super) fn starts(config: &Json) -> String {
    let Some(config) = config.as_object() else { return String::new() };
    let text = |name: &str| config.get(name).and_then(Json::as_str);
    match (text("command"), text("url")) {
        (Some(command), _) => {
            let args = config.get("args").and_then(Json::as_array).unwrap_or_default();
            let args = args.iter().filter_map(Json::as_str);
            [command].into_iter().chain(args).collect::<Vec<_>>().join(" ")
        }
        (None, url) => url.unwrap_or_default().to_owned(),
    }
}

/// What is wrong with a server, else what it is for.
fn note_on(server: &McpServerSummary<'_>, is_readable: bool) -> (String, Tone) {
    let count = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    let lost = server.needs_reentry.as_deref().map_or(0, <[_]>::len);
    let found = server.findings.as_deref().map_or(0, <[_]>::len);
    if !is_readable {
        ("its configuration can't be read".to_owned(), Tone::Bad)
    } else if 0 < lost {
        let what = count(lost, "secret can't be decrypted", "secrets can't be decrypted");
        (what, Tone::Bad)
    } else if 0 < found {
        let what = count(found, "value looks like a secret in clear", "values look like secrets in clear");
        (what, Tone::Warning)
    } else {
        (server.description.as_deref().unwrap_or_default().to_owned(), Tone::Plain)
    }
}
