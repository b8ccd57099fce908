//! `mcp-settings approve`: shows what would be executed for a server, and approves exactly that. It needs the scope `run`.

use std::process::ExitCode;

use crate::api::LaunchApproval;
use crate::json::{Json, Object, to_compact};

use super::client::{Request, ServiceTarget, instance, run as run_on};
use super::failure::Failure;
use super::output::{Output, json, show};
use super::printable::printable;
use super::terminal::{confirm, note, print};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  mcp-settings approve echoes --show\n  mcp-settings approve echoes --yes"
)]
pub(super) struct Arguments {
    /// The name of the server
    name: String,
    /// Approve this launch, which was shown before, and no other
    #[arg(long, value_name = "ID", conflicts_with_all = ["yes", "withdraw", "show"])]
    launch: Option<String>,
    /// Do not ask
    #[arg(short, long, conflicts_with_all = ["withdraw", "show"])]
    yes: bool,
    /// Only show what would be executed
    #[arg(long, conflicts_with = "withdraw")]
    show: bool,
    /// Withdraw the approval
    #[arg(long)]
    withdraw: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: ServiceTarget,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { name, launch, yes, show: is_shown, withdraw, output: Output { output: form }, target } =
        arguments;
    run_on(async move {
        let service = target.open()?;
        let path = format!("{}/approval", instance(&name));
        if withdraw {
            service.expect(Request::delete(path)).await?;
            print(&format!("{} is not approved any more\n", printable(&name)))?;
            return Ok(ExitCode::SUCCESS);
        }
        let launch = match launch {
            Some(launch) => launch,
            None => {
                let response = service.expect(Request::get(path.clone())).await?;
                let (approval, value): (LaunchApproval, _) = (response.read()?, response.value()?);
                // What would be executed, as the API says it: nothing of it may be left out.
                let shown = || json(&value);
                if is_shown {
                    show(form, &value, shown, || vec![name.clone()])?;
                    return Ok(ExitCode::SUCCESS);
                }
                let launch = launch_of(&name, &approval)?;
                if approval.approved || !approval.needs_approval {
                    print(&format!("{} needs no approval\n", printable(&name)))?;
                    return Ok(ExitCode::SUCCESS);
                }
                // On stderr with the question: stdout has what was done.
                shown().lines().for_each(note);
                if !yes {
                    let unasked =
                        "`--yes` approves it without a question, `--launch` approves one that was shown";
                    confirm("Approve this?", "nothing was approved", unasked)?;
                }
                launch
            }
        };
        let body = Object::from_iter([("launch", Json::string(launch))]);
        let request = Request::post(path).json(to_compact(&body.into()));
        let response = service.expect(request).await?;
        let done = || format!("{} is approved\n", printable(&name));
        show(form, &response.value()?, done, || vec![name.clone()])?;
        Ok(ExitCode::SUCCESS)
    })
}

/// What is to be approved.
fn launch_of(name: &str, approval: &LaunchApproval) -> Result<String, Failure> {
    approval.launch.clone().ok_or_else(|| {
        let place = approval.fault.as_ref().map(|fault| fault.as_str()).unwrap_or_default();
        let failure = Failure::new(format!("nothing can be executed for `{name}`"));
        if place.is_empty() { failure } else { failure.detail(format!("{place} is wrong")) }
    })
}
