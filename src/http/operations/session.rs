//! `/api/session`.

use serde_json::json;

use crate::api::{LoginCode, PageLink, Session, SessionKey};
use crate::http::problem_kind::ProblemKind::*;
use crate::openapi::{Response, Shape};

use super::problems::problems;
use super::{Description, about, example, json_body, success};

/// `GET /api/session`
pub(in crate::http) fn current() -> Description {
    let own = json!({
        "name": "anna", "scopes": ["read", "write"], "expires_in": null, "version": "0.1.0",
        "access": { "state": "writable", "reason": null },
    });
    let reason = "The settings document is read-only: its `schema_version` is newer than this build knows.";
    let page = json!({
        "name": "page", "scopes": ["read", "write", "reveal", "use", "admin"], "expires_in": 28800, "version": "0.1.0",
        "access": { "state": "read-only", "reason": reason }, "document": "/srv/openhands/settings.json",
    });
    let shown = vec![
        example("configured_key", "A configured key", own),
        example("page_key", "A session of the page; the document is read-only", page),
    ];
    Description {
        id: "get_session",
        summary: "Who calls, and what may be done",
        description: "Says what the key allows, and whether servers can be written now. Answers while the settings can't be read, too: then `access` says why. Every key may ask.",
        successes: success("Who calls, and what may be done.", Shape::of::<Session>(), shown),
        ..about("session")
    }
}

/// `POST /api/session`
pub(in crate::http) fn exchange() -> Description {
    let code = json!({ "code": "3q2-7wEBAgMEBQYHCAkKCw" });
    let key = json!({ "key": "mcp-session-kP0eDk2Qb9w1zv7yV3n4xA", "expires_in": 28800, "scopes": ["read", "write", "reveal", "use", "admin"] });
    let key = vec![example("session_key", "A key that administers", key)];
    Description {
        id: "create_session",
        summary: "Exchange a one-time code for the key of a session",
        description: "A link to the page has the code behind `#`. It is good once, and for 60 seconds; one that is not good is 401. The session allows what the API key allows that the link came from, and ends with that key, when it is not used for 8 hours, and after 7 days. It outlives a restart of the service, unless that was away for more than 10 minutes.",
        request: vec![json_body(
            Shape::of::<LoginCode>(),
            vec![example("login_code", "The code of the link", code)],
        )],
        successes: success("The key. It is shown this once.", Shape::of::<SessionKey>(), key),
        problems: problems(&[Unauthorized]),
        ..about("session")
    }
}

/// `DELETE /api/session`
pub(in crate::http) fn end() -> Description {
    let success = Response {
        status: 204,
        description: "The session has ended.",
        headers: Vec::new(),
        bodies: Vec::new(),
    };
    Description {
        id: "delete_session",
        summary: "Sign out",
        description: "Ends the session whose key is presented; an API key is not one, and is refused. The key is refused from then on, whatever is answered. `outcome-unknown` means that this could not be stored: until it is, another service on these settings, or this one after a restart, may still take the key.",
        successes: vec![success],
        problems: problems(&[NoSession, OutcomeUnknown]),
        ..about("session")
    }
}

/// `POST /api/session/links`
pub(in crate::http) fn link() -> Description {
    let link = json!({ "link": "https://settings.example/#code=3q2-7wEBAgMEBQYHCAkKCw", "expires_in": 60 });
    let link = vec![example("page_link", "A link with a one-time code", link)];
    Description {
        id: "create_session_link",
        summary: "Make a link to the page",
        description: "The link leads to the page, with a one-time code for a session that allows what the caller's key allows. It begins with the public URL of the service, else the first allowed origin, the first allowed host or the address that it listens on. Needs the scope `admin`. Where the service asks for no keys the link has no code.",
        successes: success("The link. It is shown this once.", Shape::of::<PageLink>(), link),
        ..about("session")
    }
}
