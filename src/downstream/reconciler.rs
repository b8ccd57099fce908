//! The tasks that keep the gateways: one for each, in one process at a time, until they are to end. They wake on changes
//! and on timers. They do not decide what is done.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::round::Round;
use super::{Base, Gateway, Rows};
use crate::backoff;

/// How often a process that does not keep the gateways tries to.
const TAKE_OVER: Duration = Duration::from_secs(1);

/// How often it is looked at what is wanted, where nothing says that it has changed: other programs write the settings.
const LOOK: Duration = Duration::from_secs(2);

/// Gives the lock of the process that keeps the gateways, if no other process has it.
pub type Lock = Box<dyn Fn() -> io::Result<Option<Box<dyn Send>>> + Send + Sync>;

/// Keeps gateways until it is to end.
pub struct Reconciler {
    end: watch::Sender<bool>,
}

impl Reconciler {
    /// A reconciler of these gateways, and what is to be run.
    pub fn new(
        gateways: Vec<(Base, Arc<dyn Gateway>)>,
        rows: Arc<dyn Rows>,
        lock: Lock,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (end, ended) = watch::channel(false);
        (Self { end }, keep(gateways, rows, lock, ended))
    }

    /// It ends at once. Calls that are under way are given up, and made again when it runs again.
    pub fn end(&self) {
        self.end.send_replace(true);
    }
}

async fn keep(
    gateways: Vec<(Base, Arc<dyn Gateway>)>,
    rows: Arc<dyn Rows>,
    lock: Lock,
    mut ended: watch::Receiver<bool>,
) {
    let work = async {
        let _held = locked(&lock).await;
        let clock = clock();
        let loops = gateways.into_iter().map(|(base, gateway)| {
            keep_one(
                Round::new(base, gateway, Arc::clone(&rows), Arc::clone(&clock), backoff::jitter),
                &clock,
            )
        });
        join_all(loops).await;
    };
    tokio::select! {
        () = work => {}
        _ = ended.wait_for(|is_ended| *is_ended) => {}
    }
}

/// Waits until no other process keeps the gateways.
async fn locked(lock: &Lock) -> Box<dyn Send> {
    let mut is_reported = false;
    loop {
        match lock() {
            Ok(Some(held)) => return held,
            Ok(None) => {}
            Err(error) if !is_reported => {
                is_reported = true;
                tracing::warn!(error = %error, "could not ask for the lock of the gateways");
            }
            Err(_) => {}
        }
        sleep(TAKE_OVER).await;
    }
}

fn keep_one(
    mut round: Round,
    clock: &Arc<dyn Fn() -> i64 + Send + Sync>,
) -> impl Future<Output = ()> + Send + 'static {
    let clock = Arc::clone(clock);
    async move {
        let mut changes = round.rows.changes().fuse();
        loop {
            let next = round.turn().await;
            round.rows.settled().await;
            let left = u64::try_from(next.saturating_sub(clock())).unwrap_or(0);
            let wait = Duration::from_millis(left).min(LOOK);
            if wait.is_zero() {
                tokio::task::yield_now().await;
                continue;
            }
            tokio::select! {
                Some(()) = changes.next() => {}
                () = sleep(wait) => {}
            }
        }
    }
}

/// Unix time in milliseconds that only goes forward.
fn clock() -> Arc<dyn Fn() -> i64 + Send + Sync> {
    let start = Instant::now();
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let unix_ms = i64::try_from(unix.as_millis()).unwrap_or(i64::MAX);
    Arc::new(move || unix_ms.saturating_add(i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX)))
}
