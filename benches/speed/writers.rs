//! Many writers at once in the process: how many share one durable replace, and that they get on when they
//! fight over one server. The disk is as it is, or slowed down through the store's failpoints.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mcp_settings::projection::{Condition, EntityTag, Precondition};
use mcp_settings::service::{Service, ServiceError};
use mcp_settings::store::file::{Failpoints, Step};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::Result;
use crate::report::{Bound, Report, Rounds};
use crate::site::{Site, whole, write};

const WRITERS: usize = 64;
const ROUNDS: usize = 7;

/// How long one side runs in one round.
const TURN: Duration = Duration::from_millis(400);

/// How slow a slowed sync is.
const SLOW: Duration = Duration::from_millis(5);

/// What the writers write to.
#[derive(Clone, Copy)]
enum Field {
    /// Each to a server of its own, unconditionally.
    Apart,
    /// All to one server, each with the newest tag that it has seen.
    Together,
}

pub(crate) fn run(report: &mut Report) -> Result<()> {
    report.chapter("64 writers on different servers, beside one writer; writes a second, in the process");
    compare(report, Field::Apart, "different servers, every fsync slowed to 5 ms", SLOW, 20.0)?;
    compare(report, Field::Apart, "different servers, the bare disk", Duration::ZERO, 8.0)?;
    report.chapter("64 writers on one server, each with the newest tag it has seen, beside one such writer");
    compare(report, Field::Together, "one server, every fsync slowed to 5 ms", SLOW, 1.0)?;
    compare(report, Field::Together, "one server, the bare disk", Duration::ZERO, 1.0)
}

fn compare(report: &mut Report, field: Field, what: &str, slow: Duration, least: f64) -> Result<()> {
    let site = Site::new(100)?;
    let disk = Arc::new(Disk { slow, replaces: AtomicUsize::new(0) });
    let service = Arc::new(site.service(Arc::clone(&disk) as Arc<dyn Failpoints>)?);
    let (mut one, mut many) = (Rounds::default(), Rounds::default());
    let (mut shared, mut lost) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        one.push(race(&service, 1, field)?.per_second());
        let before = disk.replaces.load(Ordering::Relaxed);
        let outcome = race(&service, WRITERS, field)?;
        many.push(outcome.per_second());
        let replaces = disk.replaces.load(Ordering::Relaxed) - before;
        shared.push(outcome.wins as f64 / replaces as f64);
        lost.push(outcome.losses as f64 / outcome.wins as f64);
    }
    let rate = |rounds: &Rounds| format!("{:.0}/s", rounds.median());
    report.compare(what, rate(&many), rate(&one), &many.over(&one), Bound::AtLeast(least));
    match field {
        Field::Apart => {
            let share = shared.median();
            let what = format!("... writes for one durable replace, {what}");
            report.state(&what, format!("{share:.1}"), share, Bound::AtLeast(16.0));
        }
        Field::Together => report.note("... 412 for one that won", format!("{:.1}", lost.median())),
    }
    Ok(())
}

/// What came of a race.
struct Outcome {
    wins: usize,
    losses: usize,
    took: Duration,
}

impl Outcome {
    fn per_second(&self) -> f64 {
        self.wins as f64 / self.took.as_secs_f64()
    }
}

/// Lets so many writers write until the turn is over.
fn race(service: &Arc<Service>, writers: usize, field: Field) -> Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let start = Instant::now();
        let mut running = JoinSet::new();
        for number in 0..writers {
            running.spawn(write_until(Arc::clone(service), number, field, start + TURN));
        }
        let mut outcome = Outcome { wins: 0, losses: 0, took: Duration::ZERO };
        while let Some(result) = running.join_next().await {
            let (wins, losses) = result??;
            outcome.wins += wins;
            outcome.losses += losses;
        }
        Ok(Outcome { took: start.elapsed(), ..outcome })
    })
}

/// Every write of a run makes another state.
static REVISION: AtomicUsize = AtomicUsize::new(1);

async fn write_until(
    service: Arc<Service>,
    writer: usize,
    field: Field,
    end: Instant,
) -> Result<(usize, usize)> {
    let server = match field {
        Field::Apart => writer,
        Field::Together => 0,
    };
    let (mut wins, mut losses) = (0, 0);
    let mut tag = match field {
        Field::Apart => None,
        Field::Together => tag_of(&service, server).await?,
    };
    while Instant::now() < end {
        let mut write = write(server)?;
        if let Some(tag) = &tag {
            let if_match = Condition::parse([tag.as_str().as_bytes()])?;
            write.precondition = Precondition { if_match, ..Precondition::default() };
        }
        match service.update(write, whole(server, REVISION.fetch_add(1, Ordering::Relaxed))?).await {
            Ok(written) => {
                wins += 1;
                tag = tag.and(written.after);
            }
            Err(ServiceError::PreconditionFailed(conflict)) => {
                losses += 1;
                tag = conflict.current_tag;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok((wins, losses))
}

async fn tag_of(service: &Service, server: usize) -> Result<Option<EntityTag>> {
    let state = service.load().await?;
    Ok(state.item(&write(server)?.key).map(|item| item.tag().clone()))
}

/// A disk that counts what is made durable, and may be slow.
struct Disk {
    slow: Duration,
    replaces: AtomicUsize,
}

impl Failpoints for Disk {
    fn before(&self, step: &Step<'_>) -> io::Result<()> {
        match step {
            Step::Swap { .. } => {
                self.replaces.fetch_add(1, Ordering::Relaxed);
            }
            Step::SyncFile { .. } | Step::SyncDirectory { .. } => thread::sleep(self.slow),
            _ => {}
        }
        Ok(())
    }
}
