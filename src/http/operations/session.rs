//! `/api/session`.

use serde_json::json;

use crate::http::problem::ProblemKind::*;
use crate::http::schemas::{LoginCode, SessionKey};
use crate::openapi::{Body, Example, Operation, Response, Shape};

use super::fields;
use super::problems::of_any_route;

/// `POST /api/session`
pub(in crate::http) fn exchange() -> Operation {
    let body = |shape, name: &str, summary, value| Body {
        media_type: "application/json",
        shape,
        examples: vec![Example { name: name.to_owned(), summary, value }],
    };
    let code = json!({ "code": "3q2-7wEBAgMEBQYHCAkKCw" });
    let key = json!({ "key": "kP0eDk2Qb9w1zv7yV3n4xA", "expires_in": 43200, "scopes": ["read", "write", "reveal", "admin"] });
    let success = Response {
        status: 200,
        description: "The key. It is shown this once.",
        headers: fields::of_every_answer(),
        bodies: vec![body(Shape::of::<SessionKey>(), "session_key", "A key with every scope", key)],
    };
    let problems = of_any_route().with_body().with(&[Unauthorized]);
    Operation {
        id: "create_session",
        tag: "session",
        summary: "Exchange a one-time code for a key",
        description: "The service prints a link with the code when it starts. A code is good once, and for 60 seconds; one that is not good is 401. The key ends after twelve hours, or with the service.",
        parameters: Vec::new(),
        request: vec![body(Shape::of::<LoginCode>(), "login_code", "The code of the link", code)],
        responses: [success].into_iter().chain(problems.responses()).collect(),
        is_keyed: false,
    }
}
