//! The task of one attempt: resolves, starts and initializes, then watches until the instance ends by itself or is to end.
//! When it reports an end nothing is left of the instance. It does not decide what follows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::core::{Attempt, Input};
use super::http_client::HttpClient;
use super::live::{Live, ms, redacted};
use super::process::{Located, Log, Process, Processes, Start};
use super::redaction::Redactor;
use super::references::References;
use super::session::Session;
use super::{Fault, FaultKind, ResolvedLaunch};
use crate::model::config::Config;
use crate::model::run_policy::Limits;

/// How much of its stderr is kept with a failed attempt. Bytes.
const TAIL: usize = 2 << 10;

/// How long a program whose connection is over is given to say with which status it ends.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// How long the end of a program is waited for, so that the next one does not run beside it.
const ENDING: Duration = Duration::from_secs(10);

/// How long the end of a session may take that is over HTTP.
const CLOSING: Duration = Duration::from_secs(1);

/// What starts need.
pub struct Tools {
    /// Resolves references.
    pub references: References,
    /// Starts programs.
    pub processes: Arc<Processes>,
    /// Reaches servers that run already.
    pub http: HttpClient,
}

/// One attempt, before it is made.
pub(super) struct Keeper {
    pub(super) tools: Arc<Tools>,
    pub(super) attempt: Attempt,
    /// Names its private folder.
    pub(super) key: String,
    pub(super) config: Config,
    pub(super) located: Option<Located>,
    pub(super) limits: Limits,
    pub(super) start_timeout: Duration,
    /// The version of MCP that it spoke last.
    pub(super) known: Option<String>,
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
        let mut process = None;
        let mut stop = self.stop.clone();
        let started = tokio::select! {
            biased;
            _ = stopped(&mut stop) => None,
            started = self.start(&mut process) => Some(started),
        };
        let live = match started {
            Some(Ok(live)) => Arc::new(live),
            Some(Err(fault)) => {
                let stderr = end(process).await;
                return Input::Failed(attempt, fault, stderr);
            }
            None => {
                end(process).await;
                return Input::Ended(attempt);
            }
        };
        self.reports.send(Report::Live(attempt, Arc::clone(&live))).ok();
        self.reports.send(Input::Initialized(attempt, ms(began)).into()).ok();
        let fault = tokio::select! {
            biased;
            patience = stopped(&mut stop) => {
                live.quiet(patience).await;
                timeout(CLOSING, live.session.close()).await.ok();
                end(process).await;
                return Input::Ended(attempt);
            }
            fault = ended(&live) => fault,
        };
        self.reports.send(Input::Lost(attempt).into()).ok();
        let fault = match &process {
            Some(process) => last_words(process, fault).await,
            None => fault,
        };
        timeout(CLOSING, live.session.close()).await.ok();
        let stderr = end(process).await;
        Input::Exited(attempt, fault, stderr)
    }

    /// Everything is resolved before anything is started (A1). What was started is in `process`, also where this is given
    /// up half way.
    async fn start(&self, process: &mut Option<Process>) -> Result<Live, Fault> {
        let deadline = Instant::now() + self.start_timeout;
        let resolved = self.tools.references.resolve(&self.config).await?;
        let secrets = resolved.secrets.iter().map(|secret| secret.expose());
        let redactor = Arc::new(Redactor::new(secrets));
        let started = self.connect(resolved.launch, &redactor, process, deadline).await;
        let session = started.map_err(|fault| redacted(fault, &redactor))?;
        Ok(Live::new(session, process.clone(), redactor))
    }

    async fn connect(
        &self,
        launch: ResolvedLaunch,
        redactor: &Arc<Redactor>,
        process: &mut Option<Process>,
        deadline: Instant,
    ) -> Result<Session, Fault> {
        let known = self.known.as_deref();
        let program = match launch {
            ResolvedLaunch::Remote(remote) => {
                return Session::to_remote(&remote, &self.tools.http, known, deadline).await;
            }
            ResolvedLaunch::Program(program) => program,
        };
        let Some(located) = self.located.clone() else {
            return Err(self.tools.processes.locate(&program).err().unwrap_or_else(not_located));
        };
        let (key, limits, redactor) = (self.key.clone(), self.limits, Arc::clone(redactor));
        let child = self.tools.processes.spawn(Start { key, program, located, limits, redactor }).await?;
        let own = process.insert(child.process).clone();
        self.reports.send(Report::Log(self.attempt, Arc::clone(own.log()))).ok();
        let initialized = Session::over_pipes(child.stdout, child.stdin, known, deadline);
        tokio::select! {
            biased;
            initialized = initialized => match initialized {
                Ok(session) => Ok(session),
                Err(fault) => Err(last_words(&own, fault).await),
            },
            exit = own.exited() => Err(exited(&own, &exit.to_string())),
        }
    }
}

/// Ready when it is to end, with how long calls in flight may go on.
async fn stopped(stop: &mut watch::Receiver<Option<Duration>>) -> Duration {
    let patience = stop.wait_for(Option::is_some).await.ok().and_then(|patience| *patience);
    patience.unwrap_or_default()
}

fn not_located() -> Fault {
    FaultKind::Spawn.because("the command was not found where it was approved")
}

/// Ends the tree of a process; the end of what it wrote to stderr.
async fn end(process: Option<Process>) -> String {
    let Some(process) = process else { return String::new() };
    process.end().await;
    // Its supervisor goes on where that has not sufficed, on a machine that is busy.
    timeout(ENDING, process.exited()).await.ok();
    process.log().tail(TAIL)
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

/// A program that ends closes its pipes first: with which status it ended says more than that.
async fn last_words(process: &Process, fault: Fault) -> Fault {
    if !matches!(fault.kind, FaultKind::Exited | FaultKind::Connect) {
        return fault;
    }
    match timeout(LAST_WORDS, process.exited()).await {
        Ok(exit) => exited(process, &exit.to_string()),
        Err(_) => fault,
    }
}

/// With the last line that it wrote, which often says why.
fn exited(process: &Process, exit: &str) -> Fault {
    let line = process.log().last_line();
    FaultKind::Exited.because(line.map_or_else(|| exit.to_owned(), |line| format!("{exit}: {line}")))
}
