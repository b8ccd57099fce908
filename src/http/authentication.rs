//! Who calls: the key that a request presents, as `X-Session-API-Key` or as a bearer token.

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::secrets::Scope;
use crate::service::access::Caller;
use crate::service::authentication::Authentication;
use crate::service::sessions::Found;

use super::error_form::Reply;
use super::error_mapping::RETRY_AFTER;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

const API_KEY: HeaderName = HeaderName::from_static("x-session-api-key");

/// What clients of `/v1` know of a caller without a key, and of one whose key does not suffice.
pub(super) const INVALID_CREDENTIALS: &str = "Missing or invalid credentials provided by client";
pub(super) const NO_PERMISSION: &str = "User does not have permission to access this endpoint";

/// Who calls. While it is not known which sessions there are, their keys are neither known nor refused.
pub(super) async fn caller(authentication: &Authentication, headers: &HeaderMap) -> Result<Caller, Problem> {
    let presented = Presented::of(headers);
    match authentication.caller(presented.credential()).await {
        Found::Caller(caller) => Ok(caller),
        Found::Unknown => {
            let reply = Reply::Cause(INVALID_CREDENTIALS, presented.cause(headers).to_owned());
            Err(unauthorized(presented.refusal()).in_detail_form(reply))
        }
        Found::NotYet => {
            let detail = "The service has just started and does not know its sessions yet. Try again.";
            Err(Problem::new(ProblemKind::SessionsNotLoaded, detail).header(header::RETRY_AFTER, RETRY_AFTER))
        }
    }
}

/// Whether the caller may do what needs this scope.
pub(super) fn require(caller: &Caller, scope: Scope) -> Result<(), Problem> {
    if caller.scopes.allow(scope) {
        return Ok(());
    }
    let detail = format!("The key lacks the scope `{}`.", scope.as_str());
    let cause = format!("User {} is not authorized to access this endpoint.", caller.name);
    Err(Problem::new(ProblemKind::InsufficientScope, detail)
        .with(|body| body.required_scope = Some(scope))
        .in_detail_form(Reply::Cause(NO_PERMISSION, cause)))
}

/// The answer to a caller who presents no key that is known.
pub(super) fn unauthorized(detail: &'static str) -> Problem {
    Problem::new(ProblemKind::Unauthorized, detail)
        .header(header::WWW_AUTHENTICATE, "Bearer realm=\"mcp-settings\"")
}

/// The credential of a request, and where it was found.
#[derive(Debug, PartialEq, Eq)]
enum Presented<'a> {
    Nothing,
    /// In our own header. Then `Authorization` is not looked at: it may be a proxy's.
    ApiKey(&'a str),
    Bearer(&'a str),
    /// Several in one header that differ, or one that is not text.
    Unclear(&'static str),
}

impl<'a> Presented<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let api_keys = headers.get_all(API_KEY).map(|value| value.to_str().ok());
        // Credentials of other schemes are not meant for us.
        let bearers = headers.get_all(header::AUTHORIZATION).filter_map(|value| {
            let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| Some(credential.trim()))
        });
        match (one(api_keys), one(bearers)) {
            (Some(Some(key)), _) => Self::ApiKey(key),
            (Some(None), _) => Self::Unclear(
                "The header X-Session-API-Key has several keys that differ, or one that is not text.",
            ),
            (None, Some(Some(key))) => Self::Bearer(key),
            (None, Some(None)) => {
                Self::Unclear("The header Authorization has several bearer tokens that differ.")
            }
            (None, None) => Self::Nothing,
        }
    }

    fn credential(&self) -> Option<&'a str> {
        match self {
            Self::ApiKey(key) | Self::Bearer(key) => Some(key),
            Self::Nothing | Self::Unclear(_) => None,
        }
    }

    /// The same in the words that clients of `/v1` know.
    fn cause(&self, headers: &HeaderMap) -> &'static str {
        match self {
            Self::ApiKey(_) | Self::Unclear(_) => "Invalid API Key",
            Self::Bearer(key) if !key.contains(char::is_whitespace) => "Invalid API Key",
            _ if headers.contains_key(header::AUTHORIZATION) => "No token found in Authorization header",
            _ => "No Authorization header found",
        }
    }

    /// Why it lets nobody in. Says which header was looked at, and nothing of what it holds.
    fn refusal(&self) -> &'static str {
        match self {
            Self::Nothing => {
                "No key was sent. Send one in X-Session-API-Key, or as a bearer token in Authorization."
            }
            Self::ApiKey(_) => "The key in the header X-Session-API-Key is not known to this service.",
            Self::Bearer(_) => "The bearer token in the header Authorization is not a key of this service.",
            Self::Unclear(detail) => detail,
        }
    }
}

/// The one value of a header: `None` without the header, `Some(None)` if its lines differ or one is no text.
fn one<'a>(mut values: impl Iterator<Item = Option<&'a str>>) -> Option<Option<&'a str>> {
    let first = values.next()?;
    Some(first.filter(|_| values.all(|other| other == first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_header_decides_where_it_is_sent() {
        let (ours, theirs) = ("x-session-api-key", "authorization");
        for (lines, expected) in [
            (&[][..], Presented::Nothing),
            (&[(ours, "a")], Presented::ApiKey("a")),
            (&[(ours, "a"), (ours, "a")], Presented::ApiKey("a")),
            (&[(ours, "a"), (theirs, "Bearer b")], Presented::ApiKey("a")),
            (&[(ours, ""), (theirs, "Bearer b")], Presented::ApiKey("")),
            (&[(theirs, "bearer  b")], Presented::Bearer("b")),
            (&[(theirs, "Basic eDp5"), (theirs, "Bearer b")], Presented::Bearer("b")),
            (&[(theirs, "Basic eDp5")], Presented::Nothing),
        ] {
            assert_eq!(Presented::of(&headers(lines)), expected, "{lines:?}");
        }
        for lines in [
            &[(ours, "a"), (ours, "b")][..],
            &[(ours, "a"), (ours, "b"), (theirs, "Bearer a")],
            &[(theirs, "Bearer a"), (theirs, "Bearer b")],
            &[(ours, "\u{e9}"), (theirs, "Bearer b")],
        ] {
            assert!(matches!(Presented::of(&headers(lines)), Presented::Unclear(_)), "{lines:?}");
        }
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        headers
    }
}
