//! Who calls: the key that a request presents, as `X-Session-API-Key` or as a bearer token.

use std::time::Instant;

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::json::Json;
use crate::secrets::CredentialDigest;
use crate::service::access::{ApiKeys, Caller, Scope};
use crate::service::login::Logins;

use super::problem::{Problem, ProblemKind};

const API_KEY: HeaderName = HeaderName::from_static("x-session-api-key");

/// How callers are told apart.
pub enum Authentication {
    /// By keys.
    Keys {
        /// The configured or created ones.
        keys: ApiKeys,
        /// Those that one-time codes were exchanged for.
        logins: Logins,
    },
    /// Not at all; on loopback only.
    Off,
}

impl Authentication {
    /// Who calls.
    pub fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        match self {
            Self::Off => Ok(Caller::anyone()),
            Self::Keys { keys, logins } => {
                let digest = presented(headers).map(CredentialDigest::of);
                let caller = digest.and_then(|digest| {
                    keys.caller(&digest).or_else(|| logins.caller(&digest, Instant::now()))
                });
                caller.ok_or_else(unauthorized)
            }
        }
    }

    /// The one-time codes, where keys are asked for.
    pub fn logins(&self) -> Option<&Logins> {
        match self {
            Self::Keys { logins, .. } => Some(logins),
            Self::Off => None,
        }
    }
}

/// Whether the caller may do what needs this scope.
pub fn require(caller: &Caller, scope: Scope) -> Result<(), Problem> {
    if caller.scopes.allow(scope) {
        return Ok(());
    }
    let detail = format!("The key lacks the scope `{}`.", scope.as_str());
    Err(Problem::new(ProblemKind::InsufficientScope, detail)
        .member("required_scope", Json::string(scope.as_str())))
}

/// The answer to whoever presents no key that is known; it does not tell which.
pub fn unauthorized() -> Problem {
    Problem::new(ProblemKind::Unauthorized, "Unauthorized")
        .header(header::WWW_AUTHENTICATE, "Bearer realm=\"mcp-settings\"")
}

/// The credential of a request; none where it presents several.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let api_keys = headers.get_all(API_KEY).map(|value| value.to_str().ok());
    let bearers = headers.get_all(header::AUTHORIZATION).map(|value| {
        let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
    });
    let mut all = api_keys.chain(bearers);
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}
