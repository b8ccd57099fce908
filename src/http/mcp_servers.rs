//! `/api/settings/mcp-servers/{name}`: one server.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;

use crate::json::Object;
use crate::model::ServerName;
use crate::projection::{EntityTag, Verdict};
use crate::secrets::Exposure;
use crate::service::{Conflict, ReadModel, ServerWrite, ServiceError};

use super::endpoint::{Answer, Call};
use super::problem::Problem;
use super::write_response::{self, Place};

/// `GET` and `HEAD` of a server.
pub(super) fn read(call: Call, name: ServerName) -> Answer {
    Box::pin(async move {
        let projected = newest(&call).await?;
        if !projected.has_collection() {
            return Err(call.failed(ServiceError::NoMcpServers));
        }
        let key = name.key();
        let item = projected.item(key).ok_or_else(|| call.failed(ServiceError::UnknownServer))?;
        call.trail.tags(Some(item.tag()), Some(item.tag()));
        read_answer(&call, item.tag(), || match call.exposure {
            Exposure::Redacted => item.redacted().cloned(),
            Exposure::Named => projected.named(key, call.service().plain_names()),
            exposure => projected.exposed(key, exposure),
        })
    })
}

/// `PUT` of a server.
pub(super) fn replace(call: Call, name: ServerName, body: Object) -> Answer {
    Box::pin(update(call, name, ServerWrite::replace(body)))
}

/// `PATCH` of a server.
pub(super) fn patch(call: Call, name: ServerName, patch: ServerWrite) -> Answer {
    Box::pin(update(call, name, patch))
}

/// `DELETE` of a server.
pub(super) fn delete(call: Call, name: ServerName) -> Answer {
    Box::pin(async move {
        let write = call.write(name.key().clone());
        let done = match call.query.is_dry_run {
            true => call.service().try_delete(write).await,
            false => call.service().delete(write).await,
        };
        call.note(&done.map_err(|error| call.failed(error))?);
        Ok(HttpResponse::NoContent().finish())
    })
}

async fn update(call: Call, name: ServerName, body: ServerWrite) -> Result<HttpResponse, Problem> {
    let write = call.write(name.key().clone());
    let done = match call.query.is_dry_run {
        true => call.service().try_update(write, body).await,
        false => call.service().update(write, body).await,
    };
    let done = done.map_err(|error| call.failed(error))?;
    call.note(&done);
    Ok(write_response::answer(&call, done, &name, Place::Own))
}

/// The newest state.
pub(super) async fn newest(call: &Call) -> Result<Arc<ReadModel>, Problem> {
    call.service().newest().await.map_err(|error| call.failed(error))
}

/// Answers a read under its conditions (RFC 9110 §13.2.2). Only the redacted view is answered 304: the
/// tag is the same for all views, so a client that holds one may ask for another.
pub(super) fn read_answer(
    call: &Call,
    tag: &EntityTag,
    body: impl FnOnce() -> Result<Bytes, ServiceError>,
) -> Result<HttpResponse, Problem> {
    let tagged = |mut response: HttpResponseBuilder| {
        response.insert_header((header::ETAG, tag.as_str()));
        response
    };
    match call.precondition.judge(Some(tag)) {
        Verdict::Holds => {}
        Verdict::IfNoneMatchFailed | Verdict::IfNoneMatchAnyFailed if call.exposure == Exposure::Redacted => {
            return Ok(tagged(HttpResponse::NotModified()).finish());
        }
        Verdict::IfNoneMatchFailed | Verdict::IfNoneMatchAnyFailed => {}
        verdict @ (Verdict::IfMatchFailed | Verdict::IfMatchAnyFailed) => {
            let conflict = Conflict { verdict, current_tag: Some(tag.clone()), current: None, changed: None };
            return Err(call.failed(ServiceError::PreconditionFailed(Box::new(conflict))));
        }
    }
    let body = body().map_err(|error| call.failed(error))?;
    let mut response = tagged(HttpResponse::Ok());
    if call.exposure.reveals() {
        response.insert_header((header::CACHE_CONTROL, "no-store"));
    }
    Ok(response.content_type("application/json").body(body))
}
