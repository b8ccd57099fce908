//! One start: everything is resolved before anything runs, then the program is started or the server reached, then the
//! session is initialized. It does not know what the session is for, and ends nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::http_client::HttpClient;
use super::live::{Live, exited, last_words, redacted};
use super::process::{Located, Log, Process, Processes, Start};
use super::redaction::Redactor;
use super::references::References;
use super::session::Session;
use super::stage::{Stage, Stages};
use super::{Fault, FaultKind, ResolvedLaunch};
use crate::blocking;
use crate::model::config::Config;
use crate::model::run_policy::Limits;

/// How much of its stderr is kept with a failed attempt. Bytes.
pub(super) const TAIL: usize = 2 << 10;

/// How long the end of a program is waited for, so that the next one does not run beside it.
const ENDING: Duration = Duration::from_secs(10);

/// What starts need.
pub struct Tools {
    /// Resolves references.
    pub references: References,
    /// Starts programs.
    pub processes: Arc<Processes>,
    /// Reaches servers that run already.
    pub http: HttpClient,
}

impl Tools {
    /// Where the command of a program is found, in the `PATH` of its own environment if it has one. It looks at files.
    pub(super) fn locate(
        self: &Arc<Self>,
        command: Option<(String, Option<String>)>,
    ) -> impl Future<Output = Option<Result<Located, Fault>>> + use<> {
        let tools = Arc::clone(self);
        blocking::run(move || {
            command.map(|(command, path)| tools.processes.locate_command(&command, path.as_deref()))
        })
    }
}

/// What is started, and how.
pub(super) struct Starter {
    pub(super) tools: Arc<Tools>,
    /// Names its private folder.
    pub(super) key: String,
    pub(super) config: Config,
    /// Where its command was found; none where it is no program.
    pub(super) located: Option<Result<Located, Fault>>,
    pub(super) limits: Limits,
    /// The version of MCP that it spoke last.
    pub(super) known: Option<String>,
    pub(super) start_timeout: Duration,
}

/// What has come of a start so far, also where it is given up half way.
pub(super) struct Begun {
    pub(super) process: Option<Process>,
    pub(super) stages: Stages,
}

impl Begun {
    pub(super) fn nothing() -> Self {
        Self { process: None, stages: Stages::begin() }
    }
}

impl Starter {
    /// Starts it. `on_log` gets what the program writes to stderr, as soon as there is a program.
    pub(super) async fn start(&self, begun: &mut Begun, on_log: impl Fn(Arc<Log>)) -> Result<Live, Fault> {
        let deadline = Instant::now() + self.start_timeout;
        let resolved = match self.tools.references.resolve(&self.config).await {
            Ok(resolved) => resolved,
            Err(fault) => {
                begun.stages.add(Stage::Resolve, Some(fault.clone()));
                return Err(fault);
            }
        };
        begun.stages.passed(Stage::Resolve);
        let secrets = resolved.secrets.iter().map(|secret| secret.expose());
        let redactor = Arc::new(Redactor::new(secrets));
        let started = self.connect(resolved.launch, &redactor, begun, on_log, deadline).await;
        let session = started.map_err(|(stage, fault)| {
            let fault = redacted(fault, &redactor);
            begun.stages.add(stage, Some(fault.clone()));
            fault
        })?;
        begun.stages.passed(Stage::Initialize);
        Ok(Live::new(session, begun.process.clone(), redactor))
    }

    async fn connect(
        &self,
        launch: ResolvedLaunch,
        redactor: &Arc<Redactor>,
        begun: &mut Begun,
        on_log: impl Fn(Arc<Log>),
        deadline: Instant,
    ) -> Result<Session, (Stage, Fault)> {
        let known = self.known.as_deref();
        let program = match launch {
            ResolvedLaunch::Remote(remote) => {
                let connected = Session::to_remote(&remote, &self.tools.http, known, deadline).await;
                return match connected {
                    Err(fault) if matches!(fault.kind, FaultKind::Connect | FaultKind::Policy) => {
                        Err((Stage::Connect, fault))
                    }
                    // It is reached by the request that initializes.
                    outcome => {
                        begun.stages.passed_with_next(Stage::Connect);
                        outcome.map_err(|fault| (Stage::Initialize, fault))
                    }
                };
            }
            ResolvedLaunch::Program(program) => program,
        };
        let not_spawned = |fault| (Stage::Spawn, fault);
        let located = self.located.clone().unwrap_or_else(|| Err(not_located())).map_err(not_spawned)?;
        let (key, limits, redactor) = (self.key.clone(), self.limits, Arc::clone(redactor));
        let start = Start { key, program, located, limits, redactor };
        let child = self.tools.processes.spawn(start).await.map_err(not_spawned)?;
        begun.stages.passed(Stage::Spawn);
        let own = begun.process.insert(child.process).clone();
        on_log(Arc::clone(own.log()));
        let initialized = Session::over_pipes(child.stdout, child.stdin, known, deadline);
        let initialized = tokio::select! {
            biased;
            initialized = initialized => match initialized {
                Ok(session) => Ok(session),
                Err(fault) => Err(last_words(&own, fault).await),
            },
            exit = own.exited() => Err(exited(&own, &exit.to_string())),
        };
        initialized.map_err(|fault| (Stage::Initialize, fault))
    }
}

fn not_located() -> Fault {
    FaultKind::Spawn.because("the command was not found where it was approved")
}

/// Ends the tree of a process; the end of what it wrote to stderr.
pub(super) async fn end(process: Option<Process>) -> String {
    let Some(process) = process else { return String::new() };
    process.end().await;
    // Its supervisor goes on where that has not sufficed, on a machine that is busy.
    timeout(ENDING, process.exited()).await.ok();
    process.log().tail(TAIL)
}
