//! One running session, and how it is used: probes and calls go the same way, so that both see the same faults (health
//! contract, D4). It does not know why it is used, and what follows from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{timeout, timeout_at};

use super::core::{Outcome, ProbePlan};
use super::process::Process;
use super::redaction::Redactor;
use super::session::{List, ListKind, PeerInfo, Session};
use super::{Fault, FaultKind};
use crate::api::PeerName;

/// How long the end of a session may take that is over HTTP.
const CLOSING: Duration = Duration::from_secs(1);

/// How long a program whose connection is over is given to say with which status it ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A session that is initialized, with the process behind it if there is one.
pub(super) struct Live {
    pub(super) session: Session,
    pub(super) process: Option<Process>,
    pub(super) redactor: Arc<Redactor>,
    in_flight: AtomicUsize,
    is_quiet: Notify,
}

/// A call that is in flight. It ends when this is dropped.
struct InFlight<'a>(&'a Live);

impl Live {
    pub(super) fn new(session: Session, process: Option<Process>, redactor: Arc<Redactor>) -> Self {
        let (in_flight, is_quiet) = (AtomicUsize::new(0), Notify::new());
        Self { session, process, redactor, in_flight, is_quiet }
    }

    /// Calls a tool: what it answered, and what was wrong with it. The arguments are JSON.
    pub(super) async fn call(
        &self,
        tool: &str,
        arguments: &[u8],
        deadline: Instant,
    ) -> (Result<Bytes, Fault>, Outcome) {
        let (began, _in_flight) = (Instant::now(), InFlight::begin(self));
        let (answered, fault) = match self.tool(tool, arguments, deadline).await {
            Ok((result, fault)) => (Ok(result), fault.map(|fault| self.redacted(fault))),
            Err(fault) => {
                let fault = self.redacted(fault);
                (Err(fault.clone()), Some(fault))
            }
        };
        (answered, Outcome { fault, ms: ms(began) })
    }

    /// Probes it as this plan says; with its tools, where they were listed for that. The answer comes by its deadline,
    /// whatever the server does (C5). It never reads what is known of them (F6).
    pub(super) async fn probe(&self, plan: &ProbePlan) -> (Outcome, Option<List>) {
        let began = Instant::now();
        let deadline = began + plan.timeout;
        let probed = match &plan.tool {
            Some(tool) => match self.tool(tool, plan.arguments.as_bytes(), deadline).await {
                Ok((_, None)) => Ok(None),
                Ok((_, Some(fault))) | Err(fault) => Err(fault),
            },
            None => self.is_alive(deadline).await,
        };
        let (list, fault) = match probed {
            Ok(list) => (list, None),
            Err(fault) => (None, Some(self.redacted(fault))),
        };
        (Outcome { fault, ms: ms(began) }, list)
    }

    /// The version of MCP that is spoken, and what the server calls itself, redacted.
    pub(super) fn peer(&self) -> (String, PeerName) {
        let PeerInfo { name, version, protocol_version, .. } = self.session.peer();
        let shown = |text: &Option<String>| self.redactor.shown(text.as_deref().unwrap_or_default());
        (protocol_version.clone(), PeerName { name: shown(name), version: shown(version) })
    }

    /// Ends the session, as far as that does not take long.
    pub(super) async fn close(&self) {
        timeout(CLOSING, self.session.close()).await.ok();
    }

    /// A fault that is the end of the program says with which status and words it ended.
    pub(super) async fn explained(&self, fault: Fault) -> Fault {
        match &self.process {
            Some(process) => last_words(process, fault).await,
            None => fault,
        }
    }

    /// A fault whose texts may be stored and shown.
    pub(super) fn redacted(&self, fault: Fault) -> Fault {
        redacted(fault, &self.redactor)
    }

    /// Waits until no call is in flight, at most for so long.
    pub(super) async fn quiet(&self, patience: Duration) {
        let end = Instant::now() + patience;
        while self.in_flight.load(Ordering::SeqCst) != 0 {
            if timeout_at(end.into(), self.is_quiet.notified()).await.is_err() {
                return;
            }
        }
    }

    /// One call of a tool; the second fault is what the tool itself says of its failure.
    async fn tool(
        &self,
        tool: &str,
        arguments: &[u8],
        deadline: Instant,
    ) -> Result<(Bytes, Option<Fault>), Fault> {
        let answer = in_time(deadline, self.session.call_tool(tool, arguments, deadline)).await?;
        let fault = answer.is_error.map(|words| FaultKind::ToolError.because(words));
        Ok((answer.result, fault))
    }

    /// The default probe (D1). One page of tools says as much as all of them; where it is the whole list, that is given.
    async fn is_alive(&self, deadline: Instant) -> Result<Option<List>, Fault> {
        let asked = async {
            match self.session.peer().has_tools {
                true => {
                    let (list, is_whole) = self.session.first_page(ListKind::Tools, deadline).await?;
                    Ok(is_whole.then_some(list))
                }
                false => self.session.ping(deadline).await.map(|()| None),
            }
        };
        in_time(deadline, asked).await
    }
}

impl<'a> InFlight<'a> {
    fn begin(live: &'a Live) -> Self {
        live.in_flight.fetch_add(1, Ordering::SeqCst);
        Self(live)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.0.is_quiet.notify_one();
    }
}

/// A fault whose texts may be stored and shown.
pub(super) fn redacted(fault: Fault, redactor: &Redactor) -> Fault {
    let Fault { kind, message, detail } = fault;
    let detail = detail.map(|detail| redactor.shown(&detail));
    Fault { kind, message: redactor.shown(&message), detail }
}

/// What comes of this by the deadline.
pub(super) async fn in_time<T>(
    deadline: Instant,
    asked: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let too_late = |_| Err(FaultKind::Timeout.because("there was no answer in time"));
    timeout_at(deadline.into(), asked).await.unwrap_or_else(too_late)
}

/// That a server is not there any more which was a moment ago.
pub(super) fn has_ended() -> Fault {
    FaultKind::Exited.because("the server has ended")
}

/// A program that ends closes its pipes first: with which status it ended says more than that.
pub(super) async fn last_words(process: &Process, fault: Fault) -> Fault {
    if !matches!(fault.kind, FaultKind::Exited | FaultKind::Connect) {
        return fault;
    }
    match timeout(LAST_WORDS, process.exited()).await {
        Ok(exit) => exited(process, &exit.to_string()),
        Err(_) => fault,
    }
}

/// With the last line that it wrote, which often says why.
pub(super) fn exited(process: &Process, exit: &str) -> Fault {
    let line = process.log().last_line();
    FaultKind::Exited.because(line.map_or_else(|| exit.to_owned(), |line| format!("{exit}: {line}")))
}

/// Since then. Milliseconds.
pub(super) fn ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
