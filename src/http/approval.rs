//! `/api/instances/{name}/approval`: what would be executed for a server, its approval, and the withdrawal of that.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use crate::json::{Json, Object, Pointer};
use crate::model::SettingsKey;
use crate::secrets::Exposure;

use super::endpoint::{Answer, Call, json_response};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// `GET`
pub(super) fn read(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move { show(&call, &name, call.exposure).await })
}

/// `POST` of the id that was shown.
pub(super) fn approve(call: Call, name: SettingsKey, body: Object) -> Answer {
    Box::pin(async move {
        let id = launch_id(&body)?;
        let approved = call.service().approve(&name, id, &call.caller).await;
        approved.map_err(|error| call.failed(error))?;
        call.app.instances.wake();
        show(&call, &name, Exposure::Redacted).await
    })
}

/// `DELETE`
pub(super) fn withdraw(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        let withdrawn = call.service().withdraw(&name).await;
        // Also where it could not be stored: what runs ends at once.
        call.app.instances.wake();
        withdrawn.map_err(|error| call.failed(error))?;
        Ok(HttpResponse::NoContent().finish())
    })
}

async fn show(call: &Call, name: &SettingsKey, exposure: Exposure) -> Result<HttpResponse, Problem> {
    let shown = call.service().approval(name, exposure).await.map_err(|error| call.failed(error))?;
    call.trail.tags(Some(&shown.etag), Some(&shown.etag));
    let mut response = json_response(&shown);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The one member that the body must have.
fn launch_id(body: &Object) -> Result<&str, Problem> {
    let at = Pointer::root().member("launch");
    let malformed = |pointer: &Pointer, message: &str| {
        Problem::new(ProblemKind::MalformedBody, r#"The body must be {"launch": "the id that was shown"}."#)
            .errors([(pointer, message.to_owned())])
    };
    if let Some(other) = body.names().find(|name| *name != "launch") {
        return Err(malformed(&Pointer::root().member(other), "the body has one member only, `launch`"));
    }
    match body.get("launch") {
        None => Err(malformed(&at, "the id is missing")),
        Some(id) => Json::as_str(id).ok_or_else(|| malformed(&at, "it must be a string")),
    }
}
