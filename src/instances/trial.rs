//! A disposable instance of a draft: started, tried stage by stage, and ended before that is answered; also where the
//! answer is not wanted any more. It knows no stored server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::discovering::lists;
use super::discovery::{Listing, Offer, withheld};
use super::live::Live;
use super::stage::{Stage, StageReport};
use super::starter::{Begun, Starter, Tools, end};
use crate::api::PeerName;
use crate::blocking;
use crate::model::Feature;
use crate::model::config::Config;
use crate::model::run_policy::Limits;

/// How long a server may take to list its tools.
const LISTING: Duration = Duration::from_secs(10);

/// What is tried.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The configuration, its secrets opened.
    pub config: Config,
    /// The command of a program, and the `PATH` of its own environment.
    pub command: Option<(String, Option<String>)>,
    /// What a program may use.
    pub limits: Limits,
    /// How long the start may take.
    pub start_timeout: Duration,
    /// How long the start and the list of tools may take together. Where nothing is said the list has its own time.
    pub listed_within: Option<Duration>,
    /// How long a call may take.
    pub call_timeout: Duration,
    /// Which tools may be called.
    pub offer: Offer,
}

/// A call that a test makes.
#[derive(Clone, Debug)]
pub struct TestCall {
    /// The name of the tool.
    pub tool: String,
    /// Its arguments, which are a JSON object.
    pub arguments: Bytes,
}

/// What a test has come to.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The stages, up to the first that failed.
    pub stages: Vec<StageReport>,
    /// How long it took. Milliseconds.
    pub ms: u64,
    /// The version of MCP that is spoken, and what the server calls itself, redacted.
    pub peer: Option<(String, PeerName)>,
    /// Its tools.
    pub tools: Option<Arc<Listing>>,
    /// Which of them may be called.
    pub offer: Offer,
    /// The result of the call.
    pub result: Option<Bytes>,
    /// The last lines that it wrote to stderr, redacted.
    pub stderr: String,
}

impl Tested {
    /// These stages, and nothing else.
    pub(super) fn of_stages(stages: Vec<StageReport>) -> Self {
        let (peer, tools, result) = (None, None, None);
        Self { stages, ms: 0, peer, tools, offer: Offer::default(), result, stderr: String::new() }
    }
}

/// Tries a draft. When this is ready nothing of the instance is left. `at_ms` is the time, in milliseconds of Unix time;
/// `given_up` is closed where the answer is not wanted any more.
pub(super) async fn tried(
    tools: Arc<Tools>,
    key: String,
    draft: Draft,
    call: Option<TestCall>,
    at_ms: i64,
    mut given_up: oneshot::Sender<()>,
) -> Tested {
    let mut begun = Begun::nothing();
    let mut tested = Tested { offer: draft.offer.clone(), ..Tested::of_stages(Vec::new()) };
    let mut session = None;
    tokio::select! {
        biased;
        () = given_up.closed() => {}
        () = steps(&tools, key, &draft, call, at_ms, &mut begun, &mut session, &mut tested) => {}
    }
    if let Some(live) = session {
        live.close().await;
    }
    let Begun { process, stages } = begun;
    tested.stderr = end(process).await;
    tested.stages = stages.into_reports();
    tested
}

#[expect(clippy::too_many_arguments, reason = "what has come so far is kept where this is given up")]
async fn steps(
    tools: &Arc<Tools>,
    key: String,
    draft: &Draft,
    call: Option<TestCall>,
    at_ms: i64,
    begun: &mut Begun,
    session: &mut Option<Arc<Live>>,
    tested: &mut Tested,
) {
    let began = Instant::now();
    let starter = Starter {
        tools: Arc::clone(tools),
        key,
        config: draft.config.clone(),
        located: tools.locate(draft.command.clone()).await,
        limits: draft.limits,
        known: None,
        start_timeout: draft.start_timeout,
    };
    let Ok(live) = starter.start(begun, |_| {}).await else { return };
    let live = session.insert(Arc::new(live));
    tested.peer = Some(live.peer());
    let deadline = draft.listed_within.map_or(Instant::now() + LISTING, |longest| began + longest);
    let listed = match lists(live, Feature::Tools, deadline).await {
        // What has no tools is asked whether it lives, as by a probe.
        Ok(lists) if !live.session.peer().has_tools => live.session.ping(deadline).await.map(|()| lists),
        listed => listed,
    };
    let listing = match listed.map_err(|fault| live.redacted(fault)) {
        Ok(lists) => {
            let redactor = Arc::clone(&live.redactor);
            let listing = blocking::run(move || Listing::new(at_ms, lists, &redactor)).await;
            begun.stages.passed(Stage::ListTools);
            Arc::clone(tested.tools.insert(Arc::new(listing)))
        }
        Err(fault) => {
            let fault = live.explained(fault).await;
            return begun.stages.add(Stage::ListTools, Some(fault));
        }
    };
    let Some(TestCall { tool, arguments }) = call else { return };
    if !draft.offer.admits(&tool, &listing) {
        return begun.stages.add(Stage::CallTool, Some(withheld()));
    }
    let (answered, outcome) = live.call(&tool, &arguments, Instant::now() + draft.call_timeout).await;
    tested.result = answered.ok();
    let fault = match outcome.fault {
        Some(fault) => Some(live.explained(fault).await),
        None => None,
    };
    begun.stages.add(Stage::CallTool, fault);
}
