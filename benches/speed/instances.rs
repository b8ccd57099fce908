//! What the running servers cost the service itself: 100 of them approved, 32 running and probed, and nobody calls. What
//! the programs cost is theirs.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;
use crate::process::Process;
use crate::report::{Bound, Report};
use crate::site::{Site, name};
use crate::wire::{Connection, get, item, put};

const APPROVED: usize = 100;
const RUNNING: usize = 32;

/// How long is measured: each server is probed once in it.
const MINUTE: Duration = Duration::from_secs(60);

/// How long the programs may take to start, two at a time.
const STARTING: Duration = Duration::from_secs(180);

pub(crate) const INSTANCES: &str = "/api/instances";

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter(&format!("{APPROVED} approved servers, {RUNNING} of them running and probed"));
    let site = Site::new(0)?;
    let process = Process::service(&site)?;
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/protocol.py");
    let begin = Instant::now();
    // What is written before it has opened its state is not approved.
    while instances(&process)?["runner"] != true {
        wait(begin, "to run servers")?;
    }
    for number in 0..APPROVED {
        let config = json!({"command": "python3", "args": [program, "plain", number.to_string()]});
        let request = put(process.address, &item(&name(number)), &config.to_string());
        Connection::open(process.address)?.exchange(&request)?.expect(201)?;
    }
    for number in 0..RUNNING {
        let target = format!("{INSTANCES}/{}/policy", name(number));
        let request = put(process.address, &target, r#"{"start":"always"}"#);
        Connection::open(process.address)?.exchange(&request)?.expect(200)?;
    }
    while count(&instances(&process)?, "/state", "running") < RUNNING {
        wait(begin, "until its servers run")?;
    }
    let started = begin.elapsed();
    let approved = count(&instances(&process)?, "/approved", true);
    if approved != APPROVED {
        return Err(format!("{approved} servers are approved").into());
    }
    sleep(Duration::from_secs(10));
    let before = (Instant::now(), process.processor_ns()?);
    sleep(MINUTE);
    let used = process.processor_ns()? - before.1;
    let share = used / before.0.elapsed().as_nanos() as f64 * 100.0;
    let healthy = count(&instances(&process)?, "/health/status", "healthy");
    if healthy != RUNNING {
        return Err(format!("{healthy} servers are healthy").into());
    }
    report.state("share of a core over a minute", format!("{share:.2} %"), share, Bound::AtMost(1.0));
    report.note("resident then", format!("{:.1} MB", process.resident_mb()?));
    report.note("until all of them run", format!("{:.1} s", started.as_secs_f64()));
    let load = fs::read_to_string("/proc/loadavg")?;
    report.note("load of the machine", load.split(' ').take(2).collect::<Vec<_>>().join(" "));
    Ok(())
}

/// Over a connection of its own: one that waits a minute is closed.
pub(crate) fn instances(process: &Process) -> Result<Value> {
    let mut connection = Connection::open(process.address)?;
    let answer = connection.exchange(&get(process.address, INSTANCES, ""))?;
    answer.expect(200)?;
    Ok(serde_json::from_slice(answer.body)?)
}

/// How many have this value there.
pub(crate) fn count(list: &Value, pointer: &str, value: impl Into<Value>) -> usize {
    let value = value.into();
    let all = list["instances"].as_array().into_iter().flatten();
    all.filter(|instance| instance.pointer(pointer) == Some(&value)).count()
}

pub(crate) fn wait(since: Instant, what: &str) -> Result<()> {
    sleep(Duration::from_millis(100));
    if since.elapsed() < STARTING { Ok(()) } else { Err(format!("it takes too long {what}").into()) }
}
