//! What an HTTP response says where it is not the answer that was asked for. No body is shown, except the message of a
//! JSON-RPC error. It does not know what was asked.

use std::time::Instant;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;

use crate::instances::fault::{Fault, FaultKind};
use crate::instances::http_client::{Response, shown};

use super::failure::Failure;
use super::message::{self, Message, RpcError};

/// Why a response is not a success.
pub(super) async fn failure(response: Response, deadline: Instant) -> Failure {
    let status = response.status();
    let place = shown(response.url());
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        let what =
            if status == StatusCode::UNAUTHORIZED { "wants other credentials" } else { "refuses access" };
        return Failure::Fault(FaultKind::Auth.because(format!("{place} {what} ({})", status.as_u16())));
    }
    let fault = status_fault(&response, &place);
    if response.media_type().ends_with("json")
        && let Ok(body) = response.body(deadline).await
        && let Some(error) = error_in(&body)
    {
        return Failure::Rpc { error, status: Some(status.as_u16()) };
    }
    Failure::Status { status: status.as_u16(), fault }
}

fn status_fault(response: &Response, place: &str) -> Fault {
    let status = response.status().as_u16();
    // Seconds only: the other form is a date of the server's clock.
    let seconds =
        response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    let wait = seconds.map(|seconds| format!(", and asks to wait {seconds} s")).unwrap_or_default();
    FaultKind::HttpStatus.because(format!("{place} answered with status {status}{wait}"))
}

fn error_in(body: &Bytes) -> Option<RpcError> {
    message::read(body).ok()?.into_iter().find_map(|message| match message {
        Message::Response { outcome: Err(error), .. } | Message::Unassigned(error) => Some(error),
        _ => None,
    })
}

/// The error of a response that names no request: where one request has one response, it is for that.
pub(super) fn unassigned_error(body: &Bytes) -> Option<RpcError> {
    message::read(body).ok()?.into_iter().find_map(|message| match message {
        Message::Unassigned(error) => Some(error),
        _ => None,
    })
}

/// The response is of a kind that MCP does not have.
pub(super) fn not_mcp(response: &Response) -> Fault {
    let message = format!("{} did not answer in MCP: set the URL to where its MCP is", shown(response.url()));
    FaultKind::Protocol.because(message)
}
