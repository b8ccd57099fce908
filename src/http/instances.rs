//! `/api/instances`: what runs, how healthy it is, and what can be done with it. A `GET` starts and calls nothing.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use bytes::Bytes;

use crate::api::{self, InstanceLog, ToolResult, raw_json, to_bytes};
use crate::instances::{CallError, Fault, FaultKind, LogLine, NoInstance, Refusal, Sight};
use crate::json::{Json, Object, to_compact};
use crate::metrics::StreamKind;
use crate::model::SettingsKey;
use crate::secrets::Scope;
use crate::service::ServiceError;
use crate::service::access::Caller;

use super::authentication::require;
use super::body::OnlyMember;
use super::endpoint::{Answer, Call, momentary_response};
use super::error_mapping::RETRY_AFTER;
use super::event_stream::text_stream;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// `GET` of all.
pub(super) fn list(call: Call) -> Answer {
    Box::pin(async move {
        let list = call.app.instances.list(sight(&call.caller)).await.map_err(|error| call.failed(error))?;
        Ok(momentary_response(&list))
    })
}

/// `GET` of one.
pub(super) fn read(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move { current(&call, &name).await })
}

/// `GET` of the one that has the name of a route.
pub(super) fn read_called_test(call: Call) -> Answer {
    Box::pin(async move { current(&call, &SettingsKey::new("test")).await })
}

/// `POST …/probe`: probes what runs, and answers what came of it.
pub(super) fn probe(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        exists(&call, &name).await?;
        let probed = call.app.instances.probe(&name, sight(&call.caller)).await;
        Ok(momentary_response(&probed.map_err(|error| no_instance(&error, &call.caller))?))
    })
}

/// `POST …/restart`: the next attempt is made now, and what runs is started again.
pub(super) fn restart(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        exists(&call, &name).await?;
        let asked = call.app.instances.restart(&name);
        asked.map_err(|error| no_instance(&error, &call.caller))?;
        current(&call, &name).await
    })
}

/// `GET …/log`: what its program writes to stderr; with `follow=true` as it comes.
pub(super) fn log(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        let caller = &call.caller;
        if !caller.scopes.allow(Scope::Reveal) {
            require(caller, Scope::Run)?;
        }
        exists(&call, &name).await?;
        let log = call.app.instances.log(&name);
        if !call.query.is_following {
            let lines = log.map(|log| log.lines()).unwrap_or_default().iter().map(line).collect();
            return Ok(momentary_response(&InstanceLog { lines }));
        }
        let (app, caller) = (call.app.clone(), caller.clone());
        let goes_on = move || app.authentication.is_current(&caller);
        let mut lines = log.map(|log| log.follow());
        let open = (call.method != Method::HEAD).then(|| call.app.metrics.requests.stream(StreamKind::Log));
        let next = async move || {
            // It is open until the reader is gone.
            let _ = &open;
            let text = to_bytes(&line(&lines.as_mut()?.next().await?));
            Some(Bytes::from([b"event: line\ndata: ", &*text, b"\n\n"].concat()))
        };
        match call.method {
            Method::HEAD => Ok(text_stream(Bytes::new(), async || None, || false)),
            _ => Ok(text_stream(Bytes::from_static(b": log\n\n"), next, goes_on)),
        }
    })
}

/// `POST …/tools/{tool}/call`: the result as it came.
pub(super) fn call_tool(call: Call, name: SettingsKey, tool: String, body: Object) -> Answer {
    Box::pin(async move {
        let arguments = arguments(&body)?;
        exists(&call, &name).await?;
        // A call whose client has gone is cancelled.
        call.while_awaited(called(&call, &name, tool, arguments)).await
    })
}

async fn called(
    call: &Call,
    name: &SettingsKey,
    tool: String,
    arguments: Bytes,
) -> Result<HttpResponse, Problem> {
    let answered = call.app.instances.call(name, tool, arguments).await;
    let (result, ms) = answered.map_err(|error| match error {
        CallError::NoInstance(error) => no_instance(&error, &call.caller),
        CallError::Failed(fault) => failed(&fault, &call.caller),
    })?;
    let not_json = || failed(&FaultKind::Protocol.because("the result is not JSON"), &call.caller);
    Ok(momentary_response(&ToolResult { result: raw_json(&result).ok_or_else(not_json)?, ms }))
}

async fn current(call: &Call, name: &SettingsKey) -> Result<HttpResponse, Problem> {
    let instance = call.app.instances.get(name, sight(&call.caller)).await;
    Ok(momentary_response(&instance.map_err(|error| call.failed(error))?))
}

/// Whether there is such a server.
pub(super) async fn exists(call: &Call, name: &SettingsKey) -> Result<(), Problem> {
    let model = call.service().newest().await.map_err(|error| call.failed(error))?;
    model.item(name).map(drop).ok_or_else(|| call.failed(ServiceError::UnknownServer))
}

const ARGUMENTS: OnlyMember = OnlyMember { name: "arguments", form: r#"{"arguments": {…}}"# };

/// As JSON; an empty body calls without any.
fn arguments(body: &Object) -> Result<Bytes, Problem> {
    match ARGUMENTS.of(body)? {
        None => Ok(Bytes::from_static(b"{}")),
        Some(arguments @ Json::Object(_)) => Ok(to_compact(arguments).into()),
        Some(_) => Err(ARGUMENTS.wrong("it must be an object")),
    }
}

fn line(line: &LogLine) -> api::LogLine {
    let since = line.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    api::LogLine { at_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX), text: line.text.to_string() }
}

/// What this caller is shown.
pub(super) fn sight(caller: &Caller) -> Sight {
    let (runs, reveals) = (caller.scopes.allow(Scope::Run), caller.scopes.allow(Scope::Reveal));
    Sight { details: runs, output: runs || reveals }
}

pub(super) fn no_instance(error: &NoInstance, caller: &Caller) -> Problem {
    match error {
        NoInstance::NotRunner => Problem::new(
            ProblemKind::NotTheRunner,
            "Another service on these settings runs the servers, or this one is not ready for that yet. Ask that one, or try again.",
        )
        .header(header::RETRY_AFTER, RETRY_AFTER),
        NoInstance::Starting => Problem::new(
            ProblemKind::InstanceStarting,
            "The server is still being started, and the start goes on. Try again.",
        )
        .header(header::RETRY_AFTER, RETRY_AFTER),
        NoInstance::ToolNotAllowed => {
            Problem::new(ProblemKind::ToolNotAllowed, "The run policy of the server does not allow this tool.")
        }
        NoInstance::ToolHeldBack => Problem::new(
            ProblemKind::ToolNotAllowed,
            "The tool is not as it was accepted, and the run policy of the server pins its tools. Look at the tools, and accept them.",
        ),
        NoInstance::TooOften => {
            Problem::new(ProblemKind::TooOften, "This was asked of the server less than a second ago. Try again.")
                .header(header::RETRY_AFTER, RETRY_AFTER)
        }
        NoInstance::Refused(refusal) => refused(refusal, caller),
    }
}

fn refused(refusal: &Refusal, caller: &Caller) -> Problem {
    let not_runnable = |detail| Problem::new(ProblemKind::NotRunnable, detail);
    match refusal {
        Refusal::Gone => Problem::new(ProblemKind::UnknownServer, "The server is gone."),
        Refusal::Disabled => not_runnable("The configuration says that the server is not enabled."),
        Refusal::Unapproved(reason) => {
            let detail = format!("What the server would start is not approved (`{}`).", reason.as_str());
            Problem::new(ProblemKind::NotRunnable, detail)
        }
        Refusal::Unusable(fault) => {
            not_runnable("The configuration of the server can't be used.").with(|body| {
                body.fault = Some(sight(caller).fault(fault));
            })
        }
        Refusal::Failed(fault, next) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            let left = next.unix_ms.saturating_sub(i64::try_from(now).unwrap_or(i64::MAX));
            // Rounded up, so that it is time then.
            let seconds = u64::try_from(left).unwrap_or(0).div_ceil(1_000).max(1);
            Problem::new(
                ProblemKind::InstanceFailed,
                "The last attempt to start the server failed, and the next is not made yet. `fault` says what was wrong.",
            )
            .header(header::RETRY_AFTER, seconds.to_string())
            .with(|body| body.fault = Some(sight(caller).fault(fault)))
        }
        Refusal::NotRunning => {
            Problem::new(ProblemKind::NotRunning, "The server does not run, and this does not start it.")
        }
        Refusal::Stopping => Problem::new(ProblemKind::NotTheRunner, "The service is stopping.")
            .header(header::RETRY_AFTER, RETRY_AFTER),
    }
}

/// The server did not answer as it should.
pub(super) fn failed(fault: &Fault, caller: &Caller) -> Problem {
    let problem = Problem::new(
        ProblemKind::ServerFault,
        "The MCP server did not answer as it should. `fault` says what was wrong.",
    )
    .with(|body| body.fault = Some(sight(caller).fault(fault)));
    match fault.kind {
        FaultKind::Timeout => problem.status(StatusCode::GATEWAY_TIMEOUT),
        _ => problem,
    }
}
