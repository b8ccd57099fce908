//! Whether the service is alive and ready, and what it is.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::json::{Json, Object, to_compact};
use crate::service::Degradation;

use super::endpoint::{Answer, Call};
use super::error_mapping::store_problem;

/// The version of the OpenHands surface that we speak: its clients refuse older ones
/// (OPENHANDS §6).
const OPENHANDS_VERSION: &str = "1.58.0";

/// `GET /health` and `/alive`: touches nothing, so that it answers while the store waits.
pub(super) fn health(_: Call) -> Answer {
    Box::pin(async { Ok(status("ok")) })
}

/// `GET /ready`: whether the store can be read, and what is amiss where it can.
pub(super) fn ready(call: Call) -> Answer {
    Box::pin(async move {
        let reasons = call.service().readiness().await.map_err(|error| store_problem(&error, true))?;
        if reasons.is_empty() {
            return Ok(status("ready"));
        }
        let reason = |reason: &Degradation| {
            let members = [("code", reason.code().into()), ("detail", reason.detail())];
            Json::from(members.map(|(name, text)| (name, Json::string(text))).into_iter().collect::<Object>())
        };
        let reasons = Json::Array(reasons.iter().map(reason).collect());
        let members = [("status", Json::string("degraded")), ("reasons", reasons)];
        Ok(json(members.into_iter().collect()))
    })
}

/// `GET /server_info`
pub(super) fn info(_: Call) -> Answer {
    Box::pin(async {
        let own: Object = [("version", Json::string(env!("CARGO_PKG_VERSION")))].into_iter().collect();
        let info = [("version", Json::string(OPENHANDS_VERSION)), ("mcp_settings", own.into())];
        Ok(json(info.into_iter().collect()))
    })
}

fn status(word: &str) -> HttpResponse {
    json([("status", Json::string(word))].into_iter().collect())
}

fn json(object: Object) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(to_compact(&object.into()))
}
