//! A program that was started: its log, its end. It is ended with all that descends from it when nobody has a handle on
//! it any more. It does not know what is spoken with it.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::log::Log;
use super::private_folder::PrivateFolder;
use crate::blocking;
use crate::instances::platform::{self, Handle, Member};
use crate::instances::supervisor::REPORT;

/// How long a program whose streams were closed has to end by itself.
const POLITE: Duration = Duration::from_millis(500);

/// How long its supervisor has to end it: its own half a second, and what the machine takes.
const FORCED: Duration = Duration::from_millis(1000);

/// How long what was written is still read after the end: something that got away may have the pipe.
const DRAIN: Duration = Duration::from_millis(100);

/// How much is read at once. Bytes.
const PIECE: usize = 16 << 10;

/// How long the first line gets, which is the supervisor's. Bytes.
const LONGEST_REPORT: usize = 1 << 10;

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
    log: Arc<Log>,
    exit: watch::Receiver<Option<Exit>>,
}

/// What the supervisor says in its first line: the number of the program, or why it was not started.
pub(super) type Report = Result<u32, String>;

impl Process {
    /// Watches a supervisor. The report is ready when the program runs, or does not.
    pub(super) fn watch(
        mut supervisor: tokio::process::Child,
        handle: Handle,
        log: Arc<Log>,
        folder: Option<PrivateFolder>,
    ) -> (Self, oneshot::Receiver<Report>) {
        let (send_exit, exit) = watch::channel(None);
        let (send_report, report) = oneshot::channel();
        let errors = supervisor.stderr.take();
        let own_log = Arc::clone(&log);
        tokio::spawn(async move {
            let number = supervisor.id();
            let (leader, mut leaders) = oneshot::channel();
            let drain = async {
                let Some(mut errors) = errors else { return };
                let report = read_report(&mut errors).await;
                if let (Ok(program), Some(number)) = (&report, number) {
                    let _ = leader.send(Member::of(*program, number));
                }
                let _ = send_report.send(report);
                read(&mut errors, &own_log).await;
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
            if let Some(leader) = leaders.try_recv().ok().flatten().filter(|_| is_killed) {
                // The supervisor could not do it.
                leader.kill_group();
            }
            own_log.close();
            if let Some(folder) = folder {
                blocking::run(move || drop(folder)).await;
            }
            send_exit.send_replace(Some(status.map_or(Exit::UNKNOWN, Exit::from)));
        });
        (Self(Arc::new(Inner { handle, log, exit })), report)
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

    /// Ends it with all that descends from it. Close its stdin before: a program that ends then is not disturbed. Takes a
    /// second and a half at most; what can't be ended in that time is ended as soon as it can.
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

/// Ends a supervisor of which nobody wants to know anything.
pub(super) fn terminate(supervisor: &tokio::process::Child) {
    let pid = supervisor.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It has not been reaped, so that the number is still its own.
        let _ = rustix::process::kill_process(pid, Signal::TERM);
    }
}

async fn read(from: &mut (impl AsyncRead + Unpin), log: &Log) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        log.take(&piece[..length]);
    }
}

async fn read_report(from: &mut (impl AsyncRead + Unpin)) -> Report {
    let mut line = Vec::new();
    loop {
        match from.read_u8().await {
            Ok(b'\n') => break,
            Ok(byte) if line.len() < LONGEST_REPORT => line.push(byte),
            Ok(_) | Err(_) => return Err(String::new()),
        }
    }
    let line = String::from_utf8_lossy(&line);
    let report = line.strip_prefix(REPORT).unwrap_or_default();
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
