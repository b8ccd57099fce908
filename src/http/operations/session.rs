//! `/api/session`.

use serde_json::json;

use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::{LoginCode, Session, SessionKey};
use crate::openapi::{Operation, Response, Shape};

use super::problems::of_any_route;
use super::{example, fields, json_body, keyed, open};

/// `GET /api/session`
pub(in crate::http) fn current() -> Operation {
    let own = json!({
        "name": "anna", "scopes": ["read", "write"], "expires_in": null, "version": "0.1.0",
        "access": { "state": "writable", "reason": null },
    });
    let reason = "The settings document is read-only: its `schema_version` is newer than this build knows.";
    let page = json!({
        "name": "page", "scopes": ["read", "write", "reveal", "admin"], "expires_in": 43186, "version": "0.1.0",
        "access": { "state": "read-only", "reason": reason }, "document": "/srv/openhands/settings.json",
    });
    let shown = vec![
        example("configured_key", "A configured key", own),
        example("page_key", "The key of the printed link; the document is read-only", page),
    ];
    let success = Response {
        status: 200,
        description: "Who calls, and what may be done.",
        headers: fields::of_every_answer(),
        bodies: vec![json_body(Shape::of::<Session>(), shown)],
    };
    let problems = of_any_route().keyed();
    Operation {
        id: "get_session",
        summary: "Who calls, and what may be done",
        description: "Says what the key allows, and whether servers can be written now. Answers while the settings can't be read, too: then `access` says why. Needs the scope `read`, which every key has.",
        responses: [success].into_iter().chain(problems.responses()).collect(),
        ..keyed("session")
    }
}

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
            vec![example("session_key", "A key that administers", key)],
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
