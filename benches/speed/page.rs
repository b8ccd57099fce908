//! What a person waits for: the first load of the page, a key in its search, and news of what others write. A browser
//! goes through the journeys that the tests assert at ten times these bounds (`tests/ui`); it does not know their steps.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::Result;
use crate::process::Process;
use crate::report::{Bound, Report, median};
use crate::site::Site;
use crate::wire::API_KEY;

const SERVERS: usize = 200;
const LOADS: usize = 7;
const SEARCHED: usize = 500;
const SECONDS: u32 = 15;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter("The page, in Chromium");
    let site = Site::new(SERVERS)?;
    let loads = (0..LOADS).map(|_| journey("first-load", &site)).collect::<Result<Vec<_>>>()?;
    let kilobytes = number(&loads[0], "bytes")? / 1e3;
    let what = "page, script and style over the wire";
    report.state(what, format!("{kilobytes:.1} kB"), kilobytes, Bound::AtMost(60.0));
    let times = loads.iter().map(|load| number(load, "interactive_ms")).collect::<Result<Vec<_>>>()?;
    let interactive = median(&times);
    let what = format!("interactive with {SERVERS} servers");
    report.state(&what, format!("{interactive:.0} ms"), interactive, Bound::AtMost(500.0));

    let typed = journey("five-hundred", &Site::new(SEARCHED)?)?;
    let key = number(&typed, "median_ms")?;
    let what = format!("a key in the search of {SEARCHED} servers, median");
    report.state(&what, format!("{key:.0} ms"), key, Bound::AtMost(50.0));
    report.note("the slowest key", format!("{:.0} ms", number(&typed, "worst_ms")?));

    let crowd = journey("soak", &Site::new(0)?)?;
    let commits = number(&crowd, "commits")?;
    report.note("commits of 20 writers before two pages", format!("{commits} in {SECONDS} s"));
    for (what, member) in [("commit to event in the page", "event_ms"), ("commit to list", "shown_ms")] {
        let late = number(&crowd, member)?;
        report.state(&format!("{what}, median"), format!("{late:.0} ms"), late, Bound::AtMost(200.0));
    }
    Ok(())
}

/// Goes through a journey with a service of its own, and gives what it measured.
fn journey(name: &str, site: &Site) -> Result<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut process = Process::service(site)?;
    let setting = json!({
        "address": format!("http://{}", process.address),
        "code": process.code()?,
        "keys": {"admin": API_KEY, "writer": API_KEY},
        "seconds": SECONDS,
        "seed": 1,
    });
    let output = Command::new("node")
        .arg(root.join("tests/ui/run.mjs"))
        .args([name, &setting.to_string()])
        .env("NODE_PATH", root.join("target/node/node_modules"))
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let measured = lines.filter_map(|mut line| Some(line.get_mut("measured")?.take())).next_back();
    measured.ok_or_else(|| format!("{said}{}", String::from_utf8_lossy(&output.stderr)).into())
}

fn number(measured: &Value, member: &str) -> Result<f64> {
    measured[member].as_f64().ok_or_else(|| format!("no {member} in {measured}").into())
}
