//! `POST /api/instances/test`, and OpenHands' `POST /api/mcp/test`: whether a server works, stage by stage. It is answered
//! when nothing is left that the test started.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::api::{TestResult, TestStage, raw_json};
use crate::instances::{Draft, FaultKind, Listing, Offer, Stage, StageReport, TestCall, Tested, hint};
use crate::json::{Json, Object, Pointer, to_compact};
use crate::model::SettingsKey;
use crate::secrets::Scope;
use crate::service::{Operation, ServerWrite, ServiceError, Words};

use super::authentication::require;
use super::endpoint::{Answer, Call, momentary_response};
use super::instances::{exists, no_instance, sight};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// How many tests one caller may have at once.
const OWN: usize = 2;

/// How many there are at once in all.
const ALL: usize = 8;

/// How long a draft may take to start where nothing is said. Seconds.
const START: f64 = 60.0;

/// The longest that may be said. Seconds.
const LONGEST: f64 = 300.0;

/// As long as OpenHands' own takes where nothing is said, and at most. Seconds.
const THEIRS: (f64, f64) = (15.0, 120.0);

/// What is said of a server that works and has no tools, and what to do.
const BARE: (&str, &str) = (
    "the server has no tools",
    "It works, but offers nothing to call. Check its arguments and credentials where you expect tools.",
);

/// The same of one that works, and whose whole list could not be read.
const UNLISTED: (&str, &str) = (
    "the server answers, but its whole list of tools could not be read",
    "Look at the tools of the server: what was wrong with the list is said there.",
);

/// The tests that are under way, by caller.
#[derive(Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<Arc<str>, usize>>>);

/// One test that is under way, until this is dropped.
struct Seat {
    seats: Arc<Mutex<HashMap<Arc<str>, usize>>>,
    caller: Arc<str>,
}

impl Seats {
    fn take(&self, caller: &Arc<str>) -> Result<Seat, Problem> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.entry(Arc::clone(caller)).or_default();
        if OWN <= *own || ALL <= all {
            return Err(Problem::new(
                ProblemKind::TooManyTests,
                "Too many tests are under way. Try again when one of them is answered.",
            )
            .header(actix_web::http::header::RETRY_AFTER, super::error_mapping::RETRY_AFTER));
        }
        *own += 1;
        Ok(Seat { seats: Arc::clone(&self.0), caller: Arc::clone(caller) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.caller) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.caller);
            }
        }
    }
}

/// `POST /api/instances/test`
pub(super) fn test(call: Call, body: Object) -> Answer {
    Box::pin(async move {
        admit(&call)?;
        let asked = Asked::read(&body)?;
        let answer = async { Ok(momentary_response(&result(&call, asked.run(&call).await?))) };
        call.while_awaited(answer).await
    })
}

/// `POST /api/mcp/test`, in the words of OpenHands.
pub(super) fn test_theirs(call: Call, body: Object) -> Answer {
    Box::pin(async move {
        admit(&call)?;
        let asked = Asked::read_theirs(&body)?;
        let answer = async { Ok(momentary_response(&theirs(asked.run(&call).await?))) };
        call.while_awaited(answer).await
    })
}

/// OpenHands' routes for OAuth in a test.
pub(super) fn oauth(_: Call) -> Answer {
    let detail = "A person signs in to an MCP server through the OpenHands agent-server; this service keeps what that obtains, and obtains nothing itself.";
    Box::pin(async move { Err(Problem::new(ProblemKind::NotImplemented, detail)) })
}

fn admit(call: &Call) -> Result<(), Problem> {
    match call.caller.scopes.allow(Scope::Run) {
        true => Ok(()),
        false => require(&call.caller, Scope::Write),
    }
}

/// What a test is asked for.
struct Asked {
    subject: Subject,
    call: Option<TestCall>,
    times: Times,
}

/// How long a draft may take.
#[derive(Clone, Copy)]
struct Times {
    /// To start, and to answer a call.
    each: Duration,
    /// To start and to list its tools, where that is bounded together.
    listed: Option<Duration>,
}

/// What is to be tested.
enum Subject {
    /// The stored server of this name.
    Stored(SettingsKey),
    /// What this write would leave, of this name if one is given.
    Draft(Option<SettingsKey>, ServerWrite),
}

impl Asked {
    fn read(body: &Object) -> Result<Self, Problem> {
        let reader = Reader(
            "`name` of a stored server, `config` to be tried, or both; beside them `call_tool` and `timeout_seconds`",
        );
        reader.only(body, &Pointer::root(), &["name", "config", "call_tool", "timeout_seconds"])?;
        let subject = match (reader.name(body)?, body.get("config")) {
            (name, Some(Json::Object(config))) => Subject::Draft(name, ServerWrite::replace(config.clone())),
            (Some(name), None | Some(Json::Null)) => Subject::Stored(name),
            (None, None | Some(Json::Null)) => {
                return Err(reader.wrong("", "it names no server, and has no configuration"));
            }
            _ => return Err(reader.wrong("/config", "it must be an object")),
        };
        let call = reader.call(body, "call_tool")?;
        let each = reader.seconds(body, "timeout_seconds", START, LONGEST)?;
        Ok(Self { subject, call, times: Times { each, listed: None } })
    }

    fn read_theirs(body: &Object) -> Result<Self, Problem> {
        let reader = Reader(
            "`server`, a configuration in the words of OpenHands; beside it `name`, `timeout` and `tool_call`",
        );
        reader.only(body, &Pointer::root(), &["name", "server", "timeout", "tool_call"])?;
        let name = reader.name(body)?;
        let server = match body.get("server") {
            Some(Json::Object(server)) => without_type(server),
            _ => return Err(reader.wrong("/server", "it must be an object")),
        };
        let subject = Subject::Draft(name, Operation::Replace(server).in_words(Words::OpenHands));
        let call = reader.call(body, "tool_call")?;
        let each = reader.seconds(body, "timeout", THEIRS.0, THEIRS.1)?;
        Ok(Self { subject, call, times: Times { each, listed: Some(each) } })
    }

    async fn run(self, call: &Call) -> Result<Tested, Problem> {
        let Self { subject, call: test_call, times } = self;
        let name = match &subject {
            Subject::Stored(name) => Some(name),
            Subject::Draft(name, _) => name.as_ref(),
        };
        if let Some(name) = name {
            call.trail.server(name);
        }
        if test_call.is_some() {
            require(&call.caller, Scope::Use)?;
        }
        match subject {
            Subject::Stored(name) => test_stored(call, &name, test_call).await,
            Subject::Draft(name, write) => test_draft(call, name, write, test_call, times).await,
        }
    }
}

async fn test_stored(
    call: &Call,
    name: &SettingsKey,
    test_call: Option<TestCall>,
) -> Result<Tested, Problem> {
    exists(call, name).await?;
    let _seat = call.app.tests.take(&call.caller.name)?;
    let may_run = call.caller.scopes.allow(Scope::Run);
    match call.app.instances.test(name, test_call, may_run).await {
        Ok(Some(tested)) => Ok(tested),
        Ok(None) => Err(call.failed(ServiceError::ScopeNeeded(Scope::Run))),
        Err(error) => Err(no_instance(&error, &call.caller)),
    }
}

async fn test_draft(
    call: &Call,
    name: Option<SettingsKey>,
    write: ServerWrite,
    test_call: Option<TestCall>,
    times: Times,
) -> Result<Tested, Problem> {
    let policy = name.as_ref().map(|name| call.service().policy_now(name)).unwrap_or_default();
    let draft = call.service().draft(name.clone(), write, call.caller.clone()).await;
    let draft = draft.map_err(|error| call.failed(error))?;
    if draft.needs_run {
        require(&call.caller, Scope::Run)?;
    }
    let seat = call.app.tests.take(&call.caller.name)?;
    let draft = Draft {
        config: draft.config,
        command: draft.command,
        limits: policy.limits,
        start_timeout: times.each,
        listed_within: times.listed,
        call_timeout: times.each,
        offer: name.as_ref().map(|name| call.app.instances.offer(name)).unwrap_or_default(),
    };
    let tested = call.app.instances.try_draft(draft, test_call, seat).await;
    tested.map_err(|error| no_instance(&error, &call.caller))
}

/// OpenHands' tests say the transport as `type`, too, and know kinds of it that its settings do not.
fn without_type(server: &Object) -> Object {
    let mut server = server.clone();
    if let Some(kind) = server.remove("type") {
        // Their older word for the same.
        let kind = if kind.as_str() == Some("shttp") { Json::string("http") } else { kind };
        server.insert("transport", kind);
    }
    server
}

/// Reads the members of a body; the text says what the body must be.
struct Reader(&'static str);

impl Reader {
    fn only(&self, object: &Object, at: &Pointer, names: &[&str]) -> Result<(), Problem> {
        match object.names().find(|name| !names.contains(name)) {
            Some(other) => Err(self.at(&at.member(other), "it is not known here")),
            None => Ok(()),
        }
    }

    fn name(&self, body: &Object) -> Result<Option<SettingsKey>, Problem> {
        match body.get("name") {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(name)) if !name.as_str().is_empty() => {
                Ok(Some(SettingsKey::new(name.as_str())))
            }
            Some(_) => Err(self.wrong("/name", "it must be a name")),
        }
    }

    fn call(&self, body: &Object, member: &str) -> Result<Option<TestCall>, Problem> {
        let at = Pointer::root().member(member);
        let call = match body.get(member) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::Object(call)) => call,
            Some(_) => return Err(self.at(&at, "it must be an object")),
        };
        self.only(call, &at, &["name", "arguments"])?;
        let tool = call.get("name").and_then(Json::as_str).filter(|name| !name.is_empty());
        let tool = tool.ok_or_else(|| self.at(&at.member("name"), "it must be the name of a tool"))?;
        let arguments = match call.get("arguments") {
            None | Some(Json::Null) => Bytes::from_static(b"{}"),
            Some(arguments @ Json::Object(_)) => to_compact(arguments).into(),
            Some(_) => return Err(self.at(&at.member("arguments"), "it must be an object")),
        };
        Ok(Some(TestCall { tool: tool.to_owned(), arguments }))
    }

    fn seconds(&self, body: &Object, member: &str, usual: f64, most: f64) -> Result<Duration, Problem> {
        let seconds = match body.get(member) {
            None | Some(Json::Null) => usual,
            Some(Json::Number(number)) => number.as_f64(),
            Some(_) => f64::NAN,
        };
        if 0.0 < seconds && seconds <= most {
            return Ok(Duration::from_secs_f64(seconds));
        }
        let message = format!("it must be a number above 0 and at most {most}");
        Err(self.at(&Pointer::root().member(member), &message))
    }

    fn wrong(&self, pointer: &str, message: &str) -> Problem {
        self.at(&Pointer::parse(pointer).unwrap_or_else(|_| Pointer::root()), message)
    }

    fn at(&self, pointer: &Pointer, message: &str) -> Problem {
        Problem::new(ProblemKind::MalformedBody, format!("The body must have {}.", self.0))
            .errors([(pointer, message.to_owned())])
    }
}

fn result(call: &Call, tested: Tested) -> TestResult {
    let sight = sight(&call.caller);
    let Tested { stages, ms, peer, tools, offer, result, stderr } = tested;
    let (protocol_version, server) = peer.unzip();
    let has_no_tools = tools.as_ref().is_some_and(|tools| tools.entries.is_empty());
    // A probe reads one page, which is enough to say that the server works.
    let has_more = tools.is_none();
    let stage = |StageReport { stage, ms, fault }: StageReport| {
        let note = match &fault {
            None if stage == Stage::ListTools && has_no_tools => Some(BARE),
            None if stage == Stage::ListTools && has_more => Some(UNLISTED),
            _ => None,
        };
        let (kind, message, detail) = match fault.as_ref().map(|fault| sight.fault(fault)) {
            Some(fault) => (Some(fault.kind), Some(fault.message), fault.detail),
            None => (None, note.map(|(message, _)| message.to_owned()), None),
        };
        let hint = match kind {
            Some(kind) => Some(hint(stage, kind).to_owned()),
            None => note.map(|(_, hint)| hint.to_owned()),
        };
        TestStage { stage, ok: kind.is_none(), ms, kind, message, detail, hint }
    };
    let stages: Vec<TestStage> = stages.into_iter().map(stage).collect();
    TestResult {
        ok: stages.iter().all(|stage| stage.ok),
        ms,
        stages,
        server,
        protocol_version,
        tools: tools.map(|tools| offer.tools(&tools)),
        result: result.as_deref().and_then(raw_json),
        stderr: sight.output.then_some(stderr),
    }
}

/// What OpenHands answers to a test.
#[derive(Serialize)]
struct Theirs {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_result: Option<TheirToolResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_kind: Option<&'static str>,
}

#[derive(Serialize)]
struct TheirToolResult {
    is_error: bool,
    text: String,
}

/// A call that fails does not change `ok` (contract §5.4).
fn theirs(tested: Tested) -> Theirs {
    let Tested { stages, tools, result, .. } = tested;
    let failed = stages.iter().find_map(|own| Some((own.stage, own.fault.as_ref()?)));
    if let Some((_, fault)) = failed.filter(|(stage, _)| *stage != Stage::CallTool) {
        let error_kind = match fault.kind {
            FaultKind::Timeout => "timeout",
            FaultKind::Connect
            | FaultKind::Spawn
            | FaultKind::Exited
            | FaultKind::Auth
            | FaultKind::HttpStatus => "connection",
            _ => "unknown",
        };
        let (error, error_kind) = (Some(fault.message.clone()), Some(error_kind));
        return Theirs { ok: false, tools: None, tool_result: None, error, error_kind };
    }
    let names =
        |tools: Arc<Listing>| Offer::default().tools(&tools).into_iter().map(|tool| tool.name).collect();
    let called = stages.iter().find(|own| own.stage == Stage::CallTool);
    let tool_result = called.map(|own| TheirToolResult {
        is_error: own.fault.is_some(),
        text: match (result.as_deref().and_then(text), &own.fault) {
            (Some(text), _) => text,
            (None, Some(fault)) => fault.message.clone(),
            (None, None) => String::new(),
        },
    });
    Theirs {
        ok: true,
        tools: Some(tools.map(names).unwrap_or_default()),
        tool_result,
        error: None,
        error_kind: None,
    }
}

/// The texts of a result, one after the other.
fn text(result: &[u8]) -> Option<String> {
    let result: serde_json::Value = serde_json::from_slice(result).ok()?;
    let blocks = result.get("content")?.as_array()?;
    Some(blocks.iter().filter_map(|block| block.get("text")?.as_str()).collect())
}
