//! OpenHands' own settings routes: `/api/settings`, and its servers under `/api/settings/mcp/{settings_key}`. Each
//! answer shows the whole settings; problems have the recorded server's texts where it has some
//! (OPENHANDS §5), because its clients read only those.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use crate::blocking;
use crate::json::{Json, Object, Pointer};
use crate::model::validate::Violation;
use crate::model::{ServerName, SettingsKey};
use crate::secrets::Exposure;
use crate::service::{Operation, ServiceError, Settled, Words, Write};

use super::endpoint::{Answer, Call};
use super::error_mapping::invalid_settings;
use super::mcp_servers::newest;
use super::paths::COLLECTION;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// `GET /api/settings`
pub(super) fn read(call: Call) -> Answer {
    Box::pin(async move {
        let projected = newest(&call).await?;
        let exposure = call.exposure;
        let body = blocking::run(move || projected.settings(exposure)).await;
        let body = body.map_err(|error| call.failed(error))?;
        let mut response = HttpResponse::Ok();
        if exposure != Exposure::Redacted {
            response.insert_header((header::CACHE_CONTROL, "no-store"));
        }
        Ok(response.content_type("application/json").body(body))
    })
}

/// `POST` of a server: creates it. Of all members `enabled` alone can't be null, as in the recorded server.
pub(super) fn create(call: Call) -> Answer {
    Box::pin(async move {
        if call.body.as_ref().and_then(|body| body.get("enabled")).is_some_and(Json::is_null) {
            let pointer = Pointer::root().member("enabled");
            return Err(invalid_settings(&[Violation { pointer, message: "must be true or false".into() }]));
        }
        update(call, Operation::Create).await
    })
}

/// `PATCH` of a server.
pub(super) fn patch(call: Call) -> Answer {
    Box::pin(async move { update(call, Operation::Merge).await })
}

/// `DELETE` of a server.
pub(super) fn delete(call: Call) -> Answer {
    Box::pin(async move {
        let write = write_of(&call)?;
        let settled = call.service().delete_in_settings(write).await;
        answer(&call, settled.map_err(|error| failed(&call, error))?)
    })
}

/// `GET` of the schemas of what is not ours.
pub(super) fn schema(_: Call) -> Answer {
    let detail = "The schemas of agent and conversation settings are the OpenHands agent-server's; this service does not have them.";
    Box::pin(async move { Err(Problem::new(ProblemKind::NotImplemented, detail)) })
}

async fn update(mut call: Call, operation: fn(Object) -> Operation) -> Result<HttpResponse, Problem> {
    let write = write_of(&call)?;
    let body = call.take_body()?;
    let settled = call.service().update_in_settings(write, operation(body).in_words(Words::OpenHands)).await;
    answer(&call, settled.map_err(|error| failed(&call, error))?)
}

/// Who writes to which server of any stored name, and under which condition.
pub(super) fn write_of(call: &Call) -> Result<Write, Problem> {
    let (precondition, caller) = (call.precondition.clone(), call.caller.clone());
    Ok(Write { key: key(call)?.clone(), precondition, caller })
}

fn key(call: &Call) -> Result<&SettingsKey, Problem> {
    call.key.as_ref().ok_or_else(|| Problem::of_ours(ProblemKind::Internal, "the route has no name"))
}

/// The settings as the write left them, with the tag of the server that it wrote.
fn answer(call: &Call, settled: Settled) -> Result<HttpResponse, Problem> {
    let Settled { written, shown, .. } = settled;
    call.trail.tags(written.before.as_ref(), written.after.as_ref());
    let body = shown.map_err(|error| call.failed(error))?;
    let status = if written.is_created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    if written.is_created
        && let Ok(name) = key(call)?.as_str().parse::<ServerName>()
    {
        response.insert_header((header::LOCATION, call.url(&format!("{}/{name}", COLLECTION))));
    }
    if let Some(tag) = &written.after {
        response.insert_header((header::ETAG, tag.as_str()));
    }
    Ok(response.content_type("application/json").body(body))
}

/// The problem that a failed use-case is here.
pub(super) fn failed(call: &Call, error: ServiceError) -> Problem {
    let key = call.key.as_ref().map_or("", SettingsKey::as_str);
    match error {
        ServiceError::NameTaken => {
            Problem::new(ProblemKind::NameTaken, format!("MCP server '{key}' already exists"))
        }
        ServiceError::UnknownServer => {
            Problem::new(ProblemKind::UnknownServer, format!("MCP server '{key}' was not found"))
        }
        ServiceError::Invalid(violations) => invalid_settings(&violations),
        error => call.failed(error),
    }
}
