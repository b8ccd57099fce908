//! `/api/session`: exchanges the one-time code of a link for the key of a session, says who calls and what may be done,
//! ends a session, and makes new links.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;

use crate::api::{DocumentState, PageLink, Session, SessionKey, SettingsAccess};
use crate::json::{Json, Object};
use crate::secrets::Scope;
use crate::service::sessions::{CODE_LIFETIME, Grant, IDLE};

use super::authentication::unauthorized;
use super::document_access;
use super::endpoint::{Answer, Call, momentary_response};
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The largest body. It is read before anything is known of the caller. Bytes.
pub(super) const LARGEST: usize = 4 << 10;

const BAD_CODE: &str = "The `code` is not one that can be exchanged: a code is good once, within 60 seconds after the link was made.";

/// Exchanges `{"code"}` for `{"key","expires_in","scopes"}`; the time is in seconds.
pub(super) fn exchange(call: Call, body: Object) -> Answer {
    Box::pin(async move {
        let code = body.get("code").and_then(Json::as_str);
        let page = match (code, call.app.authentication.sessions()) {
            (Some(code), Some(sessions)) => sessions.exchange(code).await,
            _ => None,
        };
        let page = page.ok_or_else(|| unauthorized(BAD_CODE))?;
        call.known(&page.name);
        let (expires_in, scopes) = (seconds(IDLE), page.scopes.list().collect());
        Ok(momentary_response(&SessionKey { key: page.key, expires_in, scopes }))
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
        Err(problem.with(|body| body.outcome = Some("unknown".into())))
    })
}

/// `POST` to the links: a new link, with a code that is good for a session of the caller's.
pub(super) fn link(call: Call) -> Answer {
    Box::pin(async move {
        let sessions = call.app.authentication.sessions();
        let code =
            sessions.zip(Grant::of_caller(&call.caller)).map(|(sessions, grant)| sessions.new_code(grant));
        let link = call.app.link_to_page(code.as_deref());
        Ok(momentary_response(&PageLink { link, expires_in: code.map(|_| seconds(CODE_LIFETIME)) }))
    })
}

/// `GET`: who calls, and what may be done. It is answered while the document can't be read, too.
pub(super) fn current(call: Call) -> Answer {
    Box::pin(async move {
        let access = match call.service().recheck().await.map_err(|error| call.failed(error)) {
            Ok(projected) => {
                let (state, reason) = document_access::of(&projected.access());
                SettingsAccess { state: state.into(), reason }
            }
            Err(problem) => {
                let reason = Some(problem.detail().to_owned());
                SettingsAccess { state: DocumentState::Unreadable, reason }
            }
        };
        let left = call.caller.expires.map(|end| end.saturating_duration_since(Instant::now()));
        let is_admin = call.caller.scopes.allow(Scope::Admin);
        Ok(momentary_response(&Session {
            name: (&*call.caller.name).into(),
            scopes: call.caller.scopes.list().collect(),
            expires_in: left.map(seconds),
            version: env!("CARGO_PKG_VERSION").into(),
            access,
            document: is_admin.then(|| (&*call.app.document).into()),
        }))
    })
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}
