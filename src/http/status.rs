//! Whether the service is alive and ready, and what it is.

use crate::api::{DegradedReason, OwnVersion, Readiness, ReadinessWord, ServerInfo, Status, StatusWord};
use crate::service::Degradation;

use super::endpoint::{Answer, Call, json_response};
use super::error_mapping::store_problem;

/// The version of the OpenHands surface that we speak: its clients refuse older ones
/// (OPENHANDS §6).
const OPENHANDS_VERSION: &str = "1.58.0";

/// `GET /health` and `/alive`: touches nothing, so that it answers while the store waits.
pub(super) fn health(_: Call) -> Answer {
    Box::pin(async { Ok(json_response(&Status { status: StatusWord::Ok })) })
}

/// `GET /ready`: whether the store can be read, and what is wrong where it can.
pub(super) fn ready(call: Call) -> Answer {
    Box::pin(async move {
        let reasons = call.service().readiness().await.map_err(|error| store_problem(&error, true))?;
        let status = if reasons.is_empty() { ReadinessWord::Ready } else { ReadinessWord::Degraded };
        let reason =
            |reason: Degradation| DegradedReason { code: reason.code().into(), detail: reason.detail() };
        let reasons = reasons.into_iter().map(reason).collect();
        Ok(json_response(&Readiness { status, reasons }))
    })
}

/// `GET /server_info`
pub(super) fn info(_: Call) -> Answer {
    Box::pin(async {
        let mcp_settings = OwnVersion { version: env!("CARGO_PKG_VERSION").into() };
        Ok(json_response(&ServerInfo { version: OPENHANDS_VERSION.into(), mcp_settings }))
    })
}
