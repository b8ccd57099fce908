//! The same document, machine and load on the OpenHands agent-server, where `OPENHANDS_PYTHON` names an
//! interpreter that has it (PyPI `openhands-agent-server`, Python 3.12 or newer).

use std::env;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::process::Process;
use crate::report::{Bound, Report, Rounds};
use crate::wire::{API_KEY, Connection, get, patch};

/// What the recorded document was encrypted with.
const FIXTURE_SECRET: &str = "interop-test-secret-key-0123456789abcdef";

/// A server of the recorded document.
const SERVER: &str = "github";

const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_secs(2);

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn run(report: &mut Report) -> Result<()> {
    let Some(python) = env::var_os("OPENHANDS_PYTHON") else { return Ok(()) };
    report.chapter("Beside the OpenHands agent-server: the same document, requests and load, one connection");
    let (our_folder, their_folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openhands/settings/v1.58.0.json");
    for folder in [&our_folder, &their_folder] {
        fs::copy(&fixture, folder.path().join("settings.json"))?;
    }
    let document = our_folder.path().join("settings.json");
    let (ours, our_start) = timed(|| {
        let process = Process::service_on(&document, FIXTURE_SECRET)?;
        until_healthy(process.address)?;
        Ok(process)
    })?;
    let (theirs, their_start) = timed(|| agent_server(Path::new(&python), their_folder.path()))?;
    let pair = |what: &str, own: f64, other: f64| (what.to_owned(), own, other);
    let reads = |address| move |_| get(address, "/api/settings", "");
    let writes = |address| {
        move |revision| {
            let description = format!(r#"{{"description":"revision {revision}"}}"#);
            patch(address, &format!("/api/settings/mcp/{SERVER}"), &description)
        }
    };
    let reads = race(&ours, &theirs, &reads(ours.address), &reads(theirs.address))?;
    let writes = race(&ours, &theirs, &writes(ours.address), &writes(theirs.address))?;
    for (what, (ours, theirs)) in [("settings reads", reads), ("durable writes (theirs: no fsync)", writes)] {
        let rate = |rounds: &Rounds| format!("{:.0}/s", rounds.median());
        report.compare(what, rate(&ours), rate(&theirs), &ours.over(&theirs), Bound::None);
    }
    for (what, own, other) in [
        pair("start to first answer, ms", our_start.as_secs_f64() * 1e3, their_start.as_secs_f64() * 1e3),
        pair("resident, MB", ours.resident_mb()?, theirs.resident_mb()?),
    ] {
        let mut ratio = Rounds::default();
        // The other way round than for rates, so that more is better here too.
        ratio.push(other / own);
        report.compare(&what, format!("{own:.1}"), format!("{other:.0}"), &ratio, Bound::None);
    }
    Ok(())
}

type Request<'a> = &'a dyn Fn(usize) -> Vec<u8>;

/// Requests a second on either side, in turns.
fn race(ours: &Process, theirs: &Process, own: Request<'_>, other: Request<'_>) -> Result<(Rounds, Rounds)> {
    let (mut rates, mut their_rates) = (Rounds::default(), Rounds::default());
    let mut revision = 0;
    for _ in 0..ROUNDS {
        rates.push(turn(ours.address, own, &mut revision)?);
        their_rates.push(turn(theirs.address, other, &mut revision)?);
    }
    Ok((rates, their_rates))
}

fn turn(address: SocketAddr, request: Request<'_>, revision: &mut usize) -> Result<f64> {
    let mut connection = Connection::open(address)?;
    let (start, first) = (Instant::now(), *revision);
    while start.elapsed() < TURN {
        *revision += 1;
        connection.exchange(&request(*revision))?.expect(200)?;
    }
    Ok((*revision - first) as f64 / start.elapsed().as_secs_f64())
}

fn agent_server(python: &Path, folder: &Path) -> Result<Process> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = Command::new(python);
    command
        .args(["-m", "openhands.agent_server", "--host", "127.0.0.1", "--port", &address.port().to_string()])
        .env("OH_PERSISTENCE_DIR", folder)
        .env("OH_SECRET_KEY", FIXTURE_SECRET)
        .env("SESSION_API_KEY", API_KEY)
        // Else it waits for a download that has nothing to do with settings.
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .env("OPENHANDS_SUPPRESS_BANNER", "1")
        .current_dir(folder);
    let process = Process::silent(command, address)?;
    until_healthy(address)?;
    Ok(process)
}

fn until_healthy(address: SocketAddr) -> Result<()> {
    let start = Instant::now();
    let ask = || Connection::open(address)?.exchange(&get(address, "/health", ""))?.expect(200);
    while ask().is_err() {
        if PATIENCE < start.elapsed() {
            return Err("the agent-server does not start".into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let start = Instant::now();
    Ok((work()?, start.elapsed()))
}
