//! What it costs to ask a server for its tools through the API, beside asking it directly over its pipes; and how fast a
//! dead server is answered for.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;
use crate::instances::{INSTANCES, count, instances, wait};
use crate::process::Process;
use crate::report::{Bound, Report, median_us};
use crate::site::Site;
use crate::wire::{Connection, get, item, post, put};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/protocol.py");

/// How often each is asked, in turns.
const ROUNDS: usize = 400;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter("Asking a server for its tools");
    let site = Site::new(0)?;
    let process = Process::service(&site)?;
    let begin = Instant::now();
    while instances(&process)?["runner"] != true {
        wait(begin, "to run servers")?;
    }
    let mut connection = Connection::open(process.address)?;
    for (name, mode) in [("live", "plain"), ("dead", "leave")] {
        let config = json!({"command": "python3", "args": [PROGRAM, mode]});
        connection.exchange(&put(process.address, &item(name), &config.to_string()))?.expect(201)?;
    }
    let test = json!({"name": "live"}).to_string();
    let target = |name: &str, query: &str| format!("{INSTANCES}/{name}/tools{query}");
    connection.exchange(&post(process.address, &format!("{INSTANCES}/test"), &test))?.expect(200)?;
    let test = json!({"name": "dead"}).to_string();
    connection.exchange(&post(process.address, &format!("{INSTANCES}/test"), &test))?.expect(200)?;
    connection.exchange(&get(process.address, &target("dead", ""), ""))?.expect(200)?;
    // It ends when its tool is called.
    connection.exchange(&post(process.address, &target("dead", "/t/call"), "{}"))?;
    while count(&instances(&process)?, "/state", "running") != 1 {
        wait(begin, "until the dead server is dead")?;
    }
    let mut direct = Direct::start()?;
    let (mut through, mut beside, mut cached) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        beside.push(timed(|| direct.exchange("tools/list", json!({})).map(drop))?);
        let request = get(process.address, &target("live", "?refresh=true"), "");
        through.push(timed(|| connection.exchange(&request)?.expect(200))?);
        let request = get(process.address, &target("dead", ""), "");
        cached.push(timed(|| connection.exchange(&request)?.expect(200))?);
    }
    let answer = connection.exchange(&get(process.address, &target("dead", ""), ""))?;
    let listing: Value = serde_json::from_slice(answer.body)?;
    if listing["stale"] != true {
        return Err("a dead server looks alive".into());
    }
    let [through, beside, cached] = [through, beside, cached].map(|times| median_us(&times) / 1e3);
    report.note("asked directly, over its pipes", format!("{beside:.2} ms"));
    report.note("asked through the API", format!("{through:.2} ms"));
    let more = through - beside;
    report.state("more through the API, in the median", format!("{more:.2} ms"), more, Bound::AtMost(2.0));
    report.state("answered for a dead server", format!("{cached:.2} ms"), cached, Bound::AtMost(5.0));
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed())
}

/// A server of our own, asked without the service.
struct Direct {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Direct {
    fn start() -> Result<Self> {
        let mut command = Command::new("python3");
        command.args([PROGRAM, "plain"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let input = child.stdin.take().ok_or("no pipe")?;
        let output = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        let mut direct = Self { child, input, output, next: 1 };
        let client = json!({"name": "bench", "version": "1"});
        direct.exchange(
            "initialize",
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}),
        )?;
        direct.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        Ok(direct)
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        self.input.write_all(format!("{message}\n").as_bytes())?;
        Ok(self.input.flush()?)
    }

    fn exchange(&mut self, method: &str, params: Value) -> Result<Value> {
        let id = self.next;
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line)?;
        match answer["id"] == id {
            true => Ok(answer),
            false => Err("another answer".into()),
        }
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
