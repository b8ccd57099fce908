//! The responses that the problems of a route below `/v1` make: one for each status, in the form that its clients know.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::api::{CauseError, TextError, ValidationError, ValidationFault};
use crate::http::authentication::{INVALID_CREDENTIALS, NO_PERMISSION};
use crate::http::dynamic::{CONFIGURED, EXISTS};
use crate::http::error_form::{DetailShape, Reply, detail_body};
use crate::http::problem_kind::ProblemKind;
use crate::openapi::{Example, Response, Shape};

use super::json_body;
use super::problems::refusal;

/// The response of a status that comes of these problems.
pub(super) fn response(status: StatusCode, kinds: &[ProblemKind]) -> Response {
    let shape = match DetailShape::of(status) {
        DetailShape::Text => Shape::of::<TextError<'_>>(),
        DetailShape::Cause => Shape::of::<CauseError<'_>>(),
        DetailShape::Faults => Shape::of::<ValidationError>(),
    };
    refusal(status, json_body(shape, kinds.iter().map(|kind| shown(*kind, status)).collect()))
}

fn shown(kind: ProblemKind, status: StatusCode) -> Example {
    let error_id = status.is_server_error().then(|| "9f86d081884c7d65".to_owned());
    let body = detail_body(kind, status, &format!("{}.", kind.title()), reply(kind, status), error_id);
    Example {
        name: format!("v1-{}-{}", kind.slug(), status.as_u16()),
        summary: kind.title(),
        value: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }
}

/// What the handlers say, where that is not the problem's own text.
fn reply(kind: ProblemKind, status: StatusCode) -> Option<Reply> {
    let cause = |response, cause: &str| Some(Reply::Cause(response, cause.to_owned()));
    match (kind, status) {
        (ProblemKind::Unauthorized, _) => {
            cause(INVALID_CREDENTIALS, "No token found in Authorization header")
        }
        (ProblemKind::InsufficientScope, _) => {
            cause(NO_PERMISSION, "User reader is not authorized to access this endpoint.")
        }
        (ProblemKind::NameTaken, _) => cause(EXISTS, "Mcp Server with name 'issues' is already registered"),
        (ProblemKind::DocumentReadOnly, StatusCode::FORBIDDEN) => cause(
            CONFIGURED,
            "MCP server 'search' is defined in configuration and cannot be removed via the API.",
        ),
        (ProblemKind::MalformedBody, _) => {
            let fault = ValidationFault::of_body("json_invalid", "JSON decode error").at(8);
            Some(Reply::Faults(vec![fault.with_ctx(json!({ "error": "it is not JSON at byte 8" }))]))
        }
        (ProblemKind::InvalidConfig, _) => {
            let fault = ValidationFault::of_body("greater_than", "Input should be greater than 0");
            Some(Reply::Faults(vec![fault.in_member("timeout").with_ctx(json!({ "gt": 0 }))]))
        }
        _ => None,
    }
}
