//! Reads beside actix-web that answers a constant of the same size: what the gate, the key, the `stat`, the
//! preconditions and the headers cost.

use crate::Result;
use crate::load::{Load, side_by_side};
use crate::process::Process;
use crate::report::{Bound, Report};
use crate::site::{Site, name};
use crate::wire::{Connection, SERVERS, get, item};

const ROUNDS: usize = 20;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter("Reads, requests a second, beside actix-web with a constant body of the same size");
    let site = Site::new(100)?;
    let ours = Process::service(&site)?;
    let target = item(&name(42));
    let tag = Connection::open(ours.address)?.exchange(&get(ours.address, &target, ""))?.etag()?;
    let cases = [
        ("GET item", target.as_str(), String::new(), 200, 0.8),
        ("GET item, 304", target.as_str(), format!("if-none-match: {tag}\r\n"), 304, 0.8),
        ("GET list of 100", SERVERS, String::new(), 200, 0.6),
    ];
    for (what, target, headers, status, least) in cases {
        let request = get(ours.address, target, &headers);
        // A new connection: one that was idle for a case would have been closed.
        let mut connection = Connection::open(ours.address)?;
        let answer = connection.exchange(&request)?;
        answer.expect(status)?;
        let length = answer.body.len();
        let constant = Process::constant(status, length)?;
        let mut ours = Load::new(&ours, request, status)?;
        let mut bare = Load::new(&constant, get(constant.address, target, &headers), status)?;
        side_by_side(&mut ours, &mut bare, ROUNDS)?;
        let rate = |load: &Load<'_>| format!("{:.0}/s", load.rate.median());
        let what = format!("{what} ({length} bytes)");
        report.compare(&what, rate(&ours), rate(&bare), &ours.rate.over(&bare.rate), Bound::AtLeast(least));
        let time = |load: &Load<'_>| format!("{:.1} us", load.processor_us.median());
        let ratio = bare.processor_us.over(&ours.processor_us);
        report.compare("... processor time of the server", time(&ours), time(&bare), &ratio, Bound::None);
    }
    Ok(())
}
