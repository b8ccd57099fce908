//! Instructions a request, counted by valgrind: the one number here that no neighbour disturbs. Counted
//! as the difference of two runs, so that neither start nor end is in it.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use crate::Result;
use crate::process::Process;
use crate::report::{Bound, Report, Rounds};
use crate::site::{Site, body, name};
use crate::wire::{Connection, SERVERS, get, item, put};

const FEW: usize = 200;
const MANY: usize = 700;

/// A request, made for an address and a running number.
type Request<'a> = &'a dyn Fn(SocketAddr, usize) -> Vec<u8>;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Ok(());
    }
    report.chapter(
        "Instructions a request (thousands), beside actix-web with a constant body of the same size",
    );
    let site = Site::new(100)?;
    let target = item(&name(42));
    let (tag, item_length, list_length) = shapes(&site, &target)?;
    let condition = format!("if-none-match: {tag}\r\n");
    let reads: [(&str, u16, usize, Request<'_>); 3] = [
        ("GET item", 200, item_length, &|address, _| get(address, &target, "")),
        ("GET item, 304", 304, 0, &|address, _| get(address, &target, &condition)),
        ("GET list of 100", 200, list_length, &|address, _| get(address, SERVERS, "")),
    ];
    for (what, status, length, request) in reads {
        let ours = count(&|launcher| Process::service_under(launcher, &site.document()), request)?;
        let bare = count(&|launcher| Process::constant_under(launcher, status, length), request)?;
        let mut ratio = Rounds::default();
        ratio.push(bare / ours);
        report.compare(what, format!("{ours:.1}"), format!("{bare:.1}"), &ratio, Bound::None);
    }
    let writes: [(&str, Request<'_>); 2] = [
        ("PUT that changes nothing, of 100", &|address, _| put(address, &target, &body(42, 0))),
        ("PUT that changes, of 100", &|address, number| put(address, &target, &body(42, number))),
    ];
    for (what, request) in writes {
        let ours = count(&|launcher| Process::service_under(launcher, &site.document()), request)?;
        report.note(what, format!("{ours:.1}"));
    }
    Ok(())
}

fn shapes(site: &Site, target: &str) -> Result<(String, usize, usize)> {
    let process = Process::service(site)?;
    let mut connection = Connection::open(process.address)?;
    let answer = connection.exchange(&get(process.address, target, ""))?;
    let (tag, item) = (answer.etag()?, answer.body.len());
    let list = connection.exchange(&get(process.address, SERVERS, ""))?.body.len();
    Ok((tag, item, list))
}

/// Thousands of instructions a request.
fn count(start: &dyn Fn(&[&str]) -> Result<Process>, request: Request<'_>) -> Result<f64> {
    let few = total(start, request, FEW)?;
    let many = total(start, request, MANY)?;
    Ok((many - few) / (MANY - FEW) as f64 / 1e3)
}

fn total(start: &dyn Fn(&[&str]) -> Result<Process>, request: Request<'_>, times: usize) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let (log_option, out_option) = (
        format!("--log-file={}", log.display()),
        format!("--callgrind-out-file={}", folder.path().join("out").display()),
    );
    let process = start(&["valgrind", "--tool=callgrind", &log_option, &out_option])?;
    let mut connection = Connection::open(process.address)?;
    for number in 0..times {
        let request = request(process.address, number);
        connection.exchange(&request)?;
    }
    process.stop()?;
    let log = fs::read_to_string(log)?;
    let line = log.lines().find_map(|line| line.split_once("Collected : "));
    Ok(line.ok_or("valgrind has counted nothing")?.1.trim().parse()?)
}
