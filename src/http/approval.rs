//! `/api/instances/{name}/approval`: what would be executed for a server, its approval, and the withdrawal of that.

use actix_web::HttpResponse;

use crate::json::Object;
use crate::model::SettingsKey;
use crate::secrets::Exposure;

use super::body::OnlyMember;
use super::endpoint::{Answer, Call, momentary_response};
use super::problem::Problem;

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
    Ok(momentary_response(&shown))
}

const LAUNCH: OnlyMember = OnlyMember { name: "launch", form: r#"{"launch": "the id that was shown"}"# };

fn launch_id(body: &Object) -> Result<&str, Problem> {
    let id = LAUNCH.of(body)?.ok_or_else(|| LAUNCH.wrong("the id is missing"))?;
    id.as_str().ok_or_else(|| LAUNCH.wrong("it must be a string"))
}
