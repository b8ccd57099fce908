//! Who calls: the key that a request presents, as `X-Session-API-Key` or as a bearer token.

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::json::Json;
use crate::service::access::{Caller, Scope};
use crate::service::authentication::Authentication;

use super::problem::Problem;
use super::problem_kind::ProblemKind;

const API_KEY: HeaderName = HeaderName::from_static("x-session-api-key");

/// Who calls.
pub(super) fn caller(authentication: &Authentication, headers: &HeaderMap) -> Result<Caller, Problem> {
    authentication.caller(presented(headers)).ok_or_else(unauthorized)
}

/// Whether the caller may do what needs this scope.
pub(super) fn require(caller: &Caller, scope: Scope) -> Result<(), Problem> {
    if caller.scopes.allow(scope) {
        return Ok(());
    }
    let detail = format!("The key lacks the scope `{}`.", scope.as_str());
    Err(Problem::new(ProblemKind::InsufficientScope, detail)
        .member("required_scope", Json::string(scope.as_str())))
}

/// The answer to whoever presents no key that is known; it does not tell which.
pub(super) fn unauthorized() -> Problem {
    Problem::new(ProblemKind::Unauthorized, "Unauthorized")
        .header(header::WWW_AUTHENTICATE, "Bearer realm=\"mcp-settings\"")
}

/// The credential of a request; none where it presents several.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let api_keys = headers.get_all(API_KEY).map(|value| value.to_str().ok());
    // Credentials of other schemes are somebody else's: a proxy's in front of us, say.
    let bearers = headers.get_all(header::AUTHORIZATION).filter_map(|value| {
        let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Some(credential.trim()))
    });
    let mut all = api_keys.chain(bearers);
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}
