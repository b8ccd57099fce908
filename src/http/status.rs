//! Whether the service is alive and ready, and what it is.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::json::{Json, Object, to_compact};

use super::endpoint::{Answer, Call};
use super::failures::store_problem;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The version of the OpenHands surface that we speak: its clients refuse older ones
/// (`contracts/openhands.md` §6).
const OPENHANDS_VERSION: &str = "1.58.0";

/// `GET /health` and `/alive`: touches nothing, so that it answers while the store waits.
pub(super) fn health(_: Call) -> Answer {
    Box::pin(async { Ok(status("ok")) })
}

/// `GET /ready`: whether the store can be read.
pub(super) fn ready(call: Call) -> Answer {
    Box::pin(async move {
        let app = call.app.clone();
        let ready = web::block(move || app.service.ready()).await;
        ready
            .map_err(|error| Problem::of_ours(ProblemKind::Internal, error.to_string()))?
            .map_err(|error| store_problem(&error, true))?;
        Ok(status("ready"))
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
