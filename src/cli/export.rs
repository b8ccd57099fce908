//! `mcp-settings export`: servers in the form of another client, on stdout or put into the client's own file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::api::{ExportResult, ExportVariable};
use crate::formats::{Format, Others};
use crate::service::KEPT_IS_NOT_SHOWN;

use super::client::{Purpose, Request, Target, escaped, run as run_on};
use super::client_file::{Changed, Unchanged, Written};
use super::failure::Failure;
use super::output::{format_parser, harmless};
use super::printable::printable_lines;
use super::terminal::{note, print};

/// What is written in the place of secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Secrets {
    /// References to variables, as the client writes them
    #[default]
    References,
    /// Placeholders that have to be replaced
    Placeholders,
    /// The secrets themselves
    Plaintext,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  mcp-settings export --format vscode\n  mcp-settings export issues --format cursor --into mcp.json --dry-run"
)]
pub(super) struct Arguments {
    /// The servers; all of them where none is named
    names: Vec<String>,
    /// The client in whose form they are written
    #[arg(short, long, value_name = "FORMAT", value_parser = format_parser(Format::all().filter(|format| format.is_written())), ignore_case = true)]
    format: Format,
    /// What is written in the place of secrets
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    secrets: Secrets,
    /// Put them into this file of the client; all else in it stays, and a copy of it is kept as FILE.bak. Secrets of
    /// these servers that are in the file are replaced as `--secrets` says
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// Remove the other servers from the file
    #[arg(long, requires = "into")]
    prune: bool,
    /// Show what would change in the file, and write nothing
    #[arg(long, requires = "into")]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { names, format, secrets, into, prune, dry_run, target } = arguments;
    let result = run_on(async move {
        let settings = target.open(Purpose::Recall)?;
        let secrets = match secrets {
            Secrets::References => "references",
            Secrets::Placeholders => "placeholders",
            Secrets::Plaintext => "plaintext",
        };
        let mut path = format!("/api/export?format={}&secrets={secrets}", format.as_str());
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| escaped(name)).collect();
            path.push_str(&format!("&names={}", names.join(",")));
        }
        settings.expect(Request::get(path)).await?.read::<ExportResult>()
    })?;
    for loss in &result.losses {
        let place = loss.pointer.as_str();
        let place = if place.is_empty() { String::new() } else { format!(" {place}") };
        note(&format!("{}{place}: {}", loss.server, loss.about));
    }
    if let (Some(path), Some(loss)) =
        (&into, result.losses.iter().find(|loss| loss.about == KEPT_IS_NOT_SHOWN))
    {
        let what =
            format!("`{}` could lose what it says of `{}`; nothing was written", path.display(), loss.server);
        return Err(Failure::new(what).hint(KEPT_IS_NOT_SHOWN));
    }
    let variables = &result.variables;
    match into {
        // Lines have no escapes for what controls a terminal.
        None if format.file().is_none() => print(&printable_lines(&result.text)).map(drop)?,
        None => print(&harmless(&result.text)).map(drop)?,
        Some(path) => {
            let others = if prune { Others::Remove } else { Others::Keep };
            let changed = put(&path, format, &result.text, others, dry_run)?;
            note_variables(variables.iter().filter(|variable| changed.brings(&variable.name)));
            return Ok(ExitCode::SUCCESS);
        }
    }
    note_variables(variables.iter());
    Ok(ExitCode::SUCCESS)
}

/// Says which variables have to be set where the client runs.
fn note_variables<'v>(variables: impl Iterator<Item = &'v ExportVariable>) {
    for ExportVariable { name, server, pointer } in variables {
        note(&format!(
            "to be set where the client runs: {name}, the secret of `{server}` at {}",
            pointer.as_str()
        ));
    }
}

fn put(
    path: &Path,
    format: Format,
    exported: &str,
    others: Others,
    dry_run: bool,
) -> Result<Changed, Failure> {
    let changed = match Changed::of(path, format, exported, others) {
        Ok(changed) => changed,
        // What can't be put into the file can still be put there by hand.
        Err(Unchanged::NotInPlace(failure)) => {
            print(&harmless(exported))?;
            return Err(failure);
        }
        // Secrets in clear are printed only where that helps.
        Err(Unchanged::Failed(failure)) => return Err(failure),
    };
    if dry_run {
        let difference = changed.difference();
        if difference.is_empty() {
            note(&format!("`{}` says the same already", path.display()));
        }
        print(&difference)?;
        return Ok(changed);
    }
    note(&match changed.write()? {
        Written::Nothing => format!("`{}` says the same already", path.display()),
        Written::New => format!("wrote `{}`", path.display()),
        Written::Replaced { backup } => {
            format!("wrote `{}`; what it was is in `{}`", path.display(), backup.display())
        }
    });
    Ok(changed)
}
