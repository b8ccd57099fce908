//! The shapes of `auth`: a string in the open dialect, else a strategy with its members
//! (OPENHANDS §5.1).

use crate::json::Path;
use crate::model::Dialect;
use crate::model::config::{Members, Node};
use crate::model::openhands::strategy_members;

use super::headers;
use super::shape::{Checker, member, new_members, one_of};

pub(super) fn check(checker: &mut Checker, at: &Path<'_>, before: Option<&Node>, node: &Node) {
    match node {
        Node::Object(auth) => check_strategy(checker, at, before, auth),
        // The word `oauth` or a token; requests of the closed dialect have been converted.
        Node::Text(_) | Node::Secret(_) if checker.dialect == Dialect::Open => {
            checker.filled_string(at, node);
            headers::check_value(checker, at, node);
        }
        _ => checker.refuse(at, "must be an object with a `strategy`"),
    }
}

fn check_strategy(checker: &mut Checker, at: &Path<'_>, before: Option<&Node>, auth: &Members) {
    let strategy = auth.text("strategy").unwrap_or_default();
    let Some(allowed) = strategy_members(strategy) else {
        let message = "must be one of none, api_key, bearer, basic, header, oauth2";
        return checker.refuse(&at.member("strategy"), message);
    };
    if strategy == "basic" && auth.get("username").is_none() {
        checker.refuse(&at.member("username"), "is required");
    }
    // Whether a member is foreign depends on the strategy, so with another one all are judged.
    let before = before.filter(|_| {
        member(before, "strategy").is_some_and(|own| auth.get("strategy").is_some_and(|now| own.is_same(now)))
    });
    for (name, value) in new_members(before, auth, checker.may_reveal) {
        let here = at.member(name);
        match name {
            "strategy" => {}
            _ if !allowed.contains(&name) => unknown(checker, &here),
            // Sent in a header as it is; a password is not.
            "value" => {
                checker.secret(&here, value);
                headers::check_value(checker, &here, value);
            }
            "password" => checker.secret(&here, value),
            "header_name" => headers::check_name(checker, &here, value),
            "username" => checker.string(&here, value),
            "headers" => headers::check(checker, &here, member(before, name), value),
            "authentication" => check_authentication(checker, &here, member(before, name), value),
            "state" => check_state(checker, &here, member(before, name), value),
            other => unreachable!("`{other}` is allowed by no strategy"),
        }
    }
}

fn check_authentication(checker: &mut Checker, at: &Path<'_>, before: Option<&Node>, node: &Node) {
    let Node::Object(authentication) = node else {
        return checker.object(at, node);
    };
    if authentication.text("type") != Some("oauth") {
        checker.refuse(&at.member("type"), "must be `oauth`");
    }
    for (name, value) in new_members(before, authentication, checker.may_reveal) {
        let here = at.member(name);
        match name {
            "type" => {}
            "client_auth_method" => {
                checker.one_of(
                    &here,
                    value,
                    one_of!("none", "client_secret_post", "client_secret_basic", "private_key_jwt"),
                );
            }
            "scopes" if matches!(value, Node::Array(_)) => checker.strings(&here, value),
            "scopes" | "client_name" | "client_metadata_url" | "client_id" => checker.string(&here, value),
            "client_secret" => checker.secret(&here, value),
            "additional_client_metadata" => checker.object(&here, value),
            _ => unknown(checker, &here),
        }
    }
}

fn check_state(checker: &mut Checker, at: &Path<'_>, before: Option<&Node>, node: &Node) {
    let Node::Object(state) = node else {
        return checker.object(at, node);
    };
    for (name, value) in new_members(before, state, checker.may_reveal) {
        let here = at.member(name);
        let secrets: &[&str] = match name {
            "tokens" => &["access_token", "refresh_token"],
            "client_info" => &["client_secret"],
            "token_expires_at" => {
                checker.number(&here, value);
                continue;
            }
            _ => {
                unknown(checker, &here);
                continue;
            }
        };
        let Node::Object(members) = value else {
            checker.object(&here, value);
            continue;
        };
        if name == "tokens" && members.get("access_token").is_none() && checker.dialect == Dialect::Closed {
            // Upstream drops such tokens at its next save, a refresh token among them too.
            checker.refuse(&here.member("access_token"), "is required");
        }
        for (inner, value) in new_members(member(before, name), members, checker.may_reveal) {
            if secrets.contains(&inner) {
                checker.secret(&here.member(inner), value);
            }
        }
    }
}

/// The reader of the closed dialect drops or refuses what it does not know.
fn unknown(checker: &mut Checker, at: &Path<'_>) {
    if checker.dialect == Dialect::Closed {
        checker.refuse(at, "is not a member of this `strategy`");
    }
}
