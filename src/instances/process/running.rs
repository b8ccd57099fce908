//! A program that was started: its log, its end. It is ended with all that descends from it when nobody has a handle on
//! it any more. It does not know what is spoken with it.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::watch;
use tokio::time::timeout;

use super::log::Log;
use super::private_folder::PrivateFolder;
use crate::blocking;
use crate::instances::platform::{self, Handle, Member};

/// How long a program whose streams were closed has to end by itself.
const POLITE: Duration = Duration::from_millis(500);

/// How long its supervisor has to end it: its own half a second, and what the machine takes.
const FORCED: Duration = Duration::from_millis(1500);

/// How long what was written is still read after the end: something that got away may have the pipe.
const DRAIN: Duration = Duration::from_millis(100);

/// How much is read at once. Bytes.
const PIECE: usize = 16 << 10;

/// How long a report gets. Bytes.
const LONGEST_REPORT: u64 = 1 << 10;

/// How a program ended. Neither is known of one that could not be ended in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The status with which it exited.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// A program that was started.
#[derive(Clone)]
pub struct Process(Arc<Inner>);

struct Inner {
    /// Of the supervisor.
    handle: Handle,
    /// The number of the supervisor, which it has until it is reaped.
    number: Option<u32>,
    /// The program itself.
    leader: Arc<OnceLock<Member>>,
    log: Arc<Log>,
    exit: watch::Receiver<Option<Exit>>,
}

impl Process {
    /// Watches a supervisor, which starts the program.
    pub(super) fn watch(
        supervisor: Unwatched,
        handle: Handle,
        log: Arc<Log>,
        folder: Option<PrivateFolder>,
    ) -> Self {
        let mut supervisor = supervisor.watched();
        let (send, exit) = watch::channel(None);
        let leader = Arc::new(OnceLock::new());
        let number = supervisor.id();
        let errors = supervisor.stderr.take();
        let process = Self(Arc::new(Inner { handle, number, leader, log, exit }));
        let (log, leader) = (Arc::clone(&process.0.log), Arc::clone(&process.0.leader));
        tokio::spawn(async move {
            let drain = async {
                if let Some(mut errors) = errors {
                    read(&mut errors, &log).await;
                }
            };
            let mut drain = std::pin::pin!(drain);
            let mut is_drained = false;
            let status = loop {
                tokio::select! {
                    status = supervisor.wait() => break status,
                    () = &mut drain, if !is_drained => is_drained = true,
                }
            };
            if !is_drained {
                let _ = timeout(DRAIN, drain).await;
            }
            let is_killed = status.as_ref().is_ok_and(|status| status.signal().is_some());
            if let Some(leader) = leader.get().filter(|_| is_killed) {
                // The supervisor could not do it.
                leader.kill_group();
            }
            log.close();
            if let Some(folder) = folder {
                blocking::run(move || drop(folder)).await;
            }
            send.send_replace(Some(status.map_or(Exit::UNKNOWN, Exit::from)));
        });
        process
    }

    /// Takes the number of the program, which the supervisor has reported.
    pub(super) fn runs(&self, program: u32) {
        if let Some(leader) = self.0.number.and_then(|supervisor| Member::of(program, supervisor)) {
            let _ = self.0.leader.set(leader);
        }
    }

    /// What it writes on stderr.
    pub fn log(&self) -> &Arc<Log> {
        &self.0.log
    }

    /// Ready when it has ended with all that descended from it.
    pub async fn exited(&self) -> Exit {
        let mut exit = self.0.exit.clone();
        // Where nobody sends any more, the runtime is ending.
        let ended = exit.wait_for(Option::is_some).await;
        ended.ok().and_then(|exit| *exit).unwrap_or(Exit::UNKNOWN)
    }

    /// Ends it with all that descends from it. Close its stdin before: a program that ends then is not disturbed. Takes
    /// two seconds at most; what can't be ended in that time is ended as soon as it can.
    pub async fn end(&self) -> Exit {
        if let Ok(exit) = timeout(POLITE, self.exited()).await {
            return exit;
        }
        self.0.terminate();
        timeout(FORCED, self.exited()).await.unwrap_or(Exit::UNKNOWN)
    }
}

impl Inner {
    fn terminate(&self) {
        platform::signal(&self.handle, Signal::TERM);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.exit.borrow().is_none() {
            self.terminate();
        }
    }
}

/// A supervisor that is not watched yet. If it is dropped before, it is ended with its program.
pub(super) struct Unwatched(Option<tokio::process::Child>);

impl Unwatched {
    /// Owns what was just started.
    pub(super) fn new(supervisor: tokio::process::Child) -> Self {
        Self(Some(supervisor))
    }

    /// Its number, which it has until it is reaped.
    pub(super) fn pid(&self) -> Option<Pid> {
        let number = self.0.as_ref()?.id()?;
        i32::try_from(number).ok().and_then(Pid::from_raw)
    }

    /// The pipes of its program, which can be taken once.
    pub(super) fn pipes(&mut self) -> Option<(ChildStdin, ChildStdout)> {
        let supervisor = self.0.as_mut()?;
        supervisor.stdin.take().zip(supervisor.stdout.take())
    }

    fn watched(mut self) -> tokio::process::Child {
        self.0.take().expect("only this takes it, and it takes `self`")
    }
}

impl Drop for Unwatched {
    fn drop(&mut self) {
        if let Some(pid) = self.pid() {
            // It has not been reaped, so that the number is still its own.
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }
}

async fn read(from: &mut (impl AsyncRead + Unpin), log: &Log) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        log.take(&piece[..length]);
        // To redact takes time: one that floods its stderr must not keep a thread from the others.
        tokio::task::yield_now().await;
    }
}

/// What a supervisor reports: the number of the program, or why it was not started.
pub(super) async fn read_report(from: impl AsyncRead + Unpin) -> Result<u32, String> {
    let mut report = String::new();
    let _ = from.take(LONGEST_REPORT).read_to_string(&mut report).await;
    let report = report.trim_end();
    report.strip_prefix("started ").and_then(|number| number.parse().ok()).ok_or_else(|| report.to_owned())
}

impl Exit {
    /// How a program ended of which nothing is known.
    const UNKNOWN: Self = Self { code: None, signal: None };
}

impl From<ExitStatus> for Exit {
    /// A supervisor exits as shells do: 128 and the number of the signal that ended the program.
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code @ 129..=192), _) => Self { code: None, signal: Some(code - 128) },
            (code, signal) => Self { code, signal },
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(formatter, "exited with status {code}"),
            (None, Some(signal)) => write!(formatter, "was ended by signal {signal}"),
            (None, None) => formatter.write_str("could not be ended in time"),
        }
    }
}
