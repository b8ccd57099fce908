//! Whether the service is alive and ready, what it is, and its page.

use serde_json::json;

use crate::api::{Readiness, ServerInfo, Status};
use crate::http::problem_kind::ProblemKind::*;
use crate::openapi::{Example, Operation, Response, Shape};
use crate::service::Degradation;

use super::documentation::tagged;
use super::problems::{Problems, of_a_probe, of_any_route};
use super::{example, fields, json_body, open};

const TAG: &str = "service";

/// `GET /health`
pub(in crate::http) fn health() -> Operation {
    Operation {
        id: "get_health",
        summary: "Whether the service answers",
        description: "Touches nothing, so that it answers whatever the store does.",
        responses: responses("It answers.", Shape::of::<Status>(), vec![status("ok")], of_a_probe()),
        ..open(TAG)
    }
}

/// `GET /alive`
pub(in crate::http) fn alive() -> Operation {
    Operation {
        id: "get_alive",
        description: "Another name of `/health`, for clients of OpenHands.",
        ..health()
    }
}

/// `GET /ready`
pub(in crate::http) fn ready() -> Operation {
    let problems = of_a_probe().with(&[DocumentUnreadable, DocumentVanished, StoreUnavailable]);
    Operation {
        id: "get_ready",
        summary: "Whether the settings can be read",
        description: "Tells the reason where they can't. `degraded` means that they can, but that something else is amiss; `reasons` says what.",
        responses: responses("They can.", Shape::of::<Readiness>(), ready_or_not(), problems),
        ..open(TAG)
    }
}

/// `GET /server_info`
pub(in crate::http) fn info() -> Operation {
    let value = json!({ "version": "1.58.0", "mcp_settings": { "version": "0.1.0" } });
    let shown = example("server_info", "Both versions", value);
    Operation {
        id: "get_server_info",
        summary: "Which versions are spoken",
        description: "Clients of OpenHands refuse versions that are too old.",
        responses: responses("The versions.", Shape::of::<ServerInfo>(), vec![shown], of_any_route()),
        ..open(TAG)
    }
}

/// `GET /`
pub(in crate::http) fn page() -> Operation {
    Operation {
        id: "get_page",
        summary: "The page for people",
        description: "The settings page. What it loads, and it uses this API only, is its own affair.",
        parameters: fields::conditions(),
        responses: tagged("The page.", "text/html", Shape::inline(json!({ "type": "string" }))),
        ..open(TAG)
    }
}

fn responses(
    description: &'static str,
    shape: Shape,
    shown: Vec<Example>,
    problems: Problems,
) -> Vec<Response> {
    let body = json_body(shape, shown);
    let headers = fields::of_every_answer();
    let success = Response { status: 200, description, headers, bodies: vec![body] };
    [success].into_iter().chain(problems.responses()).collect()
}

fn ready_or_not() -> Vec<Example> {
    let reason = Degradation::WrongKey;
    let reasons = json!([{ "code": reason.code(), "detail": reason.detail() }]);
    let degraded = json!({ "status": "degraded", "reasons": reasons });
    vec![status("ready"), example("degraded", "Not with all that it should do", degraded)]
}

fn status(word: &'static str) -> Example {
    example(word, "Yes", json!({ "status": word }))
}
