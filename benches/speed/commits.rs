//! One commit beside the least that a durable write can cost: a bare write, fsync, rename and fsync of the
//! folder, of the same bytes in the same folder, one after the other. And the same over HTTP.

use std::fs::{File, OpenOptions, rename};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mcp_settings::service::Service;
use mcp_settings::store::file::NoFailpoints;
use tokio::runtime::{Builder, Runtime};

use crate::Result;
use crate::process::Process;
use crate::report::{Bound, Report, Rounds, median_us};
use crate::site::{Site, body, name, whole, write};
use crate::wire::{Connection, item, put};

const ROUNDS: usize = 9;

/// Writes of each kind in a round.
const WRITES: usize = 25;

/// Between two writes on disk, so that what the one leaves to be done does not disturb the other.
const REST: Duration = Duration::from_millis(10);

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter("One commit in the process, beside a bare durable replace of the same bytes");
    for servers in [10, 100, 1_000] {
        beside_bare(report, Site::new(servers)?, REST, Bound::AtMost(1.2))?;
    }
    report.chapter("The same in memory, where a sync costs nothing: what is left is work");
    for servers in [10, 100, 1_000] {
        beside_bare(report, Site::in_memory(servers)?, Duration::ZERO, Bound::None)?;
    }
    report.chapter("One commit over HTTP, in memory: what it costs more than in the process, in PUTs that change nothing");
    for servers in [10, 100, 1_000] {
        over_http(report, servers)?;
    }
    Ok(())
}

fn beside_bare(report: &mut Report, site: Site, rest: Duration, bound: Bound) -> Result<()> {
    let servers = site.servers;
    let mut writer = Writer::new(site)?;
    let (mut ours, mut bare) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        let mut times = (Vec::new(), Vec::new());
        for _ in 0..WRITES {
            times.0.push(writer.commit()?);
            thread::sleep(rest);
            times.1.push(writer.replace_bare()?);
            thread::sleep(rest);
        }
        ours.push(median_us(&times.0));
        bare.push(median_us(&times.1));
    }
    let what = format!("{servers} servers, {} kB", writer.bytes.len() / 1_000);
    let time = |rounds: &Rounds| format!("{:.0} us", rounds.median());
    report.compare(&what, time(&ours), time(&bare), &ours.over(&bare), bound);
    Ok(())
}

fn over_http(report: &mut Report, servers: usize) -> Result<()> {
    let mut writer = Writer::new(Site::in_memory(servers)?)?;
    let site = Site::in_memory(servers)?;
    let process = Process::service(&site)?;
    let mut connection = Connection::open(process.address)?;
    let target = item(&name(servers / 2));
    let mut revision = 0;
    let mut send = |is_change: bool| -> Result<Duration> {
        revision += usize::from(is_change);
        let request = put(process.address, &target, &body(servers / 2, revision));
        let start = Instant::now();
        connection.exchange(&request)?.expect(200)?;
        Ok(start.elapsed())
    };
    let (mut over_http, mut in_process, mut trips) = <(Rounds, Rounds, Rounds)>::default();
    let mut extra = Rounds::default();
    for _ in 0..ROUNDS {
        let mut times = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..WRITES {
            times.0.push(send(true)?);
            times.1.push(writer.commit()?);
            times.2.push(send(false)?);
        }
        let (http, own, trip) = (median_us(&times.0), median_us(&times.1), median_us(&times.2));
        over_http.push(http);
        in_process.push(own);
        trips.push(trip);
        extra.push((http - own).max(0.0) / trip);
    }
    let ours = format!("{:.0} us", over_http.median());
    let other = format!("{:.0} us, and {:.0} us a trip", in_process.median(), trips.median());
    report.compare(&format!("{servers} servers"), ours, other, &extra, Bound::AtMost(1.5));
    Ok(())
}

/// Commits in the process, and bare replaces of the bytes that the commits wrote.
struct Writer {
    site: Site,
    service: Service,
    runtime: Runtime,
    revision: usize,
    bytes: Vec<u8>,
}

impl Writer {
    fn new(site: Site) -> Result<Self> {
        let service = site.service(Arc::new(NoFailpoints))?;
        let runtime = Builder::new_current_thread().enable_time().build()?;
        let mut writer = Self { site, service, runtime, revision: 0, bytes: Vec::new() };
        writer.commit()?;
        writer.bytes = std::fs::read(writer.site.document())?;
        Ok(writer)
    }

    fn commit(&mut self) -> Result<Duration> {
        self.revision += 1;
        let number = self.site.servers / 2;
        let (write, body) = (write(number)?, whole(number, self.revision)?);
        let start = Instant::now();
        self.runtime.block_on(self.service.update(write, body))?;
        Ok(start.elapsed())
    }

    fn replace_bare(&self) -> Result<Duration> {
        let (target, draft) = (self.site.beside(), self.site.beside().with_extension("tmp"));
        let start = Instant::now();
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(&self.bytes)?;
        file.sync_all()?;
        rename(&draft, &target)?;
        File::open(target.parent().unwrap_or(Path::new("/")))?.sync_all()?;
        Ok(start.elapsed())
    }
}
