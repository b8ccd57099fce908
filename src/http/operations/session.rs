//! `/api/session`.

use serde_json::json;

use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::{LoginCode, SessionKey};
use crate::openapi::{Operation, Response, Shape};

use super::problems::of_any_route;
use super::{example, fields, json_body, open};

/// `POST /api/session`
pub(in crate::http) fn exchange() -> Operation {
    let code = json!({ "code": "3q2-7wEBAgMEBQYHCAkKCw" });
    let key = json!({ "key": "kP0eDk2Qb9w1zv7yV3n4xA", "expires_in": 43200, "scopes": ["read", "write", "reveal", "admin"] });
    let success = Response {
        status: 200,
        description: "The key. It is shown this once.",
        headers: fields::of_every_answer(),
        bodies: vec![json_body(
            Shape::of::<SessionKey>(),
            vec![example("session_key", "A key with every scope", key)],
        )],
    };
    let problems = of_any_route().with_body().with(&[Unauthorized]);
    Operation {
        id: "create_session",
        summary: "Exchange a one-time code for a key",
        description: "The service prints a link with the code when it starts. A code is good once, and for 60 seconds; one that is not good is 401. The key ends after twelve hours, or with the service.",
        request: vec![json_body(
            Shape::of::<LoginCode>(),
            vec![example("login_code", "The code of the link", code)],
        )],
        responses: [success].into_iter().chain(problems.responses()).collect(),
        ..open("session")
    }
}
