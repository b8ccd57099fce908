//! Which headers the member `auth` of a configuration becomes (OPENHANDS §5.1). It does not know what references mean.

use super::failure::failed;
use crate::instances::fault::{Fault, FaultKind};
use crate::json::{Path, Pointer};
use crate::model::config::{Config, Members, Node, Secret, SecretValue};

/// A header that `auth` becomes.
pub(super) struct Credential<'a> {
    pub(super) header: String,
    pub(super) value: Form<'a>,
}

/// What the value of such a header is made of.
pub(super) enum Form<'a> {
    /// A value after a word.
    After(&'static str, Part<'a>),
    /// The same as it is: what a client has obtained is no part of what is approved, so that no reference is resolved in
    /// it.
    Verbatim(&'static str, Part<'a>),
    /// A user and a password (RFC 7617).
    Basic(Part<'a>, Part<'a>),
}

/// A value of the configuration, and its place.
pub(super) struct Part<'a> {
    pub(super) at: Pointer,
    pub(super) node: &'a Node,
}

/// A value that is not there.
static NOTHING: Node = Node::Null;

const AUTHORIZATION: &str = "Authorization";

/// What `auth` becomes, and why it can't be used. `now` is in seconds of Unix time.
pub(super) fn credentials(config: &Config, now: f64) -> Result<Vec<Credential<'_>>, Fault> {
    let at = Path::Root.member("auth");
    match config.get("auth") {
        None | Some(Node::Null) => Ok(Vec::new()),
        Some(Node::Text(text)) if text.as_str().is_empty() => Ok(Vec::new()),
        Some(Node::Text(text)) if text.as_str() == "oauth" => Err(to_be_connected(NEVER)),
        Some(node @ Node::Secret(_)) => Ok(bearer(Part { at: at.pointer(), node })),
        Some(Node::Object(auth)) => of_strategy(auth, &at, now),
        Some(_) => Err(unusable("has a form that this service does not know")),
    }
}

fn of_strategy<'a>(auth: &'a Members, at: &Path<'_>, now: f64) -> Result<Vec<Credential<'a>>, Fault> {
    let part = |name: &str| {
        let node = auth.get(name).filter(|node| !matches!(node, Node::Null));
        node.map(|node| Part { at: at.member(name).pointer(), node })
    };
    let required = |name: &str| part(name).ok_or_else(|| unusable(format!("has no `{name}`")));
    match auth.text("strategy") {
        Some("none") => Ok(Vec::new()),
        Some("bearer") => Ok(bearer(required("value")?)),
        Some("api_key") => match auth.text("header_name").filter(|name| !name.is_empty()) {
            None => Ok(bearer(required("value")?)),
            Some(name) => {
                Ok(vec![Credential { header: name.to_owned(), value: Form::After("", required("value")?) }])
            }
        },
        Some("basic") => {
            let nothing = Part { at: at.member("password").pointer(), node: &NOTHING };
            let value = Form::Basic(required("username")?, part("password").unwrap_or(nothing));
            Ok(vec![Credential { header: AUTHORIZATION.to_owned(), value }])
        }
        Some("header") => match part("headers") {
            None => Ok(Vec::new()),
            Some(Part { node: Node::Object(headers), .. }) => {
                let here = at.member("headers");
                let entry = |(name, node): (&str, &'a Node)| Credential {
                    header: name.to_owned(),
                    value: Form::After("", Part { at: here.member(name).pointer(), node }),
                };
                Ok(headers.iter().filter(|(_, node)| !matches!(node, Node::Null)).map(entry).collect())
            }
            Some(_) => Err(unusable("has `headers` that are not an object")),
        },
        Some("oauth2") => oauth(auth, at, now),
        _ => Err(unusable("has no `strategy` that this service knows")),
    }
}

fn bearer(part: Part<'_>) -> Vec<Credential<'_>> {
    vec![Credential { header: AUTHORIZATION.to_owned(), value: Form::After("Bearer ", part) }]
}

/// What a client has obtained and left in the configuration. Nothing is renewed.
fn oauth<'a>(auth: &'a Members, at: &Path<'_>, now: f64) -> Result<Vec<Credential<'a>>, Fault> {
    let state = auth.get("state").and_then(Node::as_object);
    let tokens = state.and_then(|state| state.get("tokens")).and_then(Node::as_object);
    let Some(node @ Node::Secret(secret)) = tokens.and_then(|tokens| tokens.get("access_token")) else {
        return Err(to_be_connected(NEVER));
    };
    let expires = match state.and_then(|state| state.get("token_expires_at")) {
        Some(Node::Number(number)) => number.as_f64(),
        _ => f64::INFINITY,
    };
    if expires <= now && !matches!(secret, Secret { value: SecretValue::Unreadable, .. }) {
        return Err(to_be_connected("its access token has expired"));
    }
    let token = at.member("state");
    let token = token.member("tokens");
    let token = Part { at: token.member("access_token").pointer(), node };
    Ok(vec![Credential { header: AUTHORIZATION.to_owned(), value: Form::Verbatim("Bearer ", token) }])
}

const NEVER: &str = "there is no access token";

fn to_be_connected(why: &str) -> Fault {
    FaultKind::Auth.because(format!("the server needs to be connected: {why}"))
}

fn unusable(why: impl Into<String>) -> Fault {
    failed("auth", &why.into())
}
