//! From nothing to the first answer, and what the process then holds of the machine's memory.

use std::time::{Duration, Instant};

use crate::Result;
use crate::process::Process;
use crate::report::{Bound, Report, median_us};
use crate::site::{Site, body, name};
use crate::wire::{Connection, SERVERS, get, item, put};

const SERVERS_HELD: usize = 1_000;
const STARTS: usize = 15;
const WRITES: usize = 100;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter("Start and memory with 1000 servers");
    let site = Site::new(SERVERS_HELD)?;
    let starts = (0..STARTS).map(|_| first_answer(&site)).collect::<Result<Vec<_>>>()?;
    let start = median_us(&starts) / 1e3;
    report.state("start to first answer", format!("{start:.1} ms"), start, Bound::AtMost(50.0));
    let process = Process::service(&site)?;
    let mut connection = Connection::open(process.address)?;
    connection.exchange(&get(process.address, &item(&name(0)), ""))?.expect(200)?;
    let first = process.resident_mb()?;
    report.state("resident after the first answer", format!("{first:.1} MB"), first, Bound::AtMost(30.0));
    connection.exchange(&get(process.address, SERVERS, ""))?.expect(200)?;
    for number in 0..SERVERS_HELD {
        connection.exchange(&get(process.address, &item(&name(number)), ""))?.expect(200)?;
    }
    for number in 0..WRITES {
        let request = put(process.address, &item(&name(number)), &body(number, 1));
        connection.exchange(&request)?.expect(200)?;
    }
    let later = process.resident_mb()?;
    let what = format!("resident after reading all and {WRITES} writes");
    report.state(&what, format!("{later:.1} MB"), later, Bound::AtMost(30.0));
    Ok(())
}

/// Starts a process and reads one server.
pub(crate) fn first_answer(site: &Site) -> Result<Duration> {
    let start = Instant::now();
    let process = Process::service(site)?;
    let request = get(process.address, &item(&name(0)), "");
    Connection::open(process.address)?.exchange(&request)?.expect(200)?;
    Ok(start.elapsed())
}
