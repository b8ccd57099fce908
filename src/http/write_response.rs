//! The answer to a write that leaves a server: the server, or, where that is preferred, as little as can be
//! said (RFC 7240 §4.2).

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use crate::model::ServerName;
use crate::service::Written;

use super::endpoint::Call;
use super::paths::COLLECTION;
use super::prefer::{PREFERENCE_APPLIED, RETURN_MINIMAL};

/// Where the server is that a write has left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Where the request went.
    Own,
    /// Under another name.
    Other,
}

/// Answers a write that has left a server under this name.
pub(super) fn answer(call: &Call, written: Written, name: &ServerName, place: Place) -> HttpResponse {
    let body = written.body.filter(|_| !call.prefers_minimal);
    let status = match (written.is_created, &body) {
        (true, _) => StatusCode::CREATED,
        (false, Some(_)) => StatusCode::OK,
        (false, None) => StatusCode::NO_CONTENT,
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((header::VARY, "Prefer"));
    let location = || call.url(&format!("{COLLECTION}/{name}"));
    // A dry run has made nothing that could be located.
    if !call.query.is_dry_run && written.is_created {
        response.insert_header((header::LOCATION, location()));
    } else if !call.query.is_dry_run && body.is_some() && place == Place::Other {
        response.insert_header((header::CONTENT_LOCATION, location()));
    }
    // Without a body clients take the tag for that of what was sent.
    if let Some(tag) = &written.after
        && (!call.prefers_minimal || written.is_verbatim)
    {
        response.insert_header((header::ETAG, tag.as_str()));
    }
    if call.prefers_minimal {
        response.insert_header((PREFERENCE_APPLIED, RETURN_MINIMAL));
    }
    match body {
        Some(body) => response.content_type("application/json").body(body),
        None => response.finish(),
    }
}
