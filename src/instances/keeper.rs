//! The task of one attempt: resolves, starts and initializes, then watches until the instance ends by itself or is to end.
//! When it reports an end nothing is left of the instance. It does not decide what follows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::Fault;
use super::core::{Attempt, Input};
use super::live::{Live, exited, ms};
use super::process::Log;
use super::stage::StageReport;
use super::starter::{Begun, Starter, end};
use crate::metrics::InstanceMetrics;

/// One attempt, before it is made.
pub(super) struct Keeper {
    pub(super) attempt: Attempt,
    pub(super) starter: Starter,
    /// Takes what came of the start.
    pub(super) metrics: InstanceMetrics,
    /// Takes what happens.
    pub(super) reports: mpsc::UnboundedSender<Report>,
    /// Says that it is to end, and how long calls in flight may go on.
    pub(super) stop: watch::Receiver<Option<Duration>>,
}

/// What the reconciler is to know.
pub(super) enum Report {
    /// Something happened.
    Input(Box<Input>),
    /// A program was started, and writes this to stderr.
    Log(Attempt, Arc<Log>),
    /// How the start went.
    Start(Attempt, Arc<[StageReport]>),
    /// There is a session now. It comes before the input that says so.
    Live(Attempt, Arc<Live>),
    /// Of this attempt nothing is left.
    Over(Attempt),
}

impl From<Input> for Report {
    fn from(input: Input) -> Self {
        Self::Input(Box::new(input))
    }
}

impl Keeper {
    /// Makes the attempt, and keeps the instance until it has ended.
    pub(super) async fn keep(mut self) {
        let (attempt, reports) = (self.attempt, self.reports.clone());
        let input = self.run().await;
        // The receiver is gone only where the service has stopped.
        reports.send(Report::Over(attempt)).ok();
        reports.send(input.into()).ok();
    }

    async fn run(&mut self) -> Input {
        let (began, attempt) = (Instant::now(), self.attempt);
        let mut begun = Begun::nothing();
        let mut stop = self.stop.clone();
        let reports = self.reports.clone();
        let on_log = move |log| drop(reports.send(Report::Log(attempt, log)));
        let started = tokio::select! {
            biased;
            _ = stopped(&mut stop) => None,
            started = self.starter.start(&mut begun, on_log) => Some(started),
        };
        let Begun { process, stages } = begun;
        self.reports.send(Report::Start(attempt, stages.into_reports().into())).ok();
        let live = match started {
            Some(Ok(live)) => Arc::new(live),
            Some(Err(fault)) => {
                self.metrics.started(Some(fault.kind), began.elapsed());
                let stderr = end(process).await;
                return Input::Failed(attempt, fault, stderr);
            }
            None => {
                self.metrics.start_cancelled(began.elapsed());
                end(process).await;
                return Input::Ended(attempt);
            }
        };
        self.metrics.started(None, began.elapsed());
        self.reports.send(Report::Live(attempt, Arc::clone(&live))).ok();
        self.reports.send(Input::Initialized(attempt, ms(began)).into()).ok();
        let fault = tokio::select! {
            biased;
            patience = stopped(&mut stop) => {
                live.quiet(patience).await;
                live.close().await;
                end(process).await;
                return Input::Ended(attempt);
            }
            fault = ended(&live) => fault,
        };
        self.reports.send(Input::Lost(attempt).into()).ok();
        let fault = live.explained(fault).await;
        live.close().await;
        let stderr = end(process).await;
        Input::Exited(attempt, fault, stderr)
    }
}

/// Ready when it is to end, with how long calls in flight may go on.
async fn stopped(stop: &mut watch::Receiver<Option<Duration>>) -> Duration {
    let patience = stop.wait_for(Option::is_some).await.ok().and_then(|patience| *patience);
    patience.unwrap_or_default()
}

/// Ready when the session is over, or the program has ended.
async fn ended(live: &Live) -> Fault {
    let Some(process) = &live.process else { return live.redacted(live.session.closed().await) };
    tokio::select! {
        biased;
        exit = process.exited() => exited(process, &exit.to_string()),
        fault = live.session.closed() => live.redacted(fault),
    }
}
