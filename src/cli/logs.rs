//! `mcp-settings logs`: what the program of a server writes to stderr, secrets redacted.

use std::process::ExitCode;

use crate::api::{InstanceLog, LogLine};

use super::client::{Request, ServiceTarget, instance, run as run_on};
use super::clock::utc;
use super::failure::Failure;
use super::printable::printable;
use super::terminal::print;
use super::watch::{Next, next};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings logs echoes")]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    /// Go on with what it writes from now on, until its program ends; where none runs there is nothing to follow
    #[arg(short, long)]
    follow: bool,
    #[command(flatten)]
    target: ServiceTarget,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, follow, target } = arguments;
    run_on(async move {
        let service = target.open()?;
        let path = format!("{}/log", instance(&name));
        if !follow {
            let log: InstanceLog = service.expect(Request::get(path)).await?.read()?;
            print(&log.lines.iter().map(text).collect::<String>())?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut events = service.follow(Request::get(format!("{path}?follow=true"))).await?;
        loop {
            match next(&mut events).await? {
                Next::Event(event) => {
                    let line: LogLine = event.read()?;
                    if !print(&text(&line))? {
                        return Ok(ExitCode::SUCCESS);
                    }
                }
                // The program has ended, or nobody reads any more.
                Next::End | Next::ReaderGone => return Ok(ExitCode::SUCCESS),
            }
        }
    })
}

fn text(line: &LogLine) -> String {
    format!("{} {}\n", utc(line.at_ms), printable(&line.text))
}
