//! `/api/instances/{name}/policy`: how a server is to be run.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::api::{PolicySource, RunPolicyAnswer, StoredConfig, to_bytes};
use crate::json::Object;
use crate::model::SettingsKey;
use crate::projection::Verdict;
use crate::service::{PolicyState, PolicyWrite, ServiceError};

use super::endpoint::{Answer, Call};
use super::problem::Problem;

/// `GET`
pub(super) fn read(call: Call, name: SettingsKey) -> Answer {
    Box::pin(async move {
        let state = call.service().policy(&name).await.map_err(|error| call.failed(error))?;
        match call.precondition.judge(Some(&state.etag)) {
            Verdict::Holds => Ok(shown(&name, &state)),
            Verdict::IfNoneMatchFailed | Verdict::IfNoneMatchAnyFailed => {
                Ok(tagged(HttpResponse::NotModified(), &state).finish())
            }
            verdict => Err(call.failed(ServiceError::PolicyPreconditionFailed(verdict, state.etag))),
        }
    })
}

/// `PUT`
pub(super) fn replace(call: Call, name: SettingsKey, body: Object) -> Answer {
    Box::pin(write(call, name, PolicyWrite::Replace(body)))
}

/// `PATCH`
pub(super) fn patch(call: Call, name: SettingsKey, body: Object) -> Answer {
    Box::pin(write(call, name, PolicyWrite::Merge(body)))
}

/// `DELETE`
pub(super) fn delete(call: Call, name: SettingsKey) -> Answer {
    Box::pin(write(call, name, PolicyWrite::Remove))
}

async fn write(call: Call, name: SettingsKey, write: PolicyWrite) -> Result<HttpResponse, Problem> {
    let written = call.service().write_policy(&name, &write, &call.precondition, &call.caller).await;
    let state = written.map_err(|error| call.failed(error))?;
    call.trail.tags(None, Some(&state.etag));
    Ok(match write {
        PolicyWrite::Remove => HttpResponse::NoContent().finish(),
        PolicyWrite::Replace(_) | PolicyWrite::Merge(_) => shown(&name, &state),
    })
}

fn tagged(mut response: HttpResponseBuilder, state: &PolicyState) -> HttpResponseBuilder {
    response.insert_header((header::ETAG, state.etag.as_str()));
    response
}

fn shown(name: &SettingsKey, state: &PolicyState) -> HttpResponse {
    let answer = RunPolicyAnswer {
        name: name.as_str().to_owned(),
        policy: StoredConfig::new(&state.policy.to_json().into()),
        source: if state.is_default { PolicySource::Default } else { PolicySource::Policy },
        etag: state.etag.clone(),
    };
    tagged(HttpResponse::Ok(), state).content_type("application/json").body(to_bytes(&answer))
}
