//! How everything grows with the number of servers, and that a change by another process is seen by the
//! very next read, however big the document.

use std::fs;
use std::time::{Duration, Instant};

use crate::Result;
use crate::process::Process;
use crate::report::{Report, median_us};
use crate::site::{Site, body, name};
use crate::starting::first_answer;
use crate::wire::{Connection, SERVERS, get, item, put};

const TIMES: usize = 50;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.table(
        "Growth, over one connection, in memory; medians. A read after another process's change is the first one",
        &["servers", "document", "GET item", "GET list", "PUT", "read after another's change", "start", "resident"],
    );
    for servers in [10, 100, 1_000, 10_000] {
        report.cells(&measure(servers)?);
    }
    Ok(())
}

fn measure(servers: usize) -> Result<Vec<String>> {
    let site = Site::in_memory(servers)?;
    let start = median_us(&(0..5).map(|_| first_answer(&site)).collect::<Result<Vec<_>>>()?);
    let process = Process::service(&site)?;
    let mut connection = Connection::open(process.address)?;
    let address = process.address;
    let target = item(&name(servers / 2));
    let mut time = |request: &[u8]| -> Result<Duration> {
        let start = Instant::now();
        connection.exchange(request)?.expect(200)?;
        Ok(start.elapsed())
    };
    let (read, list) = (get(address, &target, ""), get(address, SERVERS, ""));
    let mut puts = Vec::new();
    for revision in 0..TIMES {
        puts.push(time(&put(address, &target, &body(servers / 2, revision)))?);
    }
    settle(&mut || time(&read))?;
    let reads: Vec<_> = (0..TIMES).map(|_| time(&read)).collect::<Result<_>>()?;
    let lists: Vec<_> = (0..TIMES).map(|_| time(&list)).collect::<Result<_>>()?;
    let seen = changes_by_others(&site, &process, &target)?;
    let us = |times: &[Duration]| format!("{:.0} us", median_us(times));
    Ok(vec![
        servers.to_string(),
        format!("{} kB", fs::metadata(site.document())?.len() / 1_000),
        us(&reads),
        us(&lists),
        us(&puts),
        us(&seen),
        format!("{:.1} ms", start / 1e3),
        format!("{:.1} MB", process.resident_mb()?),
    ])
}

/// Reads until the document is so old that a `stat` is enough (DESIGN §7.2).
pub(crate) fn settle(read: &mut dyn FnMut() -> Result<Duration>) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(150) {
        read()?;
    }
    Ok(())
}

/// Changes the document as another program would, and reads at once.
fn changes_by_others(site: &Site, process: &Process, target: &str) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(process.address)?;
    let read = get(process.address, target, "");
    let mut times = Vec::new();
    for revision in 0..20 {
        let text = fs::read_to_string(site.document())?;
        let (old, new) =
            (format!("revision {}\"", TIMES - 1 + revision), format!("revision {}\"", TIMES + revision));
        let draft = site.beside();
        fs::write(&draft, text.replace(&old, &new))?;
        fs::rename(&draft, site.document())?;
        let start = Instant::now();
        let answer = connection.exchange(&read)?;
        times.push(start.elapsed());
        if !String::from_utf8_lossy(answer.body).contains(&new) {
            return Err("a read showed a state that another process had replaced".into());
        }
    }
    Ok(times)
}
