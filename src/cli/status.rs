//! `mcp-settings status`: how the servers run.

use std::process::ExitCode;

use crate::api::{Instance, InstanceList};

use super::client::{Request, ServiceTarget, instance, instances, run as run_on};
use super::clock::{ago, utc};
use super::failure::Failure;
use super::output::{Output, show};
use super::terminal::{Table, Tone, has_colours};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  mcp-settings status\n  mcp-settings status echoes")]
pub(super) struct Arguments {
    /// The name of a server, for its last events too; all servers without one
    name: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: ServiceTarget,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, output: Output { output: form }, target } = arguments;
    run_on(async move {
        let service = target.open()?;
        match name {
            None => {
                let response = service.expect(Request::get(instances())).await?;
                let list: InstanceList<'static> = response.read()?;
                let names = || list.instances.iter().map(|instance| instance.name.to_string()).collect();
                show(form, &response.value()?, || table(&list.instances), names)?;
            }
            Some(name) => {
                let response = service.expect(Request::get(instance(&name))).await?;
                let one: Instance<'static> = response.read()?;
                let shown = || table(std::slice::from_ref(&one)) + &events(&one);
                show(form, &response.value()?, shown, || vec![name])?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn table(instances: &[Instance<'_>]) -> String {
    let mut table = Table::new(&["NAME", "STATE", "SINCE", "HEALTH", "NOTE"]);
    for instance in instances {
        let fault = instance.health.fault.as_ref().or(instance.retry.as_ref().map(|retry| &retry.fault));
        let note = match (fault, instance.drift) {
            (Some(fault), _) => format!("{}: {}", fault.kind.as_str(), fault.message),
            (None, true) => "its tools have changed".to_owned(),
            (None, false) => String::new(),
        };
        let (state, health) = (instance.state.as_str(), instance.health.status.as_str());
        table.row([
            (&*instance.name, Tone::Plain),
            (state, tone(state)),
            (&ago(instance.since_ms), Tone::Plain),
            (health, tone(health)),
            (&note, Tone::Plain),
        ]);
    }
    table.text(has_colours())
}

fn tone(word: &str) -> Tone {
    match word {
        "running" | "healthy" => Tone::Good,
        "unapproved" | "starting" | "stopping" | "degraded" => Tone::Warning,
        "error" | "unhealthy" | "auth_required" => Tone::Bad,
        _ => Tone::Faint,
    }
}

fn events(instance: &Instance<'_>) -> String {
    let mut table = Table::new(&["WHEN", "EVENT", "HEALTH", "NOTE"]);
    for event in instance.events.iter().flatten() {
        let fault = event.fault.as_ref().map(|fault| fault.message.as_str()).unwrap_or_default();
        let health = event.status.as_str();
        table.row([
            (&*utc(event.at_ms), Tone::Plain),
            (event.kind.as_str(), Tone::Plain),
            (health, tone(health)),
            (fault, Tone::Plain),
        ]);
    }
    format!("\n{}", table.text(has_colours()))
}
