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
use crate::service::{Operation, ServiceError, Settled, Words};

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
pub(super) fn create(call: Call, key: SettingsKey, body: Object) -> Answer {
    Box::pin(async move {
        if body.get("enabled").is_some_and(Json::is_null) {
            let pointer = Pointer::root().member("enabled");
            return Err(invalid_settings(&[Violation { pointer, message: "must be true or false".into() }]));
        }
        update(call, key, Operation::Create(body)).await
    })
}

/// `PATCH` of a server.
pub(super) fn patch(call: Call, key: SettingsKey, body: Object) -> Answer {
    Box::pin(update(call, key, Operation::Merge(body)))
}

/// `DELETE` of a server.
pub(super) fn delete(call: Call, key: SettingsKey) -> Answer {
    Box::pin(async move {
        let settled = call.service().delete_in_settings(call.write(key.clone())).await;
        answer(&call, &key, settled.map_err(|error| failed(&call, error))?)
    })
}

/// `GET` of the schemas of what is not ours.
pub(super) fn schema(_: Call) -> Answer {
    let detail = "The schemas of agent and conversation settings are the OpenHands agent-server's; this service does not have them.";
    Box::pin(async move { Err(Problem::new(ProblemKind::NotImplemented, detail)) })
}

async fn update(call: Call, key: SettingsKey, operation: Operation) -> Result<HttpResponse, Problem> {
    let (write, body) = (call.write(key.clone()), operation.in_words(Words::OpenHands));
    let settled = call.service().update_in_settings(write, body).await;
    answer(&call, &key, settled.map_err(|error| failed(&call, error))?)
}

/// The settings as the write left them, with the tag of the server that it wrote.
fn answer(call: &Call, key: &SettingsKey, settled: Settled) -> Result<HttpResponse, Problem> {
    let Settled { written, shown, .. } = settled;
    call.trail.tags(written.before.as_ref(), written.after.as_ref());
    let body = shown.map_err(|error| call.failed(error))?;
    let status = if written.is_created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    if written.is_created
        && let Ok(name) = key.as_str().parse::<ServerName>()
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
    let key = call.subject();
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
