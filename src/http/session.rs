//! `/api/session`: exchanges the one-time code of a link for the key of a session, says who calls and what may be done,
//! ends a session, and makes new links.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::json::{Json, Number, Object, to_compact};
use crate::secrets::{Scope, Scopes};
use crate::service::sessions::{CODE_LIFETIME, Grant, IDLE};

use super::authentication::unauthorized;
use super::document_access::DocumentAccess;
use super::endpoint::{Answer, Call};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The largest body. It is read before anything is known of the caller. Bytes.
pub(super) const LARGEST: usize = 4 << 10;

const BAD_CODE: &str = "The `code` is not one that can be exchanged: a code is good once, within 60 seconds after the link was made.";

/// Exchanges `{"code"}` for `{"key","expires_in","scopes"}`; the time is in seconds.
pub(super) fn exchange(call: Call) -> Answer {
    Box::pin(async move {
        let code = call.body.as_ref().and_then(|body| body.get("code")).and_then(Json::as_str);
        let page = match (code, call.app.authentication.sessions()) {
            (Some(code), Some(sessions)) => sessions.exchange(code).await,
            _ => None,
        };
        let page = page.ok_or_else(|| unauthorized(BAD_CODE))?;
        call.known(&page.name);
        Ok(answer([
            ("key", Json::string(page.key)),
            ("expires_in", seconds(IDLE)),
            ("scopes", words(page.scopes)),
        ]))
    })
}

/// `DELETE`: ends the session whose key is presented. It is over at once, in every tab.
pub(super) fn end(call: Call) -> Answer {
    Box::pin(async move {
        let session = call.caller.session.zip(call.app.authentication.sessions());
        let Some(((id, _), sessions)) = session else {
            let detail = "The key is not that of a session, so that there is nothing to sign out of.";
            return Err(Problem::new(ProblemKind::NoSession, detail));
        };
        if sessions.end(id).await {
            return Ok(HttpResponse::NoContent().finish());
        }
        let detail = "This service takes the session for ended, but could not store that. Another one on these settings may still take its key, and so may this one after a restart, unless it can be stored before. `/ready` says what is wrong.";
        let problem = Problem::new(ProblemKind::OutcomeUnknown, detail);
        Err(problem.member("outcome", Json::string("unknown")))
    })
}

/// `POST` to the links: a new link, with a code that is good for a session of the caller's.
pub(super) fn link(call: Call) -> Answer {
    Box::pin(async move {
        let sessions = call.app.authentication.sessions();
        let code =
            sessions.zip(Grant::of_caller(&call.caller)).map(|(sessions, grant)| sessions.new_code(grant));
        let link = call.app.link_to_page(code.as_deref());
        let lifetime = code.map_or(Json::Null, |_| seconds(CODE_LIFETIME));
        Ok(answer([("link", Json::string(link)), ("expires_in", lifetime)]))
    })
}

/// `GET`: who calls, and what may be done. It is answered while the document can't be read, too.
pub(super) fn current(call: Call) -> Answer {
    Box::pin(async move {
        let access = match call.service().recheck().await.map_err(|error| call.failed(error)) {
            Ok(projected) => DocumentAccess::of(&projected.access()),
            Err(problem) => DocumentAccess::unreadable(&problem),
        };
        let left = call.caller.expires.map(|end| end.saturating_duration_since(Instant::now()));
        let access: Object =
            [("state", Json::string(access.state)), ("reason", access.reason())].into_iter().collect();
        let told = [
            ("name", Json::string(&*call.caller.name)),
            ("scopes", words(call.caller.scopes)),
            ("expires_in", left.map_or(Json::Null, seconds)),
            ("version", Json::string(env!("CARGO_PKG_VERSION"))),
            ("access", access.into()),
        ];
        let is_admin = call.caller.scopes.allow(Scope::Admin);
        let path = is_admin.then(|| ("document", Json::string(&*call.app.document)));
        Ok(answer(told.into_iter().chain(path)))
    })
}

/// Nothing of it outlives the moment, so nothing keeps it.
fn answer(members: impl IntoIterator<Item = (&'static str, Json)>) -> HttpResponse {
    let body: Object = members.into_iter().collect();
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(to_compact(&body.into()))
}

fn words(scopes: Scopes) -> Json {
    Json::Array(scopes.list().map(|scope| Json::string(scope.as_str())).collect())
}

fn seconds(time: Duration) -> Json {
    Json::Number(Number::from_u64(time.as_secs()))
}
