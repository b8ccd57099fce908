//! How long a command takes on the document itself, from its start to its end.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Result;
use crate::process::BINARY;
use crate::report::{Bound, Report, median_us};
use crate::site::{SECRET, Site, name};

const SERVERS_HELD: usize = 100;
const RUNS: usize = 31;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter("A command on the document of 100 servers");
    let site = Site::new(SERVERS_HELD)?;
    for (what, arguments) in [
        ("list", &["list"][..]),
        ("list as JSON", &["list", "--output", "json"]),
        ("get", &["get", &name(0)]),
    ] {
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let start = Instant::now();
            let status = command(&site, arguments).status()?;
            times.push(start.elapsed());
            if !status.success() {
                return Err(format!("`{what}` ended with {status}").into());
            }
        }
        let median = median_us(&times) / 1e3;
        report.state(what, format!("{median:.1} ms"), median, Bound::AtMost(30.0));
    }
    Ok(())
}

fn command(site: &Site, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).arg("--settings").arg(site.document());
    command.env("MCP_SETTINGS_STATE_DIR", site.document().with_file_name("state"));
    command.env("MCP_SETTINGS_SECRET_KEY", SECRET).stdin(Stdio::null()).stdout(Stdio::null());
    command
}
