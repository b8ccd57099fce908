//! Which problems a route can answer, and the responses that they make: one for each status. Its examples
//! are the problems that this route has.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;

use crate::http::problem_kind::ProblemKind::{self, *};
use crate::http::schemas::{example, of_status};
use crate::openapi::{Body, Example, HeaderField, Response};

use super::{Row, fields};

/// Problems, each with the status it has here.
#[derive(Default)]
pub(super) struct Problems(Vec<(ProblemKind, StatusCode)>);

/// These, with their usual status.
pub(super) fn problems(kinds: &[ProblemKind]) -> Problems {
    Problems::default().with(kinds)
}

impl Problems {
    /// And what follows from the row of the route.
    pub(super) fn of_row(self, row: &Row) -> Self {
        let further: [(bool, &[ProblemKind]); 5] = [
            (true, &[InvalidHeader, InvalidQuery, ForbiddenOrigin, ExpectationFailed, Internal]),
            (!row.is_probe, &[ForbiddenHost]),
            (row.is_keyed, &[Unauthorized, InsufficientScope, SessionsNotLoaded]),
            (row.has_body, &[UnsupportedMediaType, BodyTooLarge, BodyTimeout, MalformedBody]),
            (row.takes_conditions, &[PreconditionFailed]),
        ];
        further.into_iter().filter(|(has, _)| *has).fold(self, |all, (_, kinds)| all.with(kinds))
    }

    /// And what every change of the document may come to.
    pub(super) fn of_change(self) -> Self {
        self.with_status(DocumentUnreadable, StatusCode::CONFLICT).with(&[
            DocumentVanished,
            StoreBusy,
            StoreUnavailable,
            OutcomeUnknown,
        ])
    }

    /// And these, with their usual status.
    pub(super) fn with(mut self, kinds: &[ProblemKind]) -> Self {
        self.0.extend(kinds.iter().map(|kind| (*kind, kind.status())));
        self
    }

    /// And this one, with this status.
    pub(super) fn with_status(mut self, kind: ProblemKind, status: StatusCode) -> Self {
        self.0.push((kind, status));
        self
    }

    /// The problems of each status.
    pub(super) fn by_status(self) -> BTreeMap<StatusCode, Vec<ProblemKind>> {
        let mut by_status: BTreeMap<StatusCode, Vec<ProblemKind>> = BTreeMap::new();
        for (kind, status) in self.0 {
            by_status.entry(status).or_default().push(kind);
        }
        by_status
    }
}

/// The response of a status that comes of these problems.
pub(super) fn response(status: StatusCode, kinds: &[ProblemKind]) -> Response {
    let shape = of_status(status, kinds);
    let examples = kinds.iter().map(|kind| shown(*kind, status)).collect();
    refusal(status, Body { media_type: "application/problem+json", shape, examples })
}

/// The response of a status, in whichever form.
pub(super) fn refusal(status: StatusCode, body: Body) -> Response {
    let mut headers = fields::of_every_answer();
    headers.extend(further_headers(status));
    Response { status: status.as_u16(), description: description(status), headers, bodies: vec![body] }
}

/// A problem in the document's examples; a response lists its problems under these names.
fn shown(kind: ProblemKind, status: StatusCode) -> Example {
    let name = if status == kind.status() {
        kind.slug().to_owned()
    } else {
        format!("{}-{}", kind.slug(), status.as_u16())
    };
    Example { name, summary: kind.title(), value: example(kind, status) }
}

fn further_headers(status: StatusCode) -> Vec<HeaderField> {
    match status {
        StatusCode::UNAUTHORIZED => vec![fields::www_authenticate()],
        StatusCode::METHOD_NOT_ALLOWED => vec![fields::allow(), fields::accept_patch()],
        StatusCode::PRECONDITION_FAILED => vec![fields::current_etag()],
        StatusCode::UNSUPPORTED_MEDIA_TYPE => vec![fields::accept(), fields::accept_patch()],
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => vec![fields::retry_after()],
        _ => Vec::new(),
    }
}

fn description(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The path, the query or a header can't be used.",
        401 => "A key is needed.",
        403 => "The host, the page or the key may not do this.",
        404 => "There is nothing of this name.",
        405 => {
            "The name was empty or a dot, which URL normalisation removes: the collection was meant then, and it has no such method."
        }
        408 => "The body did not arrive in time.",
        409 => "The settings document is in a state that does not allow this.",
        410 => "The events after this position are no longer kept, or it is not a position of this process.",
        412 => "A condition does not hold.",
        413 => "The body is too large.",
        415 => "The body is of another media type.",
        417 => "The header Expect asks for something unknown.",
        422 => "The body can't be used.",
        429 => "This key, or this server, has had its share.",
        428 => "This service takes no unconditional writes.",
        500 => "A bug of ours.",
        502 => "The MCP server did not answer as it should.",
        504 => "The MCP server did not answer in time.",
        501 => "The OpenHands agent-server has this, and this service has not.",
        503 => "The settings can't be read or written at present.",
        _ => "It failed.",
    }
}
